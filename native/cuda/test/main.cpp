#include "bench.h"
#include "check.h"

void test_boundary();
void test_cuda_decoder();
void test_elementwise();
void test_finiteness_and_norms();
void test_executor();
void test_fuzz();
void test_group_failures();
void test_groups();
void test_integers();
void test_long_rows();
void test_matmul();
void test_movements();
void test_reductions();
void test_region_decoder();
void test_regions();

int main() {
    test_executor();
    test_boundary();
    test_cuda_decoder();
    test_region_decoder();
    test_fuzz();
    test_elementwise();
    test_integers();
    test_regions();
    test_reductions();
    test_long_rows();
    test_matmul();
    test_movements();
    test_finiteness_and_norms();
    test_groups();
    test_group_failures();
    close_backends();
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
