// A test double in place of OpenBLAS: the few functions that Baton calls, and what a test may ask about the calls.
#ifndef BATON_TEST_OPENBLAS_H
#define BATON_TEST_OPENBLAS_H

extern "C" {
// The name that openblas_get_corename gives from now on; a text that lives as long as the process.
void double_set_core(const char* name);
// How many calls of cblas_sgemm broke its contract: an unknown flag, a size below 1, a row shorter than it must be.
int double_wrong_calls();
void openblas_set_num_threads(int threads);
int openblas_get_num_threads();
}

#endif
