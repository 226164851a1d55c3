// GRU over whole sequences [n, t, ...], forwards and backwards: step by step a product with the recurrent weights
// (recurrence.h), and then an item for every hidden unit of every example.
#include "recurrence.h"
#include "recurrent_words.h"

namespace baton {
namespace {

struct GruStep {
    int64_t t, step, hidden, stride;
    StepResult product;
    const float *projected, *bias;
    float *gates, *outputs;
    float* states;  // before the step and, from then on, behind it

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t example = item / hidden, unit = item % hidden, at = example * t + step;
        float recurrent[3];
        for (int gate = 0; gate < 3; gate++) {
            int64_t column = gate * hidden + unit;
            recurrent[gate] = product[example * 3 * hidden + column] + bias[column];
        }
        const float* from = projected + at * 3 * hidden + unit;
        float& state = states[example * stride + unit];
        GruUnit one = gru_unit(from[0] + recurrent[0], from[hidden] + recurrent[1], from[2 * hidden], recurrent[2],
                               state);
        float* to = gates + at * 4 * hidden + unit;
        to[0] = one.r;
        to[hidden] = one.z;
        to[2 * hidden] = one.n;
        to[3 * hidden] = recurrent[2];
        outputs[at * hidden + unit] = one.output;
        state = one.output;
    }
};

struct Gru : Command, GruWords {
    StepProduct product;

    explicit Gru(Decoder& in) : GruWords(in), product(in, s.n, s.hidden, s.width()) {}

    const char* name() const override { return "gru"; }

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        int64_t units = s.states();
        float* states = product.left(run);
        each(run.stream, units, CopyStates{run.at<const float>(first_hidden), states, s.hidden, product.stride()});
        for (int64_t i = 0; i < s.t; i++) {
            product.multiply(run, run.at<const float>(weight));
            each(run.stream, units,
                 GruStep{s.t, s.step(i), s.hidden, product.stride(), product.result(run),
                         run.at<const float>(projected), run.at<const float>(bias), run.at<float>(gates),
                         run.at<float>(outputs), states});
        }
    }
};

// by_hidden comes from the step after, if there is one, save for what came through its product, and leaves for the one
// before.
struct GruStepBackward {
    int64_t t, step, hidden, stride;
    bool last;
    StepResult product;
    const float *by_outputs, *gates, *before;
    float *by_hidden, *by_projected, *by_recurrent, *carried;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t example = item / hidden, unit = item % hidden, at = example * t + step;
        const float* gate = gates + at * 4 * hidden + unit;
        float by_output = by_outputs[at * hidden + unit];
        if (!last) {
            by_output = by_output + product[item] + by_hidden[item];
        }
        GruSlopes by = gru_slopes(gate[0], gate[hidden], gate[2 * hidden], gate[3 * hidden], before[at * hidden + unit],
                                  by_output);
        by_hidden[item] = by.before;
        store(by_projected + at * 3 * hidden + unit, by, by.n);
        store(by_recurrent + at * 3 * hidden + unit, by, by.candidate);
        store(carried + example * stride + unit, by, by.candidate);
    }

    BATON_CUDA_FUNCTION void store(float* to, const GruSlopes& by, float third) const {
        to[0] = by.r;
        to[hidden] = by.z;
        to[2 * hidden] = third;
    }
};

struct AddProduct {
    StepResult product;
    float* out;
    BATON_CUDA_FUNCTION void operator()(int64_t item) const { out[item] += product[item]; }
};

struct GruBackward : Command, GruBackwardWords {
    StepProduct product;
    Reference transposed;

    explicit GruBackward(Decoder& in)
        : GruBackwardWords(in), product(in, s.n, s.width(), s.hidden),
          transposed(in.scratch<float>(s.weights())) {}

    const char* name() const override { return "gru-backward"; }

    void run(const Run& run) const override {
        if (s.n == 0) {
            return;
        }
        int64_t units = s.states();
        float* turned = run.at<float>(transposed);
        each(run.stream, s.weights(),
             TransposeElement{run.at<const float>(weight), turned, s.hidden, s.width()});
        for (int64_t i = s.t - 1; i >= 0; i--) {
            each(run.stream, units,
                 GruStepBackward{s.t, s.step(i), s.hidden, product.stride(), i == s.t - 1, product.result(run),
                                 run.at<const float>(by_outputs), run.at<const float>(gates),
                                 run.at<const float>(before), run.at<float>(by_hidden), run.at<float>(by_projected),
                                 run.at<float>(by_recurrent), product.left(run)});
            product.multiply(run, turned);
        }
        each(run.stream, units, AddProduct{product.result(run), run.at<float>(by_hidden)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_gru(Decoder& in) { return std::make_unique<Gru>(in); }

std::unique_ptr<Command> decode_gru_backward(Decoder& in) { return std::make_unique<GruBackward>(in); }

}  // namespace baton
