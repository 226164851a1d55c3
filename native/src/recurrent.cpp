// LSTM and GRU over whole sequences [n, t, ...]. Before this, one product has given what all steps take from their inputs;
// here, step by step, the hidden state is multiplied with the recurrent weights, tile by tile, and the gates are computed
// on each tile while it is in the cache. Tiles depend on the shape and on OpenBLAS's kernels alone.
//
// The steps of one example lie together, those of a step far apart and often a power of two: what a product reads is
// therefore kept in scratch memory too, in rows whose distance is none.
//
// Backwards, the product is with the transposed weights, which are transposed once for all steps.
#include <algorithm>

#include "plan.h"
#include "recurrent_words.h"
#include "tiles.h"
#include "transpose.h"

namespace baton {
namespace {

// Runs body(first row, first column, rows, columns, worker) for tiles of a step's hidden units.
template <typename Body>
void over_tiles(const Run& run, const Sequence& s, const Grid& grid, Body&& body) {
    int64_t down = (s.n + grid.rows - 1) / grid.rows;
    int64_t across = (s.hidden + grid.columns - 1) / grid.columns;
    run.machine.pool.each(down * across, [&](int64_t chunk, int worker) {
        int64_t row = chunk / across * grid.rows;
        int64_t column = chunk % across * grid.columns;
        body(row, column, std::min(grid.rows, s.n - row), std::min(grid.columns, s.hidden - column), worker);
    });
}

// Hidden units in tiles, of which each takes as many products as there are gates.
Grid forward_grid(const Run& run, const Sequence& s) {
    int64_t columns = part_of(s.hidden, 64, 16);
    int64_t multiplied = columns == s.hidden ? s.width() : columns;
    int64_t most = run.machine.small_tiles ? UNPACKED / (multiplied * piece_of(true, s.hidden)) / 8 * 8 : 64;
    most = std::clamp<int64_t>(std::min(most, LARGEST_TILE / (s.gates * columns)), 8, 64);
    int64_t rows = part_of(s.n, most, 8);
    return {rows, columns, rows, false, false};
}

// a[m, k] b[k, n], the inner dimension piece by piece.
void multiply_pieces(const Run& run, int worker, int64_t m, int64_t n, int64_t k, const float* a, int64_t row_a,
                     const float* b, int64_t row_b, float* product, int64_t row_product) {
    int64_t piece = piece_of(run.machine.small_tiles, k);
    for (int64_t from = 0; from < k; from += piece) {
        run.machine.multiply(worker, {false, false, m, n, std::min(piece, k - from), a + from, row_a, b + from * row_b,
                                      row_b, product, row_product, from > 0});
    }
}

// The product of some examples' hidden states and the weights of some hidden units: [rows, gates, columns].
void multiply_gates(const Run& run, int worker, const Sequence& s, int64_t rows, int64_t columns, const float* states,
                    int64_t stride, const float* weight, float* product) {
    int64_t width = s.gates * columns;
    if (columns == s.hidden) {
        multiply_pieces(run, worker, rows, width, s.hidden, states, stride, weight, s.width(), product, width);
        return;
    }
    for (int64_t gate = 0; gate < s.gates; gate++) {
        multiply_pieces(run, worker, rows, columns, s.hidden, states, stride, weight + gate * s.hidden, s.width(),
                        product + gate * columns, width);
    }
}

struct Lstm : Command, LstmWords {
    explicit Lstm(Decoder& in) : LstmWords(in) {}

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        Grid grid = forward_grid(run, s);
        int64_t stride = s.hidden + Sequence::GAP;
        for (int64_t i = 0; i < s.t; i++) {
            float* carried[] = {run.at<float>(scratch), run.at<float>(scratch) + s.carried(s.hidden)};
            const float* states = i == 0 ? run.at<const float>(first_hidden) : carried[i % 2];
            int64_t states_stride = i == 0 ? s.hidden : stride;
            over_tiles(run, s, grid, [&](int64_t row, int64_t column, int64_t rows, int64_t columns, int worker) {
                float* product = run.machine.tile(worker);
                multiply_gates(run, worker, s, rows, columns, states + row * states_stride, states_stride,
                               run.at<const float>(weight) + column, product);
                for (int64_t j = 0; j < rows; j++) {
                    int64_t at = s.row(row + j, i), before = s.row(row + j, i - 1);
                    const float* cell_before = i == 0 ? run.at<const float>(first_cell) + (row + j) * s.hidden
                                                      : run.at<const float>(cells) + before * s.hidden;
                    LstmRow one{product + j * s.gates * columns,
                                run.at<const float>(projected) + at * s.width() + column,
                                cell_before + column,
                                run.at<float>(gates) + at * s.width() + column,
                                run.at<float>(cells) + at * s.hidden + column,
                                run.at<float>(outputs) + at * s.hidden + column,
                                carried[(i + 1) % 2] + (row + j) * stride + column};
                    run.machine.kernels.lstm_gates(columns, s.hidden, one);
                }
            });
        }
    }
};

struct Gru : Command, GruWords {
    explicit Gru(Decoder& in) : GruWords(in) {}

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        Grid grid = forward_grid(run, s);
        int64_t stride = s.hidden + Sequence::GAP;
        for (int64_t i = 0; i < s.t; i++) {
            float* carried[] = {run.at<float>(scratch), run.at<float>(scratch) + s.carried(s.hidden)};
            const float* states = i == 0 ? run.at<const float>(first_hidden) : carried[i % 2];
            int64_t states_stride = i == 0 ? s.hidden : stride;
            over_tiles(run, s, grid, [&](int64_t row, int64_t column, int64_t rows, int64_t columns, int worker) {
                float* product = run.machine.tile(worker);
                multiply_gates(run, worker, s, rows, columns, states + row * states_stride, states_stride,
                               run.at<const float>(weight) + column, product);
                for (int64_t j = 0; j < rows; j++) {
                    int64_t at = s.row(row + j, i);
                    GruRow one{product + j * s.gates * columns,
                               run.at<const float>(projected) + at * s.width() + column,
                               run.at<const float>(bias) + column,
                               states + (row + j) * states_stride + column,
                               run.at<float>(gates) + at * 4 * s.hidden + column,
                               run.at<float>(outputs) + at * s.hidden + column,
                               carried[(i + 1) % 2] + (row + j) * stride + column};
                    run.machine.kernels.gru_gates(columns, s.hidden, one);
                }
            });
        }
    }
};

