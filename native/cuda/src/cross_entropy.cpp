// Cross-entropy of softmax and its gradient: a team for each row.
#include "command.h"
#include "row_teams.h"
#include "training_words.h"

namespace baton {
namespace {

// loss = log-sum-exp - ((1 - s) * logit of the label + s * mean of the logits), everything relative to the highest logit,
// so that nothing cancels where logits are large; NaN where the label is out of range.
struct CrossEntropyRow {
    int64_t classes;
    float smoothing;
    const float* logits;
    const int32_t* labels;
    float *loss, *log_sum_exp;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        const float* x = logits + row * classes;
        float highest = largest_of(team, classes, [=](int64_t i) { return x[i]; });
        float sum = static_cast<float>(sum_of(team, classes, [=](int64_t i) { return exponential(x[i] - highest); }));
        int32_t label = labels[row];
        float right = label >= 0 && label < classes ? x[label] : NAN;
        float error = (1 - smoothing) * (highest - right);
        if (smoothing != 0) {
            double below = sum_of(team, classes, [=](int64_t i) { return highest - x[i]; });
            error += smoothing * static_cast<float>(below / static_cast<double>(classes));
        }
        float logarithm_of_sum = logarithm(sum);
        if (team.rank() == 0) {
            log_sum_exp[row] = logarithm_of_sum + highest;
            loss[row] = logarithm_of_sum + error;
        }
    }
};

struct CrossEntropy : Command, CrossEntropyForwardWords {
    explicit CrossEntropy(Decoder& in) : CrossEntropyForwardWords(in) {}

    const char* name() const override { return "cross-entropy"; }

    void run(const Run& run) const override {
        each_row(run.stream, n, classes,
                 CrossEntropyRow{classes, smoothing, run.at<const float>(logits), run.at<const int32_t>(labels),
                                 run.at<float>(loss), run.at<float>(log_sum_exp)});
    }
};

// (softmax - target) * gradient of the loss. Softmax is divided by its own sum: of large logits the log-sum-exp is rounded
// by as much as a probability near 1 differs from 1.
struct CrossEntropyBackwardRow {
    int64_t classes;
    float smoothing;
    const float* logits;
    const int32_t* labels;
    const float *log_sum_exp, *gradient;
    float* by_logits;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        const float* x = logits + row * classes;
        float* y = by_logits + row * classes;
        float shift = log_sum_exp[row], scale = gradient[row], spread = smoothing / static_cast<float>(classes);
        float whole = static_cast<float>(sum_of(team, classes, [=](int64_t i) { return exponential(x[i] - shift); }));
        int64_t label = labels[row];
        for (int64_t i = team.rank(); i < classes; i += Team::SIZE) {
            float slope = exponential(x[i] - shift) / whole - spread;
            y[i] = (i == label ? slope - (1 - smoothing) : slope) * scale;
        }
    }
};

struct CrossEntropyBackward : Command, CrossEntropyBackwardWords {
    explicit CrossEntropyBackward(Decoder& in) : CrossEntropyBackwardWords(in) {}

    const char* name() const override { return "cross-entropy-backward"; }

    void run(const Run& run) const override {
        each_row(run.stream, n, classes,
                 CrossEntropyBackwardRow{classes, smoothing, run.at<const float>(logits), run.at<const int32_t>(labels),
                                         run.at<const float>(log_sum_exp), run.at<const float>(gradient),
                                         run.at<float>(by_logits)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_cross_entropy(Decoder& in) { return std::make_unique<CrossEntropy>(in); }

std::unique_ptr<Command> decode_cross_entropy_backward(Decoder& in) { return std::make_unique<CrossEntropyBackward>(in); }

}  // namespace baton
