// Matrix products: OpenBLAS on one thread over tiles of the result, and the epilogue on each tile while it is in the
// cache. One thread adds a tile's inner dimension up, so that the bits do not depend on the number of threads. A right
// factor that is transposed may be turned around first (tiles.h). Factors that are rounded to bfloat16 are multiplied by
// kernels of our own (paired_factors.h), with the same epilogues.
#include <algorithm>

#include "bias.h"
#include "paired_factors.h"
#include "plan.h"
#include "primitive_words.h"
#include "tiles.h"
#include "transpose.h"

namespace baton {
namespace {

// A right factor as it is multiplied.
struct Right {
    const float* from;
    int64_t row, stride;
    bool transposed;
};

struct Matmul : Command, MatmulWords {
    bool paired;
    Reference bias;  // of float32 products

    Matmul(Decoder& in, bool is_paired) : MatmulWords(in), paired(is_paired) {
        if (!fused) {
            return;
        }
        if (!paired && !c.exists()) {
            bias = take_bias(epilogue);
        }
        bool nothing_left = epilogue.instructions.empty() && epilogue.outputs.size() == 1;
        if (bias.exists() && nothing_left && epilogue.outputs[0].value == epilogue.product) {
            c = epilogue.outputs[0].to;
            fused = false;
        }
    }

    // Whether it is cut for OpenBLAS's kernels for small matrices.
    bool small_tiles(const Machine& machine) const {
        return machine.small_tiles && !(machine.own_wide && is_wide(m, n, k, transposed_a));
    }

    bool turns_right(const Machine& machine) const {
        return !paired && (batch == 1 || stride_b == 0) && turns(small_tiles(machine), m, n, k, transposed_b);
    }

    PairedFactors factors(const Machine& machine) const { return {m, n, k, *machine.pairs}; }
    // Of bfloat16: columns that are read for one tile alone are copied by whoever multiplies them, and are in the cache then.
    bool shares_right() const { return m > PairedFactors::BLOCK || rights() < batch; }
    int64_t lefts() const { return stride_a == 0 ? 1 : batch; }
    int64_t rights() const { return stride_b == 0 ? 1 : batch; }
    int64_t all_lefts(const Machine& machine) const {
        return rounded_up(times(lefts(), factors(machine).left_lanes(transposed_a)), 16);
    }

    int64_t shared_floats(const Machine& machine) const override {
        if (paired) {
            PairedFactors factors = this->factors(machine);
            int64_t copied = shares_right() ? times(rights(), factors.right_lanes())
                                            : times(machine.pool.threads(), factors.panel_lanes());
            return all_lefts(machine) + copied;
        }
        if (is_few()) {
            return pieces() * m * n;
        }
        return turns_right(machine) ? n * k : 0;
    }

    void run(const Run& run) const override {
        if (batch * m * n == 0) {
            return;
        }
        if (paired) {
            run_paired(run);
            return;
        }
        if (is_few()) {
            run_few(run);
            return;
        }
        Right right{run.at<const float>(b), row_b, stride_b, transposed_b};
        if (turns_right(run.machine)) {
            transpose(run.machine.pool, n, k, right.from, row_b, run.machine.shared());
            right = {run.machine.shared(), n, 0, false};
        }
        bool packs = run.machine.packs_large && worth_packing(m, n, k) && !fused && !bias.exists();
        Grid grid = packs ? PACKED_GRID : grid_of(small_tiles(run.machine), m, n, k, right.transposed, right.row);
        each_tile(run, grid.rows, grid.columns,
                  [&](int worker, int64_t matrix, int64_t row, int64_t column, int64_t rows, int64_t columns) {
                      tile(run, right, grid, worker, matrix, row, column, rows, columns);
                  });
    }

    // Calls each(worker, matrix, row, column, rows, columns) for every tile, at most so high and wide.
    template <typename Each>
    void each_tile(const Run& run, int64_t high, int64_t wide, Each&& each) const {
        int64_t down = (m + high - 1) / high;
        int64_t across = (n + wide - 1) / wide;
        run.machine.pool.each(batch * down * across, [&](int64_t chunk, int worker) {
            int64_t row = chunk / across % down * high, column = chunk % across * wide;
            each(worker, chunk / (down * across), row, column, std::min(high, m - row), std::min(wide, n - column));
        });
    }