// What the backward passes share: the transposed weights, and what each step hands to the one before.
template <typename Words>
struct Backward : Command, Words {
    using Words::s;
    using Words::scratch;
    using Words::weight;

    explicit Backward(Decoder& in) : Words(in) {}

    int64_t stride() const { return s.width() + Sequence::GAP; }
    float* transposed(const Run& run) const { return run.at<float>(scratch); }
    float* carried(const Run& run, int64_t i) const {
        return transposed(run) + s.width() * s.hidden + i % 2 * s.carried(s.width());
    }

    // The gradient of the hidden states before step i, of some hidden units; 0 where the sequence ends.
    void multiply_step(const Run& run, int worker, int64_t i, int64_t row, int64_t column, int64_t rows, int64_t columns,
                       float* product) const {
        if (i == s.t) {
            std::fill_n(product, rows * columns, 0.0f);
        } else {
            multiply_pieces(run, worker, rows, columns, s.width(), carried(run, i) + row * stride(), stride(),
                            transposed(run) + column, s.hidden, product, columns);
        }
    }

    // The rows of step i whose product is there.
    virtual void step(const Run& run, int64_t i, int64_t row, int64_t column, int64_t rows, int64_t columns,
                      const float* product) const = 0;
    virtual void start(const Run& run) const = 0;
    virtual void finish(const Run& run, int64_t row, int64_t column, int64_t rows, int64_t columns, float* product) const = 0;

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        transpose(run.machine.pool, s.hidden, s.width(), run.at<const float>(weight), s.width(), transposed(run));
        start(run);
        Grid grid = grid_of(run.machine.small_tiles, s.n, s.hidden, s.width(), false);
        for (int64_t i = s.t - 1; i >= -1; i--) {
            over_tiles(run, s, grid, [&](int64_t row, int64_t column, int64_t rows, int64_t columns, int worker) {
                float* product = run.machine.tile(worker);
                multiply_step(run, worker, i + 1, row, column, rows, columns, product);
                if (i >= 0) {
                    step(run, i, row, column, rows, columns, product);
                } else {
                    finish(run, row, column, rows, columns, product);
                }
            });
        }
    }
};

