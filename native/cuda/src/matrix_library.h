// Products of matrices by cuBLASLt. What can be found out before a plan runs is found out when it is made: the algorithm
// and the memory that it needs.
#ifndef BATON_CUDA_MATRIX_LIBRARY_H
#define BATON_CUDA_MATRIX_LIBRARY_H

#include <memory>
#include <mutex>
#include <string>

#include "cublas.h"

namespace baton {

struct Stream;

// A factor as it lies in memory, row by row; steps are elements, and addresses are multiples of so many bytes.
struct MatrixFactor {
    bool transposed;
    int64_t row_step, matrix_step;
    int64_t alignment;
};

// result[i] = a[i] b[i] of [m, k] and [k, n], without gaps; plus a bias [n] in each row.
struct MatrixProduct {
    CublasLt::Type type;  // of the factors; the result is of float32
    int64_t batch, m, n, k;
    MatrixFactor a, b;
    int64_t result_alignment = 1;
    int64_t bias_alignment = 0;  // where there is none
};

class LibraryProduct {
  public:
    // With factors of float32 of which the algorithm may read less (CublasLt::COMPUTE_TF32), or with all that there is.
    LibraryProduct(const CublasLt& library, CublasLt::Handle handle, CublasLt::Compute compute, const MatrixProduct& product);
    // Whether the library has a way for it.
    bool exists() const { return exists_; }
    // The bytes that it needs beside its matrices.
    int64_t workspace() const { return static_cast<int64_t>(choice_.workspace); }
    // Bias is null where there is none.
    void run(const Stream& stream, const void* a, const void* b, float* result, const float* bias, void* workspace) const;

  private:
    using Owned = std::unique_ptr<CublasLt::Opaque, int (*)(CublasLt::Opaque*)>;
    void set_bias(CublasLt::Operation operation, const void* bias) const;
    Owned operation(CublasLt::Compute compute, const MatrixProduct& product) const;
    Owned layout(CublasLt::Type type, int64_t rows, int64_t columns, int64_t step, int64_t batch, int64_t matrix_step) const;
    void choose(const MatrixProduct& product);
    const CublasLt& library_;
    CublasLt::Handle handle_;
    Owned operation_, first_, second_, result_;
    CublasLt::Choice choice_{};
    bool exists_ = false;
};

// cuBLASLt as the calling thread's GPU has it.
class MatrixLibrary {
  public:
    // With tf32, factors of float32 may be read with 10 bits of their mantissas, as matrix units do.
    MatrixLibrary(const CublasLt& library, bool tf32);
    ~MatrixLibrary();
    MatrixLibrary(const MatrixLibrary&) = delete;
    MatrixLibrary& operator=(const MatrixLibrary&) = delete;
    // Null where the library has no way for it.
    std::unique_ptr<LibraryProduct> prepare(const MatrixProduct& product) const;

  private:
    const CublasLt& library_;
    bool tf32_;
    CublasLt::Handle handle_ = nullptr;
};

// Held while a stream is captured, and by what other threads must not do meanwhile: closing the library waits for the GPU,
// which would end the capture.
std::mutex& capturing();

// Whose products an executor has: the commands' own ("cuda"), or the library's ("cuda+cublaslt"), which may read float32 as
// matrix units do ("cuda+cublaslt+tf32").
struct Products {
    // Null or an empty name mean the library's where it is installed. Fails in words where there are none of that name.
    Products(const std::string& executor, const char* wanted);
    std::unique_ptr<MatrixLibrary> library;  // null where they are the commands' own
    std::string name;
};

}  // namespace baton

#endif