    // Few rows are not worth a copy of the right factor, and take as long as it takes to read it. What several threads read
    // lies apart: pieces of the inner dimension, whose sums are added up in their order.
    bool is_few() const {
        return !paired && batch == 1 && m <= Product::FEW && !transposed_a && !transposed_b && k > Product::PIECE && n >= 64;
    }
    int64_t pieces() const { return (k + Product::PIECE - 1) / Product::PIECE; }

    void run_few(const Run& run) const {
        // The longer the stretches that are read, the better, as long as there are chunks for several threads.
        int64_t wide = pieces() >= 8 ? 1024 : 256;
        int64_t across = (n + wide - 1) / wide;
        float* sums = run.machine.shared();
        run.machine.pool.each(pieces() * across, [&](int64_t chunk, int) {
            int64_t piece = chunk / across, column = chunk % across * wide, from = piece * Product::PIECE;
            run.machine.kernels.product_of_few({false, false, m, std::min(wide, n - column), std::min(Product::PIECE, k - from),
                                                run.at<const float>(a) + from, row_a,
                                                run.at<const float>(b) + from * row_b + column, row_b,
                                                sums + piece * m * n + column, n, false});
        });
        each_tile(run, m, TILE, [&](int worker, int64_t, int64_t, int64_t column, int64_t, int64_t columns) {
            float* result = run.machine.tile(worker);
            for (int64_t row = 0; row < m; row++) {
                float* out = result + row * columns;
                const float* first = sums + row * n + column;
                std::copy_n(first, columns, out);
                for (int64_t i = 0; bias.exists() && i < columns; i++) out[i] += run.at<const float>(bias)[column + i];
                for (int64_t piece = 1; piece < pieces(); piece++) {
                    for (int64_t i = 0; i < columns; i++) out[i] += first[piece * m * n + i];
                }
            }
            complete(run, worker, 0, 0, column, m, columns, result, true);
        });
    }

    void run_paired(const Run& run) const {
        PairedFactors factors = this->factors(run.machine);
        float* left = run.machine.shared();
        float* right = left + all_lefts(run.machine);
        for (int64_t i = 0; i < lefts(); i++) {
            factors.copy_left(run.machine, {run.at<const float>(a) + i * stride_a, row_a, transposed_a},
                              left + i * factors.left_lanes(transposed_a));
        }
        auto right_factor = [&](int64_t i) { return Factor{run.at<const float>(b) + i * stride_b, row_b, !transposed_b}; };
        for (int64_t i = 0; shares_right() && i < rights(); i++) {
            factors.copy_right(run.machine, right_factor(i), right + i * factors.right_lanes());
        }
        constexpr int64_t SIDE = PairedFactors::BLOCK;
        each_tile(run, SIDE, SIDE, [&](int worker, int64_t matrix, int64_t row, int64_t column, int64_t rows, int64_t columns) {
            float* result = fused ? run.machine.tile(worker) : run.at<float>(c) + (matrix * m + row) * n + column;
            const float* own_left = left + (lefts() == 1 ? 0 : matrix) * factors.left_lanes(transposed_a);
            int64_t of_right = rights() == 1 ? 0 : matrix;
            if (shares_right()) {
                factors.multiply(own_left, transposed_a, right + of_right * factors.right_lanes(), row, column, rows, columns,
                                 result, fused ? columns : n);
            } else {
                float* panels = right + worker * factors.panel_lanes();
                factors.copy_panels(right_factor(of_right), column, columns, panels);
                factors.multiply(own_left, transposed_a, panels, row, 0, rows, columns, result, fused ? columns : n);
            }
            complete(run, worker, matrix, row, column, rows, columns, result, fused);
        });
    }

    // Of a transposed left factor a tile reads a few lines of each row, which no processor foresees; from far away these are
    // asked for all at once.
    void foresee(const float* left, int64_t rows, int64_t inner) const {
        constexpr int64_t NEAR = int64_t(1) << 17, LINE_FLOATS = 16;
        if (!transposed_a || m * k < NEAR) {
            return;
        }
        for (int64_t i = 0; i < inner; i++) {
            for (int64_t j = 0; j < rows; j += LINE_FLOATS) __builtin_prefetch(left + i * row_a + j, 0, 2);
        }
    }

