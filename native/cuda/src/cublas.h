// cuBLASLt, by which GPUs multiply matrices with their matrix units. Looked up while running: where it is not installed, the
// commands' own kernels multiply. The host executor has its own of these functions (host_cublas.cpp).
#ifndef BATON_CUDA_CUBLAS_H
#define BATON_CUDA_CUBLAS_H

#include <cstddef>
#include <cstdint>

namespace baton {

// Those of its functions that are needed, by the types and numbers of its documentation (CUDA 13).
struct CublasLt {
    struct Opaque;
    using Handle = Opaque*;
    using Operation = Opaque*;
    using Layout = Opaque*;
    using Preference = Opaque*;
    struct Algorithm {
        uint64_t data[8];
    };
    struct Choice {
        Algorithm algorithm;
        size_t workspace;
        int status;
        float waves;
        int reserved[4];
    };
    enum Status : int { SUCCESS = 0, INVALID_VALUE = 7, ARCH_MISMATCH = 8, NOT_SUPPORTED = 15 };
    enum Type : int { FLOAT32 = 0, BFLOAT16 = 14 };
    enum Compute : int { COMPUTE_FLOAT32 = 68, COMPUTE_TF32 = 77 };
    enum Transposition : int32_t { PLAIN = 0, TRANSPOSED = 1 };
    enum OperationAttribute : int { TRANSPOSE_A = 3, TRANSPOSE_B = 4, EPILOGUE = 7, BIAS_POINTER = 8 };
    enum Epilogue : uint32_t { NO_EPILOGUE = 1, BIAS = 4 };
    enum LayoutAttribute : int { BATCH_COUNT = 5, BATCH_STRIDE = 6 };
    enum PreferenceAttribute : int {
        MOST_WORKSPACE = 1,
        REDUCTION_SCHEMES = 3,
        ALIGNMENT_A = 5,
        ALIGNMENT_B = 6,
        ALIGNMENT_C = 7,
        ALIGNMENT_D = 8
    };
    // Of several blocks' sums: in memory of their own, and then in one order. The other schemes may add up as they come.
    static constexpr uint32_t IN_ONE_ORDER = 2;

    int (*create)(Handle* handle);
    int (*destroy)(Handle handle);
    const char* (*status_string)(int status);
    int (*create_operation)(Operation* operation, int compute, int scale_type);
    int (*set_operation)(Operation operation, int attribute, const void* value, size_t bytes);
    int (*destroy_operation)(Operation operation);
    int (*create_layout)(Layout* layout, int type, uint64_t rows, uint64_t columns, int64_t column_step);
    int (*set_layout)(Layout layout, int attribute, const void* value, size_t bytes);
    int (*destroy_layout)(Layout layout);
    int (*create_preference)(Preference* preference);
    int (*set_preference)(Preference preference, int attribute, const void* value, size_t bytes);
    int (*destroy_preference)(Preference preference);
    int (*choose)(Handle handle, Operation operation, Layout a, Layout b, Layout c, Layout d, Preference preference, int most,
                  Choice* choices, int* count);
    int (*multiply)(Handle handle, Operation operation, const void* alpha, const void* a, Layout layout_a, const void* b,
                    Layout layout_b, const void* beta, const void* c, Layout layout_c, void* d, Layout layout_d,
                    const Algorithm* algorithm, void* workspace, size_t workspace_bytes, void* stream);

    // Fails in words unless the status is success.
    void check(int status, const char* what) const;
};

// Null where it is not installed.
const CublasLt* cublas_lt();

}  // namespace baton

#endif
