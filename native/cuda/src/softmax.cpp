// Softmax, its logarithm and their gradients along the middle dimension of [outer, size, inner].
#include "command.h"
#include "normalization_words.h"
#include "row_teams.h"

namespace baton {
namespace {

struct SoftmaxRow {
    bool logarithms;
    int64_t size, inner;
    const float* in;
    float* out;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        int64_t first = row / inner * size * inner + row % inner, step = inner;
        const float* x = in + first;
        float* y = out + first;
        float highest = largest_of(team, size, [=](int64_t i) { return x[i * step]; });
        float sum = static_cast<float>(sum_of(team, size, [=](int64_t i) { return exponential(x[i * step] - highest); }));
        float shift = logarithm(sum);
        for (int64_t i = team.rank(); i < size; i += Team::SIZE) {
            float shifted = x[i * step] - highest;
            y[i * step] = logarithms ? shifted - shift : exponential(shifted) / sum;
        }
    }
};

// y (g - sum(g y)), or g - exp(y) sum(g) where y is a logarithm.
struct SoftmaxBackwardRow {
    bool logarithms;
    int64_t size, inner;
    const float *result, *gradient;
    float* out;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        int64_t first = row / inner * size * inner + row % inner, step = inner;
        const float *y = result + first, *g = gradient + first;
        bool plain = !logarithms;
        float sum = static_cast<float>(sum_of(team, size, [=](int64_t i) {
            return static_cast<double>(g[i * step]) * (plain ? y[i * step] : 1.0f);
        }));
        for (int64_t i = team.rank(); i < size; i += Team::SIZE) {
            float slope = g[i * step], share = y[i * step];
            out[first + i * step] = plain ? share * (slope - sum) : slope - exponential(share) * sum;
        }
    }
};

// Columns side by side are each one thread's.
template <typename Row>
struct SoftmaxColumn {
    Row row;
    BATON_CUDA_FUNCTION void operator()(int64_t column) const { row(Alone(), column); }
};

struct Softmax : Command, SoftmaxWords {
    Softmax(Decoder& words, bool is_backward) : SoftmaxWords(words, is_backward) {}

    const char* name() const override { return backward ? "softmax-backward" : "softmax"; }

    void run(const Run& run) const override {
        if (backward) {
            rows(run, SoftmaxBackwardRow{logarithms, size, inner, run.at<const float>(in), run.at<const float>(gradient),
                                         run.at<float>(out)});
        } else {
            rows(run, SoftmaxRow{logarithms, size, inner, run.at<const float>(in), run.at<float>(out)});
        }
    }

    template <typename Row>
    void rows(const Run& run, const Row& row) const {
        // Of nothing there may be more rows than anybody can count.
        int64_t count = size == 0 ? 0 : outer * inner;
        if (inner >= WARP) {
            each(run.stream, count, SoftmaxColumn<Row>{row});
        } else {
            each_row(run.stream, count, size, row);
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_softmax(Decoder& in) { return std::make_unique<Softmax>(in, false); }

std::unique_ptr<Command> decode_softmax_backward(Decoder& in) { return std::make_unique<Softmax>(in, true); }

}  // namespace baton
