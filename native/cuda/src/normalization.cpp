// Layer norm and root-mean-square norm: a team for each row. What all rows add to a weight's gradient is added up column by
// column, for parts of the rows first.
#include "normalization_words.h"

#include "command.h"
#include "row_teams.h"

namespace baton {
namespace {

// Without a mean (mean is null) the root-mean-square norm; weight and bias may be null.
struct NormRow {
    int64_t width;
    double epsilon;
    const float *in, *weight, *bias;
    float *out, *mean, *inverse;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        const float* x = in + row * width;
        float* y = out + row * width;
        double size = static_cast<double>(width);
        float middle = 0;
        if (mean != nullptr) {
            middle = static_cast<float>(sum_of(team, width, [=](int64_t i) { return x[i]; }) / size);
        }
        double squares = sum_of(team, width, [=](int64_t i) {
            double centered = x[i] - middle;
            return centered * centered;
        });
        float scale = static_cast<float>(1 / sqrt(squares / size + epsilon));
        for (int64_t i = team.rank(); i < width; i += Team::SIZE) {
            float normal = (x[i] - middle) * scale;
            float scaled = weight == nullptr ? normal : normal * weight[i];
            y[i] = bias == nullptr ? scaled : scaled + bias[i];
        }
        if (team.rank() == 0) {
            inverse[row] = scale;
            if (mean != nullptr) {
                mean[row] = middle;
            }
        }
    }
};

struct Norm : Command, NormWords {
    explicit Norm(Decoder& in) : NormWords(in) {}

    const char* name() const override { return "norm"; }

    void run(const Run& run) const override {
        each_row(run.stream, rows, width,
                 NormRow{width, epsilon, run.at<const float>(x), run.optional<const float>(weight),
                         run.optional<const float>(bias), run.at<float>(y), run.optional<float>(mean),
                         run.at<float>(inverse)});
    }
};

// Rows as they were normalized, and the gradient of the result.
struct NormalRows {
    int64_t width;
    const float *x, *mean, *inverse, *gradient;  // mean may be null

    BATON_CUDA_FUNCTION float mean_of(int64_t row) const { return mean == nullptr ? 0.0f : mean[row]; }
};

struct NormBackwardRow {
    NormalRows rows;
    const float* weight;  // may be null
    float* by_x;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        int64_t first = row * rows.width;
        const float *x = rows.x + first, *g = rows.gradient + first, *factors = weight;
        double size = static_cast<double>(rows.width);
        float middle = rows.mean_of(row), scale = rows.inverse[row];
        auto normal = [=](int64_t i) { return (x[i] - middle) * scale; };
        auto by_normal = [=](int64_t i) { return factors == nullptr ? g[i] : g[i] * factors[i]; };
        float shift = rows.mean == nullptr ? 0.0f : static_cast<float>(sum_of(team, rows.width, by_normal) / size);
        float slope = static_cast<float>(sum_of(team, rows.width, [=](int64_t i) {
            return static_cast<double>(by_normal(i)) * normal(i);
        }) / size);
        for (int64_t i = team.rank(); i < rows.width; i += Team::SIZE) {
            by_x[first + i] = (by_normal(i) - shift - normal(i) * slope) * scale;
        }
    }
};

// One column of some rows: the sums go to [2, parts, width], by weight first.
struct AddRows {
    NormalRows rows;
    int64_t count, at_once, parts;
    bool by_weight;
    double* sums;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t column = item % rows.width, first = item / rows.width * at_once;
        int64_t end = first + at_once < count ? first + at_once : count;
        double weight = 0, bias = 0;
        for (int64_t row = first; row < end; row++) {
            int64_t at = row * rows.width + column;
            float g = rows.gradient[at];
            bias += g;
            if (by_weight) {
                weight += g * ((rows.x[at] - rows.mean_of(row)) * rows.inverse[row]);
            }
        }
        sums[item] = weight;
        sums[parts * rows.width + item] = bias;
    }
};

struct AddParts {
    const double* sums;
    int64_t parts, width;
    float* out;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t column) const {
        const double* own = sums + column;
        int64_t step = width;
        double sum = sum_of(team, parts, [=](int64_t i) { return own[i * step]; });
        if (team.rank() == 0) {
            out[column] = static_cast<float>(sum);
        }
    }
};

// The memory that the plan gives is for fewer parts than a GPU is busy with.
struct NormBackward : Command, NormBackwardWords {
    int64_t at_once = 0, parts = 0;  // rows of a part
    Reference part_sums;

    explicit NormBackward(Decoder& in) : NormBackwardWords(in) {
        if (width > 0 && (by_weight.exists() || by_bias.exists())) {
            constexpr int64_t FEWEST_ROWS = 8, FEWEST_PARTS = 256, ITEMS = 1 << 18;
            int64_t most_parts = std::max(FEWEST_PARTS, ITEMS / width);
            at_once = std::max(FEWEST_ROWS, (rows + most_parts - 1) / most_parts);
            parts = (rows + at_once - 1) / at_once;
            part_sums = in.scratch<double>(2 * parts * width);
        }
    }

    const char* name() const override { return "norm-backward"; }

    void run(const Run& run) const override {
        NormalRows normal{width, run.at<const float>(x), run.optional<const float>(mean), run.at<const float>(inverse),
                          run.at<const float>(gradient)};
        each_row(run.stream, rows, width, NormBackwardRow{normal, run.optional<const float>(weight), run.at<float>(by_x)});
        if (!part_sums.exists()) {
            return;
        }
        double* weight_sums = run.at<double>(part_sums);
        double* bias_sums = weight_sums + parts * width;
        each(run.stream, parts * width, AddRows{normal, rows, at_once, parts, by_weight.exists(), weight_sums});
        if (by_weight.exists()) {
            each_row(run.stream, width, parts, AddParts{weight_sums, parts, width, run.at<float>(by_weight)});
        }
        if (by_bias.exists()) {
            each_row(run.stream, width, parts, AddParts{bias_sums, parts, width, run.at<float>(by_bias)});
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_norm(Decoder& in) { return std::make_unique<Norm>(in); }

std::unique_ptr<Command> decode_norm_backward(Decoder& in) { return std::make_unique<NormBackward>(in); }

}  // namespace baton
