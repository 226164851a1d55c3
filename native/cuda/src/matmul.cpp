// Matrix products with their epilogues: by the library where there is one that has a way for them, else by the commands' own
// kernel. The library's epilogues are few: what follows a product is a kernel of its own there.
//
// Of the own kernel, an item computes a tile of the result in registers; its columns lie apart, so that
// neighbouring items read and write neighbouring columns. Every sum goes through the inner dimension from its first element
// to its last, whatever the tile.
#include "bfloat16.h"
#include "library_factor.h"
#include "primitive_words.h"
#include "region.h"

namespace baton {
namespace {

struct Product {
    const float *a, *b;
    int64_t matrix_a, outer_a, inner_a;  // from one matrix, row and element of what is added up to the next
    int64_t matrix_b, outer_b, inner_b;
    int64_t batch, m, n, k;
    float* c;  // null where only the epilogue uses the product
    RegionCode epilogue;
};

// Without room for registers there is no epilogue.
template <int ROWS, int COLUMNS, bool ROUNDED, int REGISTERS>
struct MultiplyTile {
    Product p;
    int64_t tiles_down, tiles_across;

    explicit MultiplyTile(const Product& product)
        : p(product), tiles_down(divided_up(p.m, ROWS)), tiles_across(divided_up(p.n, COLUMNS)) {}

    int64_t count() const { return p.batch * tiles_down * tiles_across; }

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t column = item % tiles_across, row = item / tiles_across % tiles_down * ROWS;
        int64_t matrix = item / tiles_across / tiles_down;
        // What lies behind the last row or column reads that again.
        const float *left[ROWS], *right[COLUMNS];
        for (int i = 0; i < ROWS; i++) {
            left[i] = p.a + matrix * p.matrix_a + (row + i < p.m ? row + i : p.m - 1) * p.outer_a;
        }
        for (int j = 0; j < COLUMNS; j++) {
            int64_t own = column + j * tiles_across;
            right[j] = p.b + matrix * p.matrix_b + (own < p.n ? own : p.n - 1) * p.outer_b;
        }
        float sums[ROWS][COLUMNS] = {};
        for (int64_t l = 0; l < p.k; l++) {
            float x[ROWS], y[COLUMNS];
            for (int i = 0; i < ROWS; i++) x[i] = factor<ROUNDED>(left[i][l * p.inner_a]);
            for (int j = 0; j < COLUMNS; j++) y[j] = factor<ROUNDED>(right[j][l * p.inner_b]);
            for (int i = 0; i < ROWS; i++) {
                for (int j = 0; j < COLUMNS; j++) sums[i][j] = multiply_add(x[i], y[j], sums[i][j]);
            }
        }
        for (int number = 0; number < ROWS * COLUMNS; number++) {
            int64_t own_row = row + number / COLUMNS, own_column = column + number % COLUMNS * tiles_across;
            if (own_row < p.m && own_column < p.n) {
                finish((matrix * p.m + own_row) * p.n + own_column, chosen(sums, number));
            }
        }
    }

  private:
    // An element by its number. As an index that number would move the tile from registers to memory.
    BATON_CUDA_FUNCTION static float chosen(const float (&sums)[ROWS][COLUMNS], int number) {
        float result = 0;
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < COLUMNS; j++) result = number == i * COLUMNS + j ? sums[i][j] : result;
        }
        return result;
    }

    BATON_CUDA_FUNCTION void finish(int64_t element, float sum) const {
        if constexpr (REGISTERS > 0) {
            evaluate<REGISTERS>(p.epilogue, element, sum);
        }
        // Only now: the product may lie where an operand of the epilogue does.
        if (p.c != nullptr) {
            p.c[element] = sum;
        }
    }
};

// What follows a product that lies in memory.
template <int REGISTERS>
struct FinishProduct {
    RegionCode epilogue;
    const float* product;
    float* c;  // null where only the epilogue uses it

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        float sum = product[element];
        evaluate<REGISTERS>(epilogue, element, sum);
        if (c != nullptr) {
            c[element] = sum;
        }
    }
};

// A product by the library: prepared where it has a way for it.
struct MatmulByLibrary {
    std::unique_ptr<RoundedFactor> rounded_a, rounded_b;  // of bfloat16
    Reference product;
    bool keeps_product = false;  // where it is to stay, as no epilogue is in the way
    Reference workspace;
    std::unique_ptr<LibraryProduct> prepared;

