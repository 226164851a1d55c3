// Padding, joining and folding: an item makes one element of the result.
#include <cstring>

#include "moves.h"

namespace baton {

uint64_t bits_of_number(Type type, double value) {
    double largest = type == Type::I64 ? 9007199254740992.0 : 2147483647.0;
    if (type != Type::F32 && !(value >= -largest && value <= largest)) {
        throw Failure("what fills integers is no integer of their type");
    }
    switch (type) {
        case Type::F32: {
            float real = static_cast<float>(value);
            uint32_t bits;
            std::memcpy(&bits, &real, sizeof bits);
            return bits;
        }
        case Type::I32: return static_cast<uint32_t>(static_cast<int32_t>(value));
        case Type::I64: return static_cast<uint64_t>(static_cast<int64_t>(value));
        default: return value != 0 ? 1 : 0;
    }
}

namespace {

struct Padding {
    int rank;
    int64_t sizes[MOST_DIMENSIONS], before[MOST_DIMENSIONS], padded[MOST_DIMENSIONS];
};

template <typename T>
struct PadElement {
    Padding padding;
    const T* in;
    T* out;
    T value;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        int64_t rest = element, source = 0, step = 1;
        bool inside = true;
        for (int d = padding.rank - 1; d >= 0; d--) {
            int64_t index = rest % padding.padded[d] - padding.before[d];
            rest /= padding.padded[d];
            inside = inside && index >= 0 && index < padding.sizes[d];
            source += index * step;
            step *= padding.sizes[d];
        }
        out[element] = inside ? in[source] : value;
    }
};

struct Pad : Command {
    Type type;
    Padding padding{};
    int64_t elements = 1;
    uint64_t value;
    Reference in, out;

    const char* name() const override { return "pad"; }

    void run(const Run& run) const override {
        by_size(type, [&](auto zero) {
            using T = decltype(zero);
            each(run.stream, elements, PadElement<T>{padding, run.at<const T>(in), run.at<T>(out), static_cast<T>(value)});
        });
    }
};

template <typename T>
struct PlacePart {
    const T* in;
    T* out;
    int64_t part, width, start;  // elements of a row of the operand and of the result, and where it begins there
    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        out[element / part * width + start + element % part] = in[element];
    }
};

struct Concat : Command {
    Type type;
    int64_t outer, width = 0;
    Reference out;
    std::vector<std::pair<Reference, int64_t>> parts;

    const char* name() const override { return "concat"; }

    void run(const Run& run) const override {
        by_size(type, [&](auto zero) {
            using T = decltype(zero);
            int64_t start = 0;
            for (const auto& [from, part] : parts) {
                each(run.stream, outer * part, PlacePart<T>{run.at<const T>(from), run.at<T>(out), part, width, start});
                start += part;
            }
        });
    }
};

struct Spatial {
    int64_t size, windows, kernel, stride, dilation;
};

struct FoldElement {
    int32_t count;  // of dimensions
    Spatial dimensions[MOST_DIMENSIONS];
    int64_t sizes, windows, kernels;
    const float* in;
    float* out;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        const float* source = in + element / sizes * windows * kernels;
        float sum = 0;
        // The last element of a window belongs to the first window that reaches this place: from the last one on, windows
        // are added up in their order.
        for (int64_t kernel = kernels - 1; kernel >= 0; kernel--) {
            int64_t window = window_of(element % sizes, kernel);
            if (window >= 0) {
                sum += source[window * kernels + kernel];
            }
        }
        out[element] = sum;
    }

    // The window whose element of this number lies at this place; -1 if there is none.
    BATON_CUDA_FUNCTION int64_t window_of(int64_t place, int64_t kernel) const {
        int64_t window = 0, step = 1;
        for (int32_t d = count - 1; d >= 0; d--) {
            const Spatial& one = dimensions[d];
            int64_t start = place % one.size - kernel % one.kernel * one.dilation;
            if (start < 0 || start % one.stride != 0 || start / one.stride >= one.windows) {
                return -1;
            }
            window += start / one.stride * step;
            step *= one.windows;
            place /= one.size;
            kernel /= one.kernel;
        }
        return window;
    }
};

struct Fold : Command {
    int64_t outer;
    FoldElement item{};
    Reference in, out;

    const char* name() const override { return "fold"; }

    void run(const Run& run) const override {
        FoldElement placed = item;
        placed.in = run.at<const float>(in);
        placed.out = run.at<float>(out);
        each(run.stream, outer * item.sizes, placed);
    }
};

}  // namespace

std::unique_ptr<Command> decode_pad(Decoder& in) {
    auto command = std::make_unique<Pad>();
    Padding& p = command->padding;
    command->type = in.type();
    p.rank = static_cast<int>(in.within(0, MOST_DIMENSIONS, "rank"));
    int64_t from = 1;
    for (int d = 0; d < p.rank; d++) from = times(from, p.sizes[d] = in.size("size"));
    for (int d = 0; d < p.rank; d++) p.before[d] = in.size("padding before");
    for (int d = 0; d < p.rank; d++) {
        p.padded[d] = p.before[d] + p.sizes[d] + in.size("padding after");
        command->elements = times(command->elements, p.padded[d]);
    }
    command->value = bits_of_number(command->type, in.real());
    command->in = in.reference(from, command->type);
    command->out = in.reference(command->elements, command->type);
    return command;
}

std::unique_ptr<Command> decode_concat(Decoder& in) {
    auto command = std::make_unique<Concat>();
    command->type = in.type();
    command->outer = in.size("outer size");
    int64_t place = in.word();
    int64_t parts = in.size("number of operands");
    for (int64_t i = 0; i < parts; i++) {
        int64_t part = in.size("inner size");
        command->width += part;
        command->parts.emplace_back(in.reference(times(command->outer, part), command->type), part);
    }
    command->out = in.resolve(place, times(command->outer, command->width), command->type, false);
    return command;
}

std::unique_ptr<Command> decode_fold(Decoder& in) {
    auto command = std::make_unique<Fold>();
    FoldElement& item = command->item;
    command->outer = in.size("outer size");
    item.count = static_cast<int32_t>(in.within(0, MOST_DIMENSIONS, "number of spatial dimensions"));
    item.sizes = item.windows = item.kernels = 1;
    for (int32_t d = 0; d < item.count; d++) {
        Spatial& one = item.dimensions[d];
        one.size = in.size("size");
        one.windows = in.size("number of windows");
        one.kernel = in.size("size of windows");
        one.stride = in.within(1, INT32_MAX, "stride");
        one.dilation = in.within(1, INT32_MAX, "dilation");
        bool fits = one.windows == 0 || one.kernel == 0 ||
                    times(one.windows - 1, one.stride) + times(one.kernel - 1, one.dilation) < one.size;
        if (!fits) {
            throw Failure("windows reach beyond what they are folded to");
        }
        item.sizes = times(item.sizes, one.size);
        item.windows = times(item.windows, one.windows);
        item.kernels = times(item.kernels, one.kernel);
    }
    // Of no windows nothing is looked at.
    item.kernels = item.windows == 0 ? 0 : item.kernels;
    command->in = in.reference(times(command->outer, times(item.windows, item.kernels)), Type::F32);
    command->out = in.reference(times(command->outer, item.sizes), Type::F32);
    return command;
}

}  // namespace baton
