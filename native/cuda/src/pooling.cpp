// The largest of windows, and its gradient: an item makes one element of the result, neighbours along a row.
#include "command.h"
#include "elements.h"
#include "picture_words.h"

namespace baton {
namespace {

struct Range {
    int32_t from, to;  // from .. to - 1
};

// The windows along one dimension. No place in a picture or its padding is beyond an int32; where windows begin may be.
struct Windows {
    int32_t size, kernel, stride, before, dilation, count;

    BATON_CUDA_FUNCTION int64_t start(int32_t window) const { return int64_t(window) * stride - before; }
    // The taps of the window that begins there which lie within the picture.
    BATON_CUDA_FUNCTION Range taps_inside(int64_t start) const {
        if (start >= size) {
            return {0, 0};
        }
        int32_t first = static_cast<int32_t>(start), span = (kernel - 1) * dilation;
        return {first < 0 ? (-first + dilation - 1) / dilation : 0,
                first + span < size ? kernel : (size - first + dilation - 1) / dilation};
    }
    // The windows that reach a place, which is so far behind where the first window begins.
    BATON_CUDA_FUNCTION Range reaching(int32_t distance) const {
        int32_t beyond = distance - (kernel - 1) * dilation, to = distance / stride + 1;
        return {beyond <= 0 ? 0 : (beyond + stride - 1) / stride, to < count ? to : count};
    }
    // Which tap of a window lies so far behind its beginning; -1 where that is between two.
    BATON_CUDA_FUNCTION int32_t tap_at(int32_t distance) const {
        if (dilation == 1) {
            return distance;
        }
        return distance % dilation == 0 ? distance / dilation : -1;
    }
};

struct TakeLargest {
    Windows down, across;
    const float* in;
    float* out;
    int32_t* index;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        int64_t above = element / across.count, plane = above / down.count;
        int64_t top = down.start(static_cast<int32_t>(above % down.count));
        int64_t left = across.start(static_cast<int32_t>(element % across.count));
        Range rows = down.taps_inside(top), columns = across.taps_inside(left);
        const float* picture = in + plane * down.size * across.size;
        // The padding counts as -infinity; it comes first where nothing is larger.
        bool empty = rows.from >= rows.to || columns.from >= columns.to;
        bool padded = rows.from > 0 || columns.from > 0;
        float best = -INFINITY;
        int32_t where = padded || empty ? 0 : -1;
        for (int32_t i = rows.from; i < rows.to; i++) {
            const float* row = picture + (top + int64_t(i) * down.dilation) * across.size;
            for (int32_t j = columns.from; j < columns.to; j++) {
                float value = row[left + j * across.dilation];
                // A NaN is larger than all else.
                bool better = where < 0 || value > best || (value != value && best == best);
                best = better ? value : best;
                where = better ? i * across.kernel + j : where;
            }
        }
        out[element] = best;
        index[element] = where;
    }
};

// What reaches an element comes from the windows that chose it, added up in their order.
struct GiveBack {
    Windows down, across;
    const float* gradient;
    const int32_t* index;
    float* out;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        int64_t above = element / across.size, plane = above / down.size;
        int32_t below = static_cast<int32_t>(above % down.size) + down.before;
        int32_t right = static_cast<int32_t>(element % across.size) + across.before;
        Range rows = down.reaching(below), columns = across.reaching(right);
        float sum = 0;
        for (int32_t y = rows.from; y < rows.to; y++) {
            int32_t tap_down = down.tap_at(below - y * down.stride);
            int64_t row = (plane * down.count + y) * across.count;
            for (int32_t x = columns.from; x < columns.to && tap_down >= 0; x++) {
                int32_t tap_across = across.tap_at(right - x * across.stride);
                if (tap_across >= 0 && index[row + x] == tap_down * across.kernel + tap_across) {
                    sum += gradient[row + x];
                }
            }
        }
        out[element] = sum;
    }
};

struct MaxPool : Command, MaxPoolWords {
    Windows down, across;

    MaxPool(Decoder& words, bool backward) : MaxPoolWords(words, backward) {
        const Pooling& p = pooling;
        down = windows(p.height, p.kernel_down, p.stride_down, p.before_down, p.dilation_down, p.rows);
        across = windows(p.width, p.kernel_across, p.stride_across, p.before_across, p.dilation_across, p.columns);
    }

    static Windows windows(int64_t size, int64_t kernel, int64_t stride, int64_t before, int64_t dilation,
                           int64_t count) {
        auto narrow = [](int64_t value) { return static_cast<int32_t>(value); };
        return {narrow(size), narrow(kernel), narrow(stride), narrow(before), narrow(dilation), narrow(count)};
    }

    const char* name() const override { return backward ? "max-pool-backward" : "max-pool"; }

    void run(const Run& run) const override {
        if (backward) {
            each(run.stream, planes * pooling.height * pooling.width,
                 GiveBack{down, across, run.at<const float>(in), run.at<const int32_t>(index), run.at<float>(out)});
        } else {
            each(run.stream, planes * pooling.rows * pooling.columns,
                 TakeLargest{down, across, run.at<const float>(in), run.at<float>(out), run.at<int32_t>(index)});
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_max_pool(Decoder& in, bool backward) { return std::make_unique<MaxPool>(in, backward); }

}  // namespace baton
