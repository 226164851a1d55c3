#include "openblas_double.h"

#include <atomic>

namespace {

std::atomic<const char*> core{"Haswell"};
std::atomic<int> threads{1};
std::atomic<int> wrong{0};

constexpr int ROW_MAJOR = 101, AS_IS = 111, TRANSPOSED = 112;

bool is_flag(int value) { return value == AS_IS || value == TRANSPOSED; }

}  // namespace

extern "C" {

void double_set_core(const char* name) { core = name; }
int double_wrong_calls() { return wrong; }
void openblas_set_num_threads(int wanted) { threads = wanted; }
int openblas_get_num_threads() { return threads; }
char* openblas_get_corename() { return const_cast<char*>(core.load()); }

// The definition, added up in double and rounded once. C is read only where beta is 1.
void cblas_sgemm(int order, int transposed_a, int transposed_b, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc) {
    bool by_columns_a = transposed_a == TRANSPOSED, by_columns_b = transposed_b == TRANSPOSED;
    if (order != ROW_MAJOR || !is_flag(transposed_a) || !is_flag(transposed_b) || m < 1 || n < 1 || k < 1 ||
        alpha != 1 || (beta != 0 && beta != 1) || lda < (by_columns_a ? m : k) || ldb < (by_columns_b ? k : n) || ldc < n) {
        wrong++;
        return;
    }
    for (long i = 0; i < m; i++) {
        for (long j = 0; j < n; j++) {
            double sum = beta == 0 ? 0 : c[i * ldc + j];
            for (long l = 0; l < k; l++) {
                float x = by_columns_a ? a[l * lda + i] : a[i * lda + l];
                float y = by_columns_b ? b[j * ldb + l] : b[l * ldb + j];
                sum += static_cast<double>(x) * y;
            }
            c[i * ldc + j] = static_cast<float>(sum);
        }
    }
}

}  // extern "C"
