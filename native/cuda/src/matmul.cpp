// Matrix products with their epilogues: an item computes one element of the result.
#include "primitive_words.h"
#include "region.h"

namespace baton {
namespace {

struct Product {
    const float *a, *b;
    int64_t matrix_a, outer_a, inner_a;  // from one matrix, row and element of what is added up to the next
    int64_t matrix_b, outer_b, inner_b;
    int64_t m, n, k;
    float* c;  // null where only the epilogue uses the product
    RegionCode epilogue;
};

// Without room for registers there is no epilogue.
template <int REGISTERS>
struct MultiplyElement {
    Product product;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        const Product& p = product;
        int64_t column = element % p.n, row = element / p.n % p.m, matrix = element / p.n / p.m;
        const float* left = p.a + matrix * p.matrix_a + row * p.outer_a;
        const float* right = p.b + matrix * p.matrix_b + column * p.outer_b;
        float sum = 0;
        for (int64_t i = 0; i < p.k; i++) sum = multiply_add(left[i * p.inner_a], right[i * p.inner_b], sum);
        if constexpr (REGISTERS > 0) {
            evaluate<REGISTERS>(p.epilogue, element, sum);
        }
        // Only now: the product may lie where an operand of the epilogue does.
        if (p.c != nullptr) {
            p.c[element] = sum;
        }
    }
};

struct Matmul : Command, MatmulWords {
    std::unique_ptr<RegionNotes> notes;  // of the epilogue, where there is one

    explicit Matmul(Decoder& in) : MatmulWords(in) {
        if (fused) {
            notes = std::make_unique<RegionNotes>(in, epilogue);
        }
    }

    const char* name() const override { return "matmul"; }

    void run(const Run& run) const override {
        Product product{};
        product.a = run.at<const float>(a);
        product.b = run.at<const float>(b);
        product.matrix_a = stride_a;
        product.outer_a = transposed_a ? 1 : row_a;
        product.inner_a = transposed_a ? row_a : 1;
        product.matrix_b = stride_b;
        product.outer_b = transposed_b ? row_b : 1;
        product.inner_b = transposed_b ? 1 : row_b;
        product.m = m;
        product.n = n;
        product.k = k;
        product.c = c.exists() ? run.at<float>(c) : nullptr;
        if (!fused) {
            each(run.stream, batch * m * n, MultiplyElement<0>{product});
            return;
        }
        product.epilogue = notes->code(run);
        with_registers(product.epilogue, [&](auto registers) {
            each(run.stream, batch * m * n, MultiplyElement<decltype(registers)::value>{product});
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_matmul(Decoder& in) { return std::make_unique<Matmul>(in); }

}  // namespace baton
