#include "openblas.h"

#include <cstring>

extern "C" {
void cblas_sgemm(int order, int transposed_a, int transposed_b, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
char* openblas_get_corename();
void openblas_set_num_threads(int threads);
int openblas_get_num_threads();
}

namespace baton {

namespace {

constexpr int ROW_MAJOR = 101, AS_IS = 111, TRANSPOSED = 112;

}  // namespace

void multiply(bool transposed_a, bool transposed_b, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda,
              const float* b, int64_t ldb, float* c, int64_t ldc, bool accumulate) {
    cblas_sgemm(ROW_MAJOR, transposed_a ? TRANSPOSED : AS_IS, transposed_b ? TRANSPOSED : AS_IS, static_cast<int>(m),
                static_cast<int>(n), static_cast<int>(k), 1.0f, a, static_cast<int>(lda), b, static_cast<int>(ldb),
                accumulate ? 1.0f : 0.0f, c, static_cast<int>(ldc));
}

const char* openblas_core() { return openblas_get_corename(); }

bool openblas_has_small_kernels() {
    const char* core = openblas_core();
    return std::strcmp(core, "SkylakeX") == 0 || std::strcmp(core, "Cooperlake") == 0 ||
           std::strcmp(core, "SapphireRapids") == 0;
}

void openblas_use_one_thread() {
    if (openblas_get_num_threads() != 1) {
        openblas_set_num_threads(1);
    }
}

}  // namespace baton