    // A copy of a panel of the right factor, which many rows share.
    static const float* copy_panel(const Run& run, int worker, const float* right, int64_t row_right, int64_t inner,
                                   int64_t columns) {
        float* panel = run.machine.panel(worker);
        for (int64_t i = 0; i < inner; i++) std::copy_n(right + i * row_right, columns, panel + i * columns);
        return panel;
    }

    void tile(const Run& run, const Right& factor, const Grid& grid, int worker, int64_t matrix, int64_t row, int64_t column,
              int64_t rows, int64_t columns) const {
        const float* left = run.at<const float>(a) + matrix * stride_a + (transposed_a ? row : row * row_a);
        const float* right = factor.from + matrix * factor.stride + (factor.transposed ? column * factor.row : column);
        // What is added to, a bias or pieces one after the other, is not added to where its rows lie far apart.
        bool apart = fused || bias.exists() || (grid.copies && piece_of(small_tiles(run.machine), k) < k);
        float* result = apart ? run.machine.tile(worker) : run.at<float>(c) + (matrix * m + row) * n + column;
        int64_t width = apart ? columns : n;
        if (bias.exists()) {
            for (int64_t i = 0; i < rows; i++) std::copy_n(run.at<const float>(bias) + column, columns, result + i * width);
        } else if (k == 0) {
            for (int64_t i = 0; i < rows; i++) std::fill_n(result + i * width, columns, 0.0f);
        }
        if (k > 0) {
            int64_t piece = factor.transposed ? k : piece_of(small_tiles(run.machine), k);
            for (int64_t from = 0; from < k; from += piece) {
                int64_t inner = std::min(piece, k - from);
                const float* own_left = left + from * (transposed_a ? row_a : 1);
                const float* panel = right + from * factor.row;
                int64_t row_panel = factor.row;
                foresee(own_left, rows, inner);
                if (grid.copies) {
                    panel = copy_panel(run, worker, panel, row_panel, inner, columns);
                    row_panel = columns;
                }
                for (int64_t i = 0; i < rows; i += grid.at_once) {
                    run.machine.multiply(worker, {transposed_a, factor.transposed, std::min(grid.at_once, rows - i), columns,
                                                  inner, own_left + i * (transposed_a ? 1 : row_a), row_a, panel, row_panel,
                                                  result + i * width, width, from > 0 || bias.exists()},
                                         grid.by_openblas);
                }
            }
        }
        complete(run, worker, matrix, row, column, rows, columns, result, apart);
    }

    // What is left to do for a tile of the product that lies apart, or in its place.
    void complete(const Run& run, int worker, int64_t matrix, int64_t row, int64_t column, int64_t rows, int64_t columns,
                  const float* result, bool apart) const {
        if (fused) {
            finish(run, worker, matrix, row, column, rows, columns, result);
        }
        // Only now: the product may lie where an operand of the epilogue does.
        if (apart && c.exists()) {
            float* out = run.at<float>(c) + (matrix * m + row) * n + column;
            for (int64_t i = 0; i < rows; i++) std::copy_n(result + i * columns, columns, out + i * n);
        }
    }

    // The epilogue of a tile.
    void finish(const Run& run, int worker, int64_t matrix, int64_t row, int64_t column, int64_t rows, int64_t columns,
                const float* result) const {
        for (int64_t from = 0; from < columns; from += TILE) {
            // A tile wider than a block goes row by row; narrower ones several rows at a time.
            int64_t part = std::min(TILE, columns - from);
            int64_t step = part < columns ? 1 : std::max<int64_t>(1, TILE / part);
            for (int64_t i = 0; i < rows; i += step) {
                Block block{(matrix * m + row + i) * n + column + from, n, std::min(step, rows - i), part,
                            result + i * columns + from};
                run.machine.kernels.region(epilogue, run.bases, block, run.machine.registers(worker));
            }
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_matmul(Decoder& in, bool paired) { return std::make_unique<Matmul>(in, paired); }

}  // namespace baton
