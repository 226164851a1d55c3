// Batch normalization over [examples, channels, count], channel by channel (channel_parts.h). Sums are float within a
// part and double beyond it.
#include <cmath>

#include "channel_parts.h"
#include "command.h"
#include "elements.h"
#include "picture_words.h"

namespace baton {
namespace {

// Of one part: its mean as it was rounded, and the sums of the distances from that and of their squares.
struct Spread {
    float centre, above, squares;
};

struct MeasurePart {
    ChannelParts parts;
    const float* in;
    Spread* spreads;

    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t channel, int64_t part) const {
        Kept<Workers> x = parts.taken(workers, channel, part, in);
        float sum = 0;
        for (int i = 0; i < SHARE<Workers>; i++) sum += x[i];
        int32_t size = parts.size_of(part), left = size - workers.rank();
        float centre = workers.joined(sum, Plus()) / static_cast<float>(size);
        float above = 0, squares = 0;
        for (int i = 0; i < SHARE<Workers>; i++) {
            float distance = i * Workers::SIZE < left ? x[i] - centre : 0.0f;
            above += distance;
            squares += distance * distance;
        }
        above = workers.joined(above, Plus());
        squares = workers.joined(squares, Plus());
        if (workers.rank() == 0) {
            spreads[channel * parts.of_channel + part] = {centre, above, squares};
        }
    }
};

// The mean, and 1 / sqrt(variance + epsilon) with the variance over all elements.
struct JoinSpreads {
    ChannelParts parts;
    const Spread* spreads;
    double epsilon;
    float *mean, *inverse_deviation;

    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t channel) const {
        const Spread* own = spreads + channel * parts.of_channel;
        double elements = static_cast<double>(parts.elements()), sum = 0, squares = 0;
        for (int64_t i = workers.rank(); i < parts.of_channel; i += Workers::SIZE) {
            sum += static_cast<double>(parts.size_of(i)) * own[i].centre + own[i].above;
        }
        double middle = workers.joined(sum, Plus()) / elements;
        for (int64_t i = workers.rank(); i < parts.of_channel; i += Workers::SIZE) {
            double distance = own[i].centre - middle;
            double size = static_cast<double>(parts.size_of(i));
            squares += own[i].squares + distance * (2.0 * own[i].above + distance * size);
        }
        double variance = workers.joined(squares, Plus()) / elements;
        if (workers.rank() == 0) {
            mean[channel] = static_cast<float>(middle);
            inverse_deviation[channel] = static_cast<float>(1 / sqrt(variance + epsilon));
        }
    }
};

struct NormalizePart {
    ChannelParts parts;
    const float *in, *weights, *biases, *means, *inverse_deviations;
    const float* addend;  // null where there is none
    bool rectified;
    float* out;

    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t channel, int64_t part) const {
        float mean = means[channel], inverse = inverse_deviations[channel];
        float weight = weights[channel], bias = biases[channel];
        Kept<Workers> x = parts.taken(workers, channel, part, in), added{};
        if (addend != nullptr) {
            added = parts.taken(workers, channel, part, addend);
        }
        parts.each_place(workers, channel, part, [&](int i, int64_t place) {
            float y = (x[i] - mean) * inverse * weight + bias;
            y = addend != nullptr ? y + added[i] : y;
            out[place] = rectified ? larger(y, 0.0f) : y;
        });
    }
};

// What the backward pass reads.
struct Slopes {
    ChannelParts parts;
    const float *in, *gradient;
    const float* result;  // the gradient counts where it is above 0; null counts everywhere
    const float *means, *inverse_deviations;

    template <typename Workers>
    BATON_CUDA_FUNCTION Kept<Workers> taken(const Workers& workers, int64_t channel, int64_t part) const {
        Kept<Workers> slopes = parts.taken(workers, channel, part, gradient);
        if (result != nullptr) {
            Kept<Workers> results = parts.taken(workers, channel, part, result);
            for (int i = 0; i < SHARE<Workers>; i++) slopes.values[i] = results[i] > 0 ? slopes[i] : 0.0f;
        }
        return slopes;
    }
    template <typename Workers>
    BATON_CUDA_FUNCTION Kept<Workers> normalized(const Workers& workers, int64_t channel, int64_t part) const {
        float mean = means[channel], inverse = inverse_deviations[channel];
        Kept<Workers> x = parts.taken(workers, channel, part, in);
        for (int i = 0; i < SHARE<Workers>; i++) x.values[i] = (x[i] - mean) * inverse;
        return x;
    }
};

// Sums of the gradients, and of their products with the normalized inputs.
struct SlopeSums {
    float by_weight, by_bias;
};

