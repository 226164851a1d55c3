#include "int8_words.h"

#include <cmath>

namespace baton {
namespace {

// Sums of so many products of bytes, and a bias of half that range, are far from overflowing.
constexpr int64_t MOST_SUMMED = 1 << 15;

Int8Side side(PlanReader& in) {
    Int8Side s{};
    s.size = in.within(1, 1 << 20, "side of a picture");
    s.kernel = in.within(1, 1 << 12, "side of a kernel");
    s.results = in.within(1, 1 << 20, "side of a result");
    s.stride = in.within(1, 1 << 12, "stride");
    s.before = in.within(0, 1 << 12, "padding");
    if ((s.results - 1) * s.stride + s.kernel > s.before + s.size + (1 << 12)) {
        throw Failure("results of bytes lie outside of what they are computed from");
    }
    return s;
}

bool is_activation(Function function) {
    switch (function) {
        case Function::COPY: case Function::RELU: case Function::GELU: case Function::GELU_TANH: case Function::SILU: return true;
        default: return false;
    }
}

float finite(PlanReader& in) {
    float value = static_cast<float>(in.real());
    if (!std::isfinite(value)) {
        throw Failure("a scale of bytes is no number");
    }
    return value;
}

}  // namespace

Int8Words::Int8Words(PlanReader& words) {
    pictures = words.size("number of pictures");
    channels = words.within(0, 1 << 20, "number of channels");
    outputs = words.within(1, 1 << 20, "number of outputs");
    down = side(words);
    across = side(words);
    if (times(times(down.kernel, across.kernel), channels) > MOST_SUMMED) {
        throw Failure("more products of bytes are added up than int32 has room for");
    }
    padding = words.within(-128, 127, "padding of bytes");
    activation = static_cast<Function>(words.within(0, static_cast<int64_t>(Function::COUNT) - 1, "activation"));
    if (!is_activation(activation)) {
        throw Failure("a product of bytes ends with no function " + std::to_string(static_cast<int>(activation)));
    }
    int64_t kept = words.within(0, 3, "sum of flags of bytes");
    keeps_bytes = kept % 2 == 1;
    adds_numbers = kept / 2 == 1;
    inverse_scale = finite(words);
    result_zero = static_cast<float>(words.within(-128, 127, "zero of the result"));
    addend_scale = finite(words);
    addend_zero = static_cast<float>(words.within(-128, 127, "zero of the addend"));
    int64_t read = times(times(times(pictures, channels), down.size), across.size);
    int64_t written = times(times(times(pictures, outputs), down.results), across.results);
    x = words.reference(read, Type::I8);
    weight = words.reference(times(times(panels(), down.kernel), quads()) * 64, Type::I8);
    scales = words.reference(outputs, Type::F32);
    bias = words.reference(outputs, Type::I32);
    addend = words.reference(written, adds_numbers ? Type::F32 : Type::I8, true);
    out = words.reference(written, keeps_bytes ? Type::I8 : Type::F32);
}

}  // namespace baton