    MatmulByLibrary(Decoder& in, const MatmulWords& w, bool rounded) {
        if (in.library() == nullptr || std::min({w.batch, w.m, w.n, w.k}) == 0) {
            return;
        }
        MatrixFactor a{w.transposed_a, w.row_a, w.stride_a, in.alignment(w.a)};
        MatrixFactor b{w.transposed_b, w.row_b, w.stride_b, in.alignment(w.b)};
        if (rounded) {
            rounded_a = std::make_unique<RoundedFactor>(in, w.batch, w.transposed_a ? w.k : w.m, w.transposed_a ? w.m : w.k,
                                                        w.row_a, w.stride_a);
            rounded_b = std::make_unique<RoundedFactor>(in, w.batch, w.transposed_b ? w.n : w.k, w.transposed_b ? w.k : w.n,
                                                        w.row_b, w.stride_b);
            a = rounded_a->factor(in, w.transposed_a);
            b = rounded_b->factor(in, w.transposed_b);
        }
        keeps_product = w.c.exists() && !is_read(w);
        product = keeps_product ? w.c : in.scratch<float>(times(w.batch, w.m * w.n));
        prepared = in.library()->prepare({rounded ? CublasLt::BFLOAT16 : CublasLt::FLOAT32, w.batch, w.m, w.n, w.k, a, b,
                                          in.alignment(product)});
        if (prepared != nullptr) {
            workspace = in.scratch<char>(prepared->workspace());
        }
    }

    // Whether the epilogue reads or writes something else where the product is kept, so that it can't lie there before.
    static bool is_read(const MatmulWords& w) {
        int64_t end = w.c.offset + w.batch * w.m * w.n * static_cast<int64_t>(sizeof(float));
        auto lies_there = [&](const Reference& from, int64_t elements, Type type) {
            return from.exists() && from.space == w.c.space && from.offset < end &&
                   from.offset + elements * size_of(type) > w.c.offset;
        };
        bool read = false;
        for (const Operand& operand : w.epilogue.operands) {
            int64_t elements = 1;
            for (int d = 0; d < w.epilogue.rank; d++) elements += (w.epilogue.sizes[d] - 1) * operand.strides[d];
            read = read || lies_there(operand.from, elements, operand.type);
        }
        for (const Output& output : w.epilogue.outputs) {
            read = read || lies_there(output.to, w.batch * w.m * w.n, output.type);
        }
        return read;
    }

    void run(const Run& run, const MatmulWords& w) const {
        prepared->run(run.stream, at(run, w.a, rounded_a.get()), at(run, w.b, rounded_b.get()), run.at<float>(product),
                      run.at<char>(workspace));
    }
};

template <bool ROUNDED>
struct Matmul : Command, MatmulWords {
    std::unique_ptr<RegionNotes> notes;  // of the epilogue, where there is one
    MatmulByLibrary library;

    explicit Matmul(Decoder& in) : MatmulWords(in), library(in, *this, ROUNDED) {
        if (fused) {
            notes = std::make_unique<RegionNotes>(in, epilogue);
        }
    }

    const char* name() const override { return "matmul"; }

    void run(const Run& run) const override {
        if (library.prepared != nullptr) {
            library.run(run, *this);
            if (fused) {
                RegionCode epilogue = notes->code(run);
                with_registers(epilogue, [&](auto registers) {
                    each(run.stream, batch * m * n,
                         FinishProduct<decltype(registers)::value>{epilogue, run.at<const float>(library.product),
                                                                   library.keeps_product ? nullptr : run.optional<float>(c)});
                });
            }
            return;
        }
        Product product{};
        product.a = run.at<const float>(a);
        product.b = run.at<const float>(b);
        product.matrix_a = stride_a;
        product.outer_a = transposed_a ? 1 : row_a;
        product.inner_a = transposed_a ? row_a : 1;
        product.matrix_b = stride_b;
        product.outer_b = transposed_b ? row_b : 1;
        product.inner_b = transposed_b ? 1 : row_b;
        product.batch = batch;
        product.m = m;
        product.n = n;
        product.k = k;
        product.c = run.optional<float>(c);
        if (!fused) {
            multiply<0>(run, product);
            return;
        }
        product.epilogue = notes->code(run);
        with_registers(product.epilogue,
                       [&](auto registers) { multiply<decltype(registers)::value>(run, product); });
    }

    // Large tiles read memory less often, small ones give a GPU more items.
    template <int REGISTERS>
    static void multiply(const Run& run, const Product& product) {
        constexpr int64_t ENOUGH = 1 << 14;
        MultiplyTile<4, 4, ROUNDED, REGISTERS> large(product);
        if (large.count() >= ENOUGH) {
            each(run.stream, large.count(), large);
        } else {
            MultiplyTile<1, 1, ROUNDED, REGISTERS> small(product);
            each(run.stream, small.count(), small);
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_matmul(Decoder& in, bool rounded) {
    if (rounded) {
        return std::make_unique<Matmul<true>>(in);
    }
    return std::make_unique<Matmul<false>>(in);
}

}  // namespace baton
