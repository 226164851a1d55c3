// The largest of windows, plane by plane, and batch normalization, channel by channel: one thread has all of each.
#include <algorithm>

#include "picture_words.h"
#include "plan.h"

namespace baton {
namespace {

struct MaxPool : Command, MaxPoolWords {
    MaxPool(Decoder& words, bool backward) : MaxPoolWords(words, backward) {}

    void run(const Run& run) const override {
        int64_t picture = pooling.height * pooling.width;
        int64_t result = pooling.rows * pooling.columns;
        int64_t at_once = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, picture));
        run.machine.pool.each((planes + at_once - 1) / at_once, [&](int64_t chunk, int) {
            int64_t to = std::min(planes, (chunk + 1) * at_once);
            for (int64_t plane = chunk * at_once; plane < to; plane++) {
                int32_t* where = run.at<int32_t>(index) + plane * result;
                if (backward) {
                    run.machine.kernels.max_pool_backward(pooling, run.at<float>(in) + plane * result, where,
                                                          run.at<float>(out) + plane * picture);
                } else {
                    run.machine.kernels.max_pool(pooling, run.at<float>(in) + plane * picture,
                                                 run.at<float>(out) + plane * result, where);
                }
            }
        });
    }
};

struct BatchNorm : Command, BatchNormWords {
    Channel channel;

    BatchNorm(Decoder& words, bool backward, bool rectified)
        : BatchNormWords(words, backward, rectified), channel{examples, count, channels * count} {}

    void run(const Run& run) const override {
        const Kernels& kernels = run.machine.kernels;
        run.machine.pool.each(channels, [&](int64_t c, int) {
            int64_t first = c * channel.count;
            float scale = run.at<float>(weight)[c];
            const float* own_beside = beside.exists() ? run.at<float>(beside) + first : nullptr;
            if (backward) {
                kernels.batch_norm_backward(channel, scale, run.at<float>(mean)[c], run.at<float>(inverse_deviation)[c],
                                            run.at<float>(in) + first, run.at<float>(gradient) + first, own_beside,
                                            run.at<float>(out) + first, run.at<float>(by_weight) + c,
                                            run.at<float>(by_bias) + c);
            } else {
                kernels.batch_norm(channel, epsilon, scale, run.at<float>(bias)[c], run.at<float>(in) + first, rectified,
                                   own_beside, run.at<float>(out) + first, run.at<float>(mean) + c,
                                   run.at<float>(inverse_deviation) + c);
            }
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_max_pool(Decoder& in, bool backward) { return std::make_unique<MaxPool>(in, backward); }

std::unique_ptr<Command> decode_batch_norm(Decoder& in, bool backward, bool rectified) {
    return std::make_unique<BatchNorm>(in, backward, rectified);
}

}  // namespace baton
