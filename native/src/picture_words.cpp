#include "picture_words.h"

namespace baton {

MaxPoolWords::MaxPoolWords(PlanReader& words, bool is_backward) : backward(is_backward) {
    planes = words.size("number of planes");
    Pooling& p = pooling;
    for (int64_t* side : {&p.height, &p.width}) *side = words.within(0, 1 << 20, "side of a picture");
    for (int64_t* side : {&p.kernel_down, &p.kernel_across}) *side = words.within(1, 1 << 12, "side of a window");
    for (int64_t* step : {&p.stride_down, &p.stride_across}) *step = words.within(1, 1 << 12, "stride");
    for (int64_t* padding : {&p.before_down, &p.before_across}) *padding = words.within(0, 1 << 20, "padding");
    for (int64_t* step : {&p.dilation_down, &p.dilation_across}) *step = words.within(1, 1 << 12, "dilation");
    for (int64_t* side : {&p.rows, &p.columns}) *side = words.within(0, 1 << 20, "side of a result");
    int64_t pictures = times(planes, times(p.height, p.width));
    int64_t results = times(planes, times(p.rows, p.columns));
    in = words.reference(backward ? results : pictures, Type::F32);
    index = words.reference(results, Type::I32);
    out = words.reference(backward ? pictures : results, Type::F32);
}

BatchNormWords::BatchNormWords(PlanReader& words, bool is_backward, bool is_rectified)
    : backward(is_backward), rectified(is_rectified) {
    examples = words.size("number of examples");
    channels = words.size("number of channels");
    count = words.size("number of elements of a channel");
    int64_t elements = times(examples, times(channels, count));
    epsilon = static_cast<float>(words.real());
    in = words.reference(elements, Type::F32);
    weight = words.reference(channels, Type::F32);
    bias = words.reference(channels, Type::F32, backward);
    mean = words.reference(channels, Type::F32);
    inverse_deviation = words.reference(channels, Type::F32);
    gradient = words.reference(elements, Type::F32, !backward);
    out = words.reference(elements, Type::F32);
    by_weight = words.reference(channels, Type::F32, !backward);
    by_bias = words.reference(channels, Type::F32, !backward);
    if (rectified) {
        beside = words.reference(elements, Type::F32, !backward);
    }
    bool complete = backward ? gradient.exists() && by_weight.exists() && by_bias.exists() : bias.exists();
    if (!complete) {
        throw Failure("a batch normalization lacks an operand");
    }
}

}  // namespace baton
