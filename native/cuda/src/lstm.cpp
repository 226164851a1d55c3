// LSTM over whole sequences [n, t, ...], forwards and backwards: step by step a product with the recurrent weights
// (recurrence.h), and then an item for every hidden unit of every example.
#include "recurrence.h"
#include "recurrent_words.h"

namespace baton {
namespace {

// Where the states of one step lie: those of an example, and how far it is to the next one's.
struct States {
    const float* first;
    int64_t distance;
};

// The cells before step i.
States cells_before(const Sequence& s, int64_t i, const float* first_cell, const float* cells) {
    return i == 0 ? States{first_cell, s.hidden} : States{cells + s.step(i - 1) * s.hidden, s.t * s.hidden};
}

struct LstmStep {
    int64_t t, step, hidden, stride;
    StepResult product;
    const float* projected;
    States before;
    float *gates, *cells, *outputs, *states;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t example = item / hidden, unit = item % hidden, at = example * t + step;
        float sums[4];
        for (int gate = 0; gate < 4; gate++) {
            int64_t column = gate * hidden + unit;
            sums[gate] = projected[at * 4 * hidden + column] + product[example * 4 * hidden + column];
        }
        LstmUnit one = lstm_unit(sums[0], sums[1], sums[2], sums[3], before.first[example * before.distance + unit]);
        float* to = gates + at * 4 * hidden + unit;
        to[0] = one.i;
        to[hidden] = one.f;
        to[2 * hidden] = one.g;
        to[3 * hidden] = one.o;
        cells[at * hidden + unit] = one.cell;
        outputs[at * hidden + unit] = one.output;
        states[example * stride + unit] = one.output;
    }
};

struct Lstm : Command, LstmWords {
    StepProduct product;

    explicit Lstm(Decoder& in) : LstmWords(in), product(in, s.n, s.hidden, s.width()) {}

    const char* name() const override { return "lstm"; }

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        int64_t units = s.states();
        float *states = product.left(run), *all_cells = run.at<float>(cells);
        each(run.stream, units, CopyStates{run.at<const float>(first_hidden), states, s.hidden, product.stride()});
        for (int64_t i = 0; i < s.t; i++) {
            product.multiply(run, run.at<const float>(weight));
            each(run.stream, units,
                 LstmStep{s.t, s.step(i), s.hidden, product.stride(), product.result(run),
                          run.at<const float>(projected),
                          cells_before(s, i, run.at<const float>(first_cell), all_cells), run.at<float>(gates), all_cells,
                          run.at<float>(outputs), states});
        }
    }
};

// by_cell comes from the step after, if there is one, and leaves for the one before.
struct LstmStepBackward {
    int64_t t, step, hidden, stride;
    bool last;
    StepResult product;
    const float *by_outputs, *by_cells, *gates, *cells;
    States before;
    float *by_cell, *by_projected, *carried;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t example = item / hidden, unit = item % hidden, at = example * t + step;
        const float* gate = gates + at * 4 * hidden + unit;
        float by_output = by_outputs[at * hidden + unit], by_own_cell = last ? 0.0f : by_cell[item];
        if (!last) {
            by_output += product[item];
        }
        if (by_cells != nullptr) {
            by_own_cell += by_cells[at * hidden + unit];
        }
        LstmSlopes by = lstm_slopes(gate[0], gate[hidden], gate[2 * hidden], gate[3 * hidden],
                                    cells[at * hidden + unit], before.first[example * before.distance + unit], by_output,
                                    by_own_cell);
        by_cell[item] = by.cell_before;
        float* places[] = {by_projected + at * 4 * hidden + unit, carried + example * stride + unit};
        for (float* to : places) {
            to[0] = by.i;
            to[hidden] = by.f;
            to[2 * hidden] = by.g;
            to[3 * hidden] = by.o;
        }
    }
};

struct StoreProduct {
    StepResult product;
    float* out;
    BATON_CUDA_FUNCTION void operator()(int64_t item) const { out[item] = product[item]; }
};

struct LstmBackward : Command, LstmBackwardWords {
    StepProduct product;
    Reference transposed;

    explicit LstmBackward(Decoder& in)
        : LstmBackwardWords(in), product(in, s.n, s.width(), s.hidden),
          transposed(in.scratch<float>(s.weights())) {}

    const char* name() const override { return "lstm-backward"; }

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        int64_t units = s.states();
        float* turned = run.at<float>(transposed);
        const float* all_cells = run.at<const float>(cells);
        each(run.stream, s.weights(),
             TransposeElement{run.at<const float>(weight), turned, s.hidden, s.width()});
        for (int64_t i = s.t - 1; i >= 0; i--) {
            each(run.stream, units,
                 LstmStepBackward{s.t, s.step(i), s.hidden, product.stride(), i == s.t - 1, product.result(run),
                                  run.at<const float>(by_outputs),
                                  run.optional<const float>(by_cells),
                                  run.at<const float>(gates), all_cells,
                                  cells_before(s, i, run.at<const float>(first_cell), all_cells),
                                  run.at<float>(by_cell), run.at<float>(by_projected), product.left(run)});
            product.multiply(run, turned);
        }
        each(run.stream, units, StoreProduct{product.result(run), run.at<float>(by_hidden)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_lstm(Decoder& in) { return std::make_unique<Lstm>(in); }

std::unique_ptr<Command> decode_lstm_backward(Decoder& in) { return std::make_unique<LstmBackward>(in); }

}  // namespace baton
