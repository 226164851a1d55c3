#include "bench.h"
#include "check.h"

void test_attention();
void test_boundary();
void test_cached_attention();
void test_convolution();
void test_cross_entropy();
void test_decoder();
void test_elementary();
void test_elementwise();
void test_exhaustion();
void test_finiteness_and_norms();
void test_fuzz();
void test_group_failures();
void test_groups();
void test_int8();
void test_integers();
void test_matmul();
void test_movements();
void test_normalization();
void test_optimizers();
void test_pictures();
void test_pool();
void test_processor();
void test_recurrences();
void test_reductions();
void test_region_decoder();
void test_regions();
void test_rotary();
void test_winograd();

int main() {
    test_elementary();
    test_pool();
    test_processor();
    test_boundary();
    test_exhaustion();
    test_decoder();
    test_region_decoder();
    test_fuzz();
    test_elementwise();
    test_integers();
    test_regions();
    test_reductions();
    test_matmul();
    test_movements();
    test_convolution();
    test_winograd();
    test_int8();
    test_pictures();
    test_recurrences();
    test_cross_entropy();
    test_normalization();
    test_attention();
    test_cached_attention();
    test_rotary();
    test_optimizers();
    test_finiteness_and_norms();
    test_groups();
    test_group_failures();
    close_backends();
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