struct AddSlopes {
    Slopes slopes;
    SlopeSums* sums;

    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t channel, int64_t part) const {
        Kept<Workers> slope = slopes.taken(workers, channel, part), x = slopes.normalized(workers, channel, part);
        float by_weight = 0, by_bias = 0;
        for (int i = 0; i < SHARE<Workers>; i++) {
            by_weight += slope[i] * x[i];
            by_bias += slope[i];
        }
        by_weight = workers.joined(by_weight, Plus());
        by_bias = workers.joined(by_bias, Plus());
        if (workers.rank() == 0) {
            sums[channel * slopes.parts.of_channel + part] = {by_weight, by_bias};
        }
    }
};

struct JoinSlopes {
    ChannelParts parts;
    const SlopeSums* sums;
    float *by_weight, *by_bias;
    SlopeSums* averages;  // of each channel

    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t channel) const {
        const SlopeSums* own = sums + channel * parts.of_channel;
        double of_weight = 0, of_bias = 0, elements = static_cast<double>(parts.elements());
        for (int64_t i = workers.rank(); i < parts.of_channel; i += Workers::SIZE) {
            of_weight += own[i].by_weight;
            of_bias += own[i].by_bias;
        }
        of_weight = workers.joined(of_weight, Plus());
        of_bias = workers.joined(of_bias, Plus());
        if (workers.rank() == 0) {
            by_weight[channel] = static_cast<float>(of_weight);
            by_bias[channel] = static_cast<float>(of_bias);
            averages[channel] = {static_cast<float>(of_weight / elements), static_cast<float>(of_bias / elements)};
        }
    }
};

// By the input: weight / deviation * (gradient - mean of the gradients - normalized * mean of gradient * normalized).
struct SlopePart {
    Slopes slopes;
    const float* weights;
    const SlopeSums* averages;
    float* out;

    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t channel, int64_t part) const {
        float scale = weights[channel] * slopes.inverse_deviations[channel];
        SlopeSums average = averages[channel];
        Kept<Workers> slope = slopes.taken(workers, channel, part), x = slopes.normalized(workers, channel, part);
        slopes.parts.each_place(workers, channel, part, [&](int i, int64_t place) {
            out[place] = scale * (slope[i] - average.by_bias - x[i] * average.by_weight);
        });
    }
};

struct BatchNorm : Command, BatchNormWords {
    ChannelParts parts;
    Reference of_parts, averages;

    BatchNorm(Decoder& words, bool backward, bool rectified)
        : BatchNormWords(words, backward, rectified), parts(examples, channels, count) {
        int64_t all = channels * parts.of_channel;
        of_parts = backward ? words.scratch<SlopeSums>(all) : words.scratch<Spread>(all);
        averages = words.scratch<SlopeSums>(backward ? channels : 0);
    }

    const char* name() const override { return backward ? "batch-norm-backward" : "batch-norm"; }

    void run(const Run& run) const override { backward ? differentiate(run) : normalize(run); }

    void normalize(const Run& run) const {
        const float* x = run.at<const float>(in);
        Spread* spreads = run.at<Spread>(of_parts);
        float *means = run.at<float>(mean), *inverse = run.at<float>(inverse_deviation);
        each_part(run.stream, parts, MeasurePart{parts, x, spreads});
        each_team<BLOCK_THREADS>(run.stream, channels, JoinSpreads{parts, spreads, epsilon, means, inverse});
        each_part(run.stream, parts,
                  NormalizePart{parts, x, run.at<const float>(weight), run.at<const float>(bias), means, inverse,
                                run.optional<const float>(beside), rectified,
                                run.at<float>(out)});
    }

    void differentiate(const Run& run) const {
        Slopes slopes{parts, run.at<const float>(in), run.at<const float>(gradient),
                      run.optional<const float>(beside), run.at<const float>(mean),
                      run.at<const float>(inverse_deviation)};
        SlopeSums *sums = run.at<SlopeSums>(of_parts), *means = run.at<SlopeSums>(averages);
        each_part(run.stream, parts, AddSlopes{slopes, sums});
        each_team<BLOCK_THREADS>(run.stream, channels,
                                 JoinSlopes{parts, sums, run.at<float>(by_weight), run.at<float>(by_bias), means});
        each_part(run.stream, parts, SlopePart{slopes, run.at<const float>(weight), means, run.at<float>(out)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_batch_norm(Decoder& in, bool backward, bool rectified) {
    return std::make_unique<BatchNorm>(in, backward, rectified);
}

}  // namespace baton
