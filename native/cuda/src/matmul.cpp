// Matrix products with their epilogues: an item computes one element of the result.
#include "region.h"

namespace baton {
namespace {

// A factor as it lies in memory: from one row to the next, and from one matrix to the next.
struct Factor {
    Reference from;
    int64_t row, matrix;
};

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

struct Matmul : Command {
    int64_t batch, m, n, k;
    bool transposed_a, transposed_b;
    Factor a, b;
    Reference c;
    std::unique_ptr<RegionNotes> epilogue;

    const char* name() const override { return "matmul"; }

    void run(const Run& run) const override {
        Product product{};
        product.a = run.at<const float>(a.from);
        product.b = run.at<const float>(b.from);
        product.matrix_a = a.matrix;
        product.outer_a = transposed_a ? 1 : a.row;
        product.inner_a = transposed_a ? a.row : 1;
        product.matrix_b = b.matrix;
        product.outer_b = transposed_b ? b.row : 1;
        product.inner_b = transposed_b ? 1 : b.row;
        product.m = m;
        product.n = n;
        product.k = k;
        product.c = c.exists() ? run.at<float>(c) : nullptr;
        if (epilogue == nullptr) {
            each(run.stream, batch * m * n, MultiplyElement<0>{product});
            return;
        }
        product.epilogue = epilogue->code(run);
        with_registers(product.epilogue, [&](auto registers) {
            each(run.stream, batch * m * n, MultiplyElement<decltype(registers)::value>{product});
        });
    }
};

// A factor of so many rows, as they lie in memory.
Factor decode_factor(Decoder& in, int64_t batch, int64_t rows, int64_t columns) {
    Factor factor;
    int64_t word = in.word();
    factor.row = in.within(columns, INT32_MAX, "row stride of a factor");
    factor.matrix = in.within(0, int64_t(1) << 40, "batch stride of a factor");
    int64_t matrix = rows == 0 || columns == 0 ? 0 : times(rows - 1, factor.row) + columns;
    int64_t elements = batch == 0 || matrix == 0 ? 0 : times(batch - 1, factor.matrix) + matrix;
    factor.from = in.resolve(word, elements, Type::F32, false);
    return factor;
}

}  // namespace

std::unique_ptr<Command> decode_matmul(Decoder& in) {
    auto command = std::make_unique<Matmul>();
    Matmul& p = *command;
    constexpr int64_t MOST = int64_t(1) << 31;
    p.batch = in.within(0, MOST - 1, "batch");
    p.m = in.within(0, MOST - 1, "m");
    p.n = in.within(0, MOST - 1, "n");
    p.k = in.within(0, MOST - 1, "k");
    p.transposed_a = in.within(0, 1, "transposition of A") == 1;
    p.transposed_b = in.within(0, 1, "transposition of B") == 1;
    p.a = decode_factor(in, p.batch, p.transposed_a ? p.k : p.m, p.transposed_a ? p.m : p.k);
    p.b = decode_factor(in, p.batch, p.transposed_b ? p.n : p.k, p.transposed_b ? p.k : p.n);
    if (p.m * p.n > 0 && p.batch > (int64_t(1) << 40) / (p.m * p.n)) {
        throw Failure("a matrix product has too many elements");
    }
    p.c = in.reference(p.batch * p.m * p.n, Type::F32, true);
    if (in.within(0, 1, "flag of the region") == 1) {
        p.epilogue = std::make_unique<RegionNotes>(in);
        const Region& e = p.epilogue->region();
        if (e.rank != 3 || e.sizes[0] != p.batch || e.sizes[1] != p.m || e.sizes[2] != p.n) {
            throw Failure("the region of a matrix product iterates over [batch, m, n]");
        }
    } else if (!p.c.exists()) {
        throw Failure("a matrix product has neither a result nor a region");
    }
    return command;
}

}  // namespace baton
