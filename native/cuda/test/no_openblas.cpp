// What the tests of products ask of OpenBLAS's double (test/double), for a core that does without OpenBLAS.
#include "openblas_double.h"

extern "C" {

void double_set_core(const char*) {}
int double_wrong_calls() { return 0; }
void openblas_set_num_threads(int) {}
int openblas_get_num_threads() { return 1; }

}
