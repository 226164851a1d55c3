// Padding, joining and folding: an item makes one element of the result.
#include <cstring>

#include "moves.h"
#include "primitive_words.h"

namespace baton {

uint64_t bits_of_number(Type type, double value) {
    switch (type) {
        case Type::F32: {
            float real = static_cast<float>(value);
            uint32_t bits;
            std::memcpy(&bits, &real, sizeof bits);
            return bits;
        }
        case Type::I32: return static_cast<uint32_t>(static_cast<int32_t>(value));
        case Type::I64: return static_cast<uint64_t>(static_cast<int64_t>(value));
        case Type::I8: return static_cast<uint8_t>(static_cast<int8_t>(value));
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

struct Pad : Command, PadWords {
    Padding padding{};

    explicit Pad(Decoder& words) : PadWords(words) {
        padding.rank = rank;
        std::copy_n(sizes, rank, padding.sizes);
        std::copy_n(before, rank, padding.before);
        std::copy_n(padded, rank, padding.padded);
    }

    const char* name() const override { return "pad"; }

    void run(const Run& run) const override {
        by_size(type, [&](auto zero) {
            using T = decltype(zero);
            each(run.stream, elements,
                 PadElement<T>{padding, run.at<const T>(in), run.at<T>(out), static_cast<T>(bits_of_number(type, value))});
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

struct Concat : Command, ConcatWords {
    explicit Concat(Decoder& in) : ConcatWords(in) {}

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

struct Fold : Command, FoldWords {
    FoldElement item{};

    explicit Fold(Decoder& words) : FoldWords(words) {
        item.count = static_cast<int32_t>(dimensions.size());
        std::copy(dimensions.begin(), dimensions.end(), item.dimensions);
        item.sizes = sizes;
        item.windows = windows;
        // Of no windows nothing is looked at.
        item.kernels = windows == 0 ? 0 : kernels;
    }

    const char* name() const override { return "fold"; }

    void run(const Run& run) const override {
        FoldElement placed = item;
        placed.in = run.at<const float>(in);
        placed.out = run.at<float>(out);
        each(run.stream, outer * sizes, placed);
    }
};

}  // namespace

std::unique_ptr<Command> decode_pad(Decoder& in) { return std::make_unique<Pad>(in); }

std::unique_ptr<Command> decode_concat(Decoder& in) { return std::make_unique<Concat>(in); }

std::unique_ptr<Command> decode_fold(Decoder& in) { return std::make_unique<Fold>(in); }

}  // namespace baton
