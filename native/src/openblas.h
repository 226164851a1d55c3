// What is used of OpenBLAS.
#ifndef BATON_OPENBLAS_H
#define BATON_OPENBLAS_H

#include <cstdint>

namespace baton {

// c[m, n] = a[m, k] b[k, n] in row-major order, or where it accumulates that added to c, on the calling thread alone.
void multiply(bool transposed_a, bool transposed_b, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda,
              const float* b, int64_t ldb, float* c, int64_t ldc, bool accumulate = false);

// The name of the kernels that OpenBLAS has chosen for this processor.
const char* openblas_core();

// Whether those multiply small matrices without packing them.
bool openblas_has_small_kernels();

// OpenBLAS's number of threads is one for the whole process, which another library may set: asked for before each run.
void openblas_use_one_thread();

}  // namespace baton

#endif
