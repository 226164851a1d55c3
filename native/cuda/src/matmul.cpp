// Matrix products with their epilogues: by the library where there is one that has a way for them, else by the commands' own
// kernel. The library's epilogues are few: what follows a product is a kernel of its own there.
//
// Of the own kernel, an item computes a tile of the result in registers; its columns lie apart, so that
// neighbouring items read and write neighbouring columns. Every sum goes through the inner dimension from its first element
// to its last, whatever the tile.
#include "library_matmul.h"

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
        if (library.exists()) {
            library.run(run, *this, notes.get());
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