struct LstmBackward : Backward<LstmBackwardWords> {
    using Backward::Backward;

    // The gradient of the first cell is what is carried from step to step until there.
    void start(const Run& run) const override { std::fill_n(run.at<float>(by_cell), s.n * s.hidden, 0.0f); }

    void step(const Run& run, int64_t i, int64_t row, int64_t column, int64_t rows, int64_t columns,
              const float* product) const override {
        for (int64_t j = 0; j < rows; j++) {
            int64_t at = s.row(row + j, i), before = s.row(row + j, i - 1), example = (row + j) * s.hidden + column;
            LstmBackwardRow one{product + j * columns,
                                run.at<const float>(by_outputs) + at * s.hidden + column,
                                by_cells.exists() ? run.at<const float>(by_cells) + at * s.hidden + column : nullptr,
                                run.at<const float>(gates) + at * s.width() + column,
                                run.at<const float>(cells) + at * s.hidden + column,
                                i == 0 ? run.at<const float>(first_cell) + example
                                       : run.at<const float>(cells) + before * s.hidden + column,
                                run.at<float>(by_cell) + example,
                                run.at<float>(by_projected) + at * s.width() + column,
                                carried(run, i) + (row + j) * stride() + column};
            run.machine.kernels.lstm_gates_backward(columns, s.hidden, one);
        }
    }

    void finish(const Run& run, int64_t row, int64_t column, int64_t rows, int64_t columns, float* product) const override {
        for (int64_t j = 0; j < rows; j++) {
            std::copy_n(product + j * columns, columns, run.at<float>(by_hidden) + (row + j) * s.hidden + column);
        }
    }
};

struct GruBackward : Backward<GruBackwardWords> {
    using Backward::Backward;

    void start(const Run& run) const override { std::fill_n(run.at<float>(by_hidden), s.n * s.hidden, 0.0f); }

    void step(const Run& run, int64_t i, int64_t row, int64_t column, int64_t rows, int64_t columns,
              const float* product) const override {
        for (int64_t j = 0; j < rows; j++) {
            int64_t at = s.row(row + j, i);
            GruBackwardRow one{product + j * columns,
                               run.at<const float>(by_outputs) + at * s.hidden + column,
                               run.at<const float>(gates) + at * 4 * s.hidden + column,
                               run.at<const float>(before) + at * s.hidden + column,
                               run.at<float>(by_hidden) + (row + j) * s.hidden + column,
                               run.at<float>(by_projected) + at * s.width() + column,
                               run.at<float>(by_recurrent) + at * s.width() + column,
                               carried(run, i) + (row + j) * stride() + column};
            run.machine.kernels.gru_gates_backward(columns, s.hidden, one);
        }
    }

    void finish(const Run& run, int64_t row, int64_t column, int64_t rows, int64_t columns, float* product) const override {
        for (int64_t j = 0; j < rows; j++) {
            float* result = run.at<float>(by_hidden) + (row + j) * s.hidden + column;
            for (int64_t u = 0; u < columns; u++) result[u] += product[j * columns + u];
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_lstm(Decoder& in) { return std::make_unique<Lstm>(in); }

std::unique_ptr<Command> decode_lstm_backward(Decoder& in) { return std::make_unique<LstmBackward>(in); }

std::unique_ptr<Command> decode_gru(Decoder& in) { return std::make_unique<Gru>(in); }

std::unique_ptr<Command> decode_gru_backward(Decoder& in) { return std::make_unique<GruBackward>(in); }

}  // namespace baton
