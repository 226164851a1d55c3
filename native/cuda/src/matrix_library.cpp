#include "matrix_library.h"

#include <algorithm>

#include "executor.h"
#include "plan_reader.h"

namespace baton {

void CublasLt::check(int status, const char* what) const {
    if (status != SUCCESS) {
        throw Failure(std::string(what) + ": " + status_string(status));
    }
}

// The library's matrices lie column by column. What lies row by row is there the transposed matrix, and the transposed
// result is the product of the transposed factors in the other order.
LibraryProduct::LibraryProduct(const CublasLt& library, CublasLt::Handle handle, CublasLt::Compute compute,
                               const MatrixProduct& p)
    : library_(library), handle_(handle), operation_(operation(compute, p)),
      first_(layout(p.type, p.b.transposed ? p.k : p.n, p.b.transposed ? p.n : p.k, p.b.row_step, p.batch, p.b.matrix_step)),
      second_(layout(p.type, p.a.transposed ? p.m : p.k, p.a.transposed ? p.k : p.m, p.a.row_step, p.batch, p.a.matrix_step)),
      result_(layout(CublasLt::FLOAT32, p.n, p.m, p.n, p.batch, p.m * p.n)) {
    choose(p);
}

LibraryProduct::Owned LibraryProduct::operation(CublasLt::Compute compute, const MatrixProduct& p) const {
    constexpr const char* WHAT = "cuBLASLt cannot describe a product";
    CublasLt::Operation made = nullptr;
    library_.check(library_.create_operation(&made, compute, CublasLt::FLOAT32), WHAT);
    Owned operation(made, library_.destroy_operation);
    auto set = [&](CublasLt::OperationAttribute attribute, bool transposed) {
        int32_t value = transposed ? CublasLt::TRANSPOSED : CublasLt::PLAIN;
        library_.check(library_.set_operation(made, attribute, &value, sizeof value), WHAT);
    };
    set(CublasLt::TRANSPOSE_A, p.b.transposed);
    set(CublasLt::TRANSPOSE_B, p.a.transposed);
    if (p.bias_alignment > 0) {
        uint32_t epilogue = CublasLt::BIAS;
        library_.check(library_.set_operation(made, CublasLt::EPILOGUE, &epilogue, sizeof epilogue), WHAT);
        // Of an address that is only known later the algorithm depends on how it is aligned.
        set_bias(made, reinterpret_cast<const void*>(p.bias_alignment));
    }
    return operation;
}

void LibraryProduct::set_bias(CublasLt::Operation operation, const void* bias) const {
    library_.check(library_.set_operation(operation, CublasLt::BIAS_POINTER, &bias, sizeof bias),
                   "cuBLASLt cannot take a product's bias");
}

LibraryProduct::Owned LibraryProduct::layout(CublasLt::Type type, int64_t rows, int64_t columns, int64_t step, int64_t batch,
                                             int64_t matrix_step) const {
    constexpr const char* WHAT = "cuBLASLt cannot describe a matrix";
    CublasLt::Layout made = nullptr;
    library_.check(library_.create_layout(&made, type, static_cast<uint64_t>(rows), static_cast<uint64_t>(columns), step), WHAT);
    Owned layout(made, library_.destroy_layout);
    int32_t count = static_cast<int32_t>(batch);
    library_.check(library_.set_layout(made, CublasLt::BATCH_COUNT, &count, sizeof count), WHAT);
    library_.check(library_.set_layout(made, CublasLt::BATCH_STRIDE, &matrix_step, sizeof matrix_step), WHAT);
    return layout;
}

void LibraryProduct::choose(const MatrixProduct& p) {
    constexpr uint64_t MOST_WORKSPACE = uint64_t(32) << 20;
    constexpr const char* WHAT = "cuBLASLt cannot choose an algorithm";
    CublasLt::Preference preference = nullptr;
    library_.check(library_.create_preference(&preference), WHAT);
    Owned owner(preference, library_.destroy_preference);
    auto set = [&](CublasLt::PreferenceAttribute attribute, auto value) {
        library_.check(library_.set_preference(preference, attribute, &value, sizeof value), WHAT);
    };
    set(CublasLt::MOST_WORKSPACE, MOST_WORKSPACE);
    set(CublasLt::REDUCTION_SCHEMES, CublasLt::IN_ONE_ORDER);
    set(CublasLt::ALIGNMENT_A, static_cast<uint32_t>(p.b.alignment));
    set(CublasLt::ALIGNMENT_B, static_cast<uint32_t>(p.a.alignment));
    set(CublasLt::ALIGNMENT_C, static_cast<uint32_t>(p.result_alignment));
    set(CublasLt::ALIGNMENT_D, static_cast<uint32_t>(p.result_alignment));
    int count = 0;
    std::lock_guard<std::mutex> lock(capturing());
    int status = library_.choose(handle_, operation_.get(), first_.get(), second_.get(), result_.get(), result_.get(),
                                 preference, 1, &choice_, &count);
    if (status != CublasLt::NOT_SUPPORTED && status != CublasLt::ARCH_MISMATCH) {
        library_.check(status, WHAT);
        exists_ = count > 0 && choice_.status == CublasLt::SUCCESS;
    }
}

void LibraryProduct::run(const Stream& stream, const void* a, const void* b, float* result, const float* bias,
                         void* workspace) const {
    const float alpha = 1, beta = 0;
    if (bias != nullptr) {
        set_bias(operation_.get(), bias);
    }
    library_.check(library_.multiply(handle_, operation_.get(), &alpha, b, first_.get(), a, second_.get(), &beta, result,
                                     result_.get(), result, result_.get(), &choice_.algorithm, workspace, choice_.workspace,
                                     stream.address()),
                   "cuBLASLt cannot multiply");
}

MatrixLibrary::MatrixLibrary(const CublasLt& library, bool tf32) : library_(library), tf32_(tf32) {
    library.check(library.create(&handle_), "cuBLASLt cannot be opened");
}

MatrixLibrary::~MatrixLibrary() {
    std::lock_guard<std::mutex> lock(capturing());
    library_.destroy(handle_);
}

std::unique_ptr<LibraryProduct> MatrixLibrary::prepare(const MatrixProduct& p) const {
    auto too_short = [](const MatrixFactor& factor, int64_t columns, int64_t turned) {
        return factor.row_step < (factor.transposed ? turned : columns);
    };
    bool empty = std::min({p.batch, p.m, p.n, p.k}) == 0;
    // Its numbers of rows and matrices are of 32 bits.
    bool large = std::max({p.batch, p.m, p.n, p.k, p.a.row_step, p.b.row_step}) > INT32_MAX;
    if (empty || large || too_short(p.a, p.k, p.m) || too_short(p.b, p.n, p.k)) {
        return nullptr;
    }
    bool tf32 = tf32_ && p.type == CublasLt::FLOAT32;
    auto product = std::make_unique<LibraryProduct>(library_, handle_,
                                                    tf32 ? CublasLt::COMPUTE_TF32 : CublasLt::COMPUTE_FLOAT32, p);
    return product->exists() ? std::move(product) : nullptr;
}

std::mutex& capturing() {
    static std::mutex mutex;
    return mutex;
}

Products::Products(const std::string& executor, const char* wanted) {
    const std::string of_library = executor + "+cublaslt", in_tf32 = of_library + "+tf32";
    const std::string asked = wanted == nullptr ? "" : wanted;
    const bool by_name = asked == of_library || asked == in_tf32;
    if (!asked.empty() && asked != executor && !by_name) {
        throw Failure("there are no products '" + asked + "': known are " + executor + ", " + of_library + " and " + in_tf32);
    }
    const CublasLt* found = asked == executor ? nullptr : cublas_lt();
    if (found == nullptr && by_name) {
        throw Failure("cuBLASLt is not installed, or not on the library path: libcublasLt.so.13 of CUDA 13");
    }
    if (found != nullptr) {
        library = std::make_unique<MatrixLibrary>(*found, asked == in_tf32);
    }
    name = found == nullptr ? executor : by_name ? asked : of_library;
}

}  // namespace baton
