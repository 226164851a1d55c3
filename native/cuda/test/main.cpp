#include "bench.h"
#include "check.h"

void test_attention();
void test_boundary();
void test_convolution();
void test_cross_entropy();
void test_cuda_decoder();
void test_elementwise();
void test_finiteness_and_norms();
void test_executor();
void test_fuzz();
void test_graphs();
void test_group_failures();
void test_groups();
void test_integers();
void test_library();
void test_long_rows();
void test_matmul();
void test_movements();
void test_normalization();
void test_optimizers();
void test_pictures();
void test_recurrences();
void test_reductions();
void test_region_decoder();
void test_regions();
void test_rotary();
void test_tiles();

int main() {
    test_executor();
    test_boundary();
    test_graphs();
    test_cuda_decoder();
    test_region_decoder();
    test_fuzz();
    test_elementwise();
    test_integers();
    test_regions();
    test_reductions();
    test_long_rows();
    test_matmul();
    test_library();
    test_movements();
    test_convolution();
    test_tiles();
    test_attention();
    test_pictures();
    test_recurrences();
    test_cross_entropy();
    test_normalization();
    test_rotary();
    test_optimizers();
    test_finiteness_and_norms();
    test_groups();
    test_group_failures();
    close_backends();
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
