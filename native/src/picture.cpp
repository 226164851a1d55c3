// The largest of windows, plane by plane, and batch normalization, channel by channel: one thread has all of each.
#include <algorithm>

#include "plan.h"

namespace baton {
namespace {

struct MaxPool : Command {
    bool backward;
    int64_t planes;
    Pooling pooling{};
    Reference in, index, out;

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

struct BatchNorm : Command {
    bool backward, rectified;
    int64_t channels;
    Channel channel{};
    float epsilon;
    Reference in, weight, bias, mean, inverse_deviation, gradient, out, by_weight, by_bias;
    Reference beside;  // where rectified: what is added to the results, or by the backward pass the results

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

std::unique_ptr<Command> decode_max_pool(Decoder& in, bool backward) {
    auto command = std::make_unique<MaxPool>();
    command->backward = backward;
    command->planes = in.size("number of planes");
    Pooling& p = command->pooling;
    for (int64_t* side : {&p.height, &p.width}) *side = in.within(0, 1 << 20, "side of a picture");
    for (int64_t* side : {&p.kernel_down, &p.kernel_across}) *side = in.within(1, 1 << 12, "side of a window");
    for (int64_t* step : {&p.stride_down, &p.stride_across}) *step = in.within(1, 1 << 12, "stride");
    for (int64_t* padding : {&p.before_down, &p.before_across}) *padding = in.within(0, 1 << 20, "padding");
    for (int64_t* step : {&p.dilation_down, &p.dilation_across}) *step = in.within(1, 1 << 12, "dilation");
    for (int64_t* side : {&p.rows, &p.columns}) *side = in.within(0, 1 << 20, "side of a result");
    int64_t pictures = times(command->planes, times(p.height, p.width));
    int64_t results = times(command->planes, times(p.rows, p.columns));
    command->in = in.reference(backward ? results : pictures, Type::F32);
    command->index = in.reference(results, Type::I32);
    command->out = in.reference(backward ? pictures : results, Type::F32);
    return command;
}

std::unique_ptr<Command> decode_batch_norm(Decoder& in, bool backward, bool rectified) {
    auto command = std::make_unique<BatchNorm>();
    command->backward = backward;
    command->rectified = rectified;
    command->channel.stretches = in.size("number of examples");
    command->channels = in.size("number of channels");
    command->channel.count = in.size("number of elements of a channel");
    command->channel.step = times(command->channels, command->channel.count);
    int64_t elements = times(command->channel.stretches, command->channel.step);
    command->epsilon = static_cast<float>(in.real());
    command->in = in.reference(elements, Type::F32);
    command->weight = in.reference(command->channels, Type::F32);
    command->bias = in.reference(command->channels, Type::F32, backward);
    command->mean = in.reference(command->channels, Type::F32);
    command->inverse_deviation = in.reference(command->channels, Type::F32);
    command->gradient = in.reference(elements, Type::F32, !backward);
    command->out = in.reference(elements, Type::F32);
    command->by_weight = in.reference(command->channels, Type::F32, !backward);
    command->by_bias = in.reference(command->channels, Type::F32, !backward);
    if (rectified) {
        command->beside = in.reference(elements, Type::F32, !backward);
    }
    bool complete = backward ? command->gradient.exists() && command->by_weight.exists() && command->by_bias.exists()
                             : command->bias.exists();
    if (!complete) {
        throw Failure("a batch normalization lacks an operand");
    }
    return command;
}

}  // namespace baton
