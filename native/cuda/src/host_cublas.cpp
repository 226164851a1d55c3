// cuBLASLt's functions for the host executor, by its documentation: so that what commands tell the library is tested where
// there is none. Matrices lie column by column; what does not fit together is refused as the library would.
#include <cstring>
#include <new>

#include "bfloat16.h"
#include "cublas.h"

namespace baton {
namespace {

struct Operation {
    int compute;
    int32_t transposed[2] = {CublasLt::PLAIN, CublasLt::PLAIN};
    uint32_t epilogue = CublasLt::NO_EPILOGUE;
    const void* bias = nullptr;
};

struct Layout {
    int type;
    int64_t rows, columns, step;
    int32_t batch = 1;
    int64_t matrix_step = 0;
};

struct Preference {
    uint64_t workspace = 0;
    uint32_t alignments[4] = {256, 256, 256, 256};
};

// What the library would ask for at a product, so that commands have to bring it.
constexpr size_t WORKSPACE = 64;

template <typename T>
T* as(CublasLt::Opaque* opaque) {
    return reinterpret_cast<T*>(opaque);
}

template <typename T>
int made(CublasLt::Opaque** to, T* object) {
    *to = reinterpret_cast<CublasLt::Opaque*>(object);
    return CublasLt::SUCCESS;
}

template <typename T>
int destroyed(CublasLt::Opaque* object) {
    delete as<T>(object);
    return CublasLt::SUCCESS;
}

template <typename T>
int assigned(T& field, const void* value, size_t bytes) {
    if (bytes != sizeof(T)) {
        return CublasLt::INVALID_VALUE;
    }
    std::memcpy(&field, value, bytes);
    return CublasLt::SUCCESS;
}

int set_operation(CublasLt::Operation operation, int attribute, const void* value, size_t bytes) {
    Operation& o = *as<Operation>(operation);
    switch (attribute) {
        case CublasLt::TRANSPOSE_A: return assigned(o.transposed[0], value, bytes);
        case CublasLt::TRANSPOSE_B: return assigned(o.transposed[1], value, bytes);
        case CublasLt::EPILOGUE: return assigned(o.epilogue, value, bytes);
        case CublasLt::BIAS_POINTER: return assigned(o.bias, value, bytes);
        default: return CublasLt::INVALID_VALUE;
    }
}

int create_layout(CublasLt::Layout* layout, int type, uint64_t rows, uint64_t columns, int64_t step) {
    if (rows == 0 || columns == 0 || step < static_cast<int64_t>(rows)) {
        return CublasLt::INVALID_VALUE;
    }
    return made(layout, new Layout{type, static_cast<int64_t>(rows), static_cast<int64_t>(columns), step});
}

int set_layout(CublasLt::Layout layout, int attribute, const void* value, size_t bytes) {
    switch (attribute) {
        case CublasLt::BATCH_COUNT: return assigned(as<Layout>(layout)->batch, value, bytes);
        case CublasLt::BATCH_STRIDE: return assigned(as<Layout>(layout)->matrix_step, value, bytes);
        default: return CublasLt::INVALID_VALUE;
    }
}

int set_preference(CublasLt::Preference preference, int attribute, const void* value, size_t bytes) {
    Preference& p = *as<Preference>(preference);
    uint32_t schemes = 0;
    int status;
    switch (attribute) {
        case CublasLt::MOST_WORKSPACE: return assigned(p.workspace, value, bytes);
        case CublasLt::REDUCTION_SCHEMES:
            status = assigned(schemes, value, bytes);
            return schemes == CublasLt::IN_ONE_ORDER ? status : CublasLt::INVALID_VALUE;
        case CublasLt::ALIGNMENT_A: return assigned(p.alignments[0], value, bytes);
        case CublasLt::ALIGNMENT_B: return assigned(p.alignments[1], value, bytes);
        case CublasLt::ALIGNMENT_C: return assigned(p.alignments[2], value, bytes);
        case CublasLt::ALIGNMENT_D: return assigned(p.alignments[3], value, bytes);
        default: return CublasLt::INVALID_VALUE;
    }
}

struct Sizes {
    int64_t rows, columns;
};

Sizes turned(const Layout& layout, int32_t transposed) {
    return transposed == CublasLt::PLAIN ? Sizes{layout.rows, layout.columns} : Sizes{layout.columns, layout.rows};
}

bool fit(const Operation& operation, const Layout& a, const Layout& b, const Layout& d) {
    Sizes left = turned(a, operation.transposed[0]), right = turned(b, operation.transposed[1]);
    bool types = a.type == b.type && (a.type == CublasLt::FLOAT32 || a.type == CublasLt::BFLOAT16) && d.type == CublasLt::FLOAT32;
    return types && left.rows == d.rows && right.columns == d.columns && left.columns == right.rows && a.batch == d.batch &&
           b.batch == d.batch;
}

bool has_bias(const Operation& o) { return o.epilogue == CublasLt::BIAS; }

// The algorithm keeps what was promised of addresses.
int choose(CublasLt::Handle, CublasLt::Operation operation, CublasLt::Layout a, CublasLt::Layout b, CublasLt::Layout,
           CublasLt::Layout d, CublasLt::Preference preference, int, CublasLt::Choice* choices, int* count) {
    if (!fit(*as<Operation>(operation), *as<Layout>(a), *as<Layout>(b), *as<Layout>(d))) {
        return CublasLt::INVALID_VALUE;
    }
    const Preference& p = *as<Preference>(preference);
    *count = p.workspace < WORKSPACE ? 0 : 1;
    for (size_t i = 0; i < 4; i++) choices[0].algorithm.data[i] = p.alignments[i];
    const Operation& o = *as<Operation>(operation);
    if (has_bias(o) != (o.bias != nullptr)) {
        return CublasLt::INVALID_VALUE;
    }
    uintptr_t bias = reinterpret_cast<uintptr_t>(o.bias);
    choices[0].algorithm.data[4] = has_bias(o) ? bias & -bias : 1;
    choices[0].workspace = WORKSPACE;
    choices[0].status = CublasLt::SUCCESS;
    return *count == 0 ? CublasLt::NOT_SUPPORTED : CublasLt::SUCCESS;
}

bool is_aligned(const void* address, uint64_t bytes) { return reinterpret_cast<uintptr_t>(address) % bytes == 0; }

// With the upper 10 bits of the mantissa, to the nearest; an infinity stays one.
float in_tf32(float x) {
    return is_finite(x) ? float_of(static_cast<int32_t>((static_cast<uint32_t>(bits_of(x)) + 0x1000) & 0xffffe000)) : x;
}

float element(const void* matrices, int type, bool tf32, int64_t index) {
    if (type == CublasLt::FLOAT32) {
        float value = static_cast<const float*>(matrices)[index];
        return tf32 ? in_tf32(value) : value;
    }
    return float_of(static_cast<int32_t>(uint32_t(static_cast<const uint16_t*>(matrices)[index]) << 16));
}

int multiply(CublasLt::Handle, CublasLt::Operation operation, const void* alpha, const void* a, CublasLt::Layout layout_a,
             const void* b, CublasLt::Layout layout_b, const void* beta, const void* c, CublasLt::Layout layout_c, void* d,
             CublasLt::Layout layout_d, const CublasLt::Algorithm* algorithm, void* workspace, size_t workspace_bytes, void*) {
    const Operation& o = *as<Operation>(operation);
    const Layout &left = *as<Layout>(layout_a), &right = *as<Layout>(layout_b), &result = *as<Layout>(layout_d);
    const void* addresses[] = {a, b, c, d, o.bias};
    for (size_t i = 0; i < 5; i++) {
        if (!is_aligned(addresses[i], algorithm->data[i])) {
            return CublasLt::INVALID_VALUE;
        }
    }
    if (!fit(o, left, right, result) || workspace_bytes < WORKSPACE || c != d || layout_c != layout_d ||
        *static_cast<const float*>(alpha) != 1 || *static_cast<const float*>(beta) != 0) {
        return CublasLt::INVALID_VALUE;
    }
    if (!is_aligned(workspace, 256) || (result.batch > 1 && result.matrix_step < result.columns * result.step)) {
        return CublasLt::INVALID_VALUE;
    }
    std::memset(workspace, 0x7f, WORKSPACE);
    const bool tf32 = o.compute == CublasLt::COMPUTE_TF32;
    const int64_t inner = turned(left, o.transposed[0]).columns;
    const int64_t left_row = o.transposed[0] == CublasLt::PLAIN ? 1 : left.step;
    const int64_t left_inner = o.transposed[0] == CublasLt::PLAIN ? left.step : 1;
    const int64_t right_inner = o.transposed[1] == CublasLt::PLAIN ? 1 : right.step;
    const int64_t right_column = o.transposed[1] == CublasLt::PLAIN ? right.step : 1;
    for (int64_t matrix = 0; matrix < result.batch; matrix++) {
        for (int64_t column = 0; column < result.columns; column++) {
            for (int64_t row = 0; row < result.rows; row++) {
                float sum = 0;
                for (int64_t k = 0; k < inner; k++) {
                    float x = element(a, left.type, tf32, matrix * left.matrix_step + row * left_row + k * left_inner);
                    float y = element(b, right.type, tf32, matrix * right.matrix_step + k * right_inner + column * right_column);
                    sum = multiply_add(x, y, sum);
                }
                // A bias has an element for each row.
                if (has_bias(o)) {
                    sum += static_cast<const float*>(o.bias)[row];
                }
                static_cast<float*>(d)[matrix * result.matrix_step + column * result.step + row] = sum;
            }
        }
    }
    return CublasLt::SUCCESS;
}

}  // namespace

const CublasLt* cublas_lt() {
    static const CublasLt own{
        [](CublasLt::Handle* handle) { return made(handle, new int); },
        destroyed<int>,
        [](int status) { return status == CublasLt::INVALID_VALUE ? "invalid value" : "not supported"; },
        [](CublasLt::Operation* operation, int compute, int) { return made(operation, new Operation{compute}); },
        set_operation,
        destroyed<Operation>,
        create_layout,
        set_layout,
        destroyed<Layout>,
        [](CublasLt::Preference* preference) { return made(preference, new Preference()); },
        set_preference,
        destroyed<Preference>,
        choose,
        multiply};
    return &own;
}

}  // namespace baton
