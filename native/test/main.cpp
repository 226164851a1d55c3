#include "bench.h"
#include "check.h"

void test_decoder();
void test_elementary();
void test_elementwise();
void test_fuzz();
void test_integers();
void test_pool();
void test_region_decoder();
void test_regions();

int main() {
    test_elementary();
    test_pool();
    test_decoder();
    test_region_decoder();
    test_fuzz();
    test_elementwise();
    test_integers();
    test_regions();
    close_backends();
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
