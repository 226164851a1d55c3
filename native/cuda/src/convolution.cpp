// Convolutions of pictures [N, C, H, W] and their gradients by the input: by the library's products where it has a way for
// them (library_convolution.h), else by kernels of their own. Of these, an item computes a tile of what is written in
// registers: some channels of a group at some places, which are a warp's width apart, so that neighbouring items write
// neighbouring places. Taps are the outer loop: where a tap reads is found once for all channels. Every sum goes through
// taps and channels in one order, whatever the tile.
//
// Tiles are filled up with zeros: where channels are fewer, and where a tap reads what lies in the padding.
#include "library_convolution.h"

namespace baton {
namespace {

// One side of what is written and of what is read. Places that lie `step` apart follow each other, so that neighbouring
// items need the same taps: of a gradient with a stride, each place has its phase's alone.
template <bool BACKWARD>
struct Way {
    int64_t written, read;
    int64_t step, rows;  // places of a phase, and how many
    Side side;

    explicit Way(const Side& of)
        : written(BACKWARD ? of.size : of.results), read(BACKWARD ? of.results : of.size),
          step(BACKWARD ? std::min(of.stride, written) : 1), rows(divided_up(written, step)), side(of) {}

    // With those that lie behind the end, as the phases count the same number of places each.
    int64_t places() const { return step * rows; }
    BATON_CUDA_FUNCTION int64_t place(int64_t number) const { return number % rows * step + number / rows; }
    // What a tap reads for a place; below 0 where there is nothing.
    BATON_CUDA_FUNCTION int64_t source(int64_t place, int64_t tap) const {
        return BACKWARD ? result_of(side, place, tap) : read_of(side, place, tap);
    }
};

template <bool BACKWARD>
struct Convolution {
    Way<BACKWARD> down, across;
    int64_t pictures, groups;
    int64_t inputs, outputs;                // channels of a group that are read and written
    int64_t input_weights, output_weights;  // from the weights of one of them to the next one's
    const float *in, *weight;
    const float *bias, *kept;  // null where there are none
    float* out;
    bool rectified;
};

template <bool BACKWARD, bool ROUNDED, int CHANNELS, int PLACES>
struct ConvolveTile {
    Convolution<BACKWARD> c;
    int64_t places_down, places_across;
    int64_t tiles_of_group;

    explicit ConvolveTile(const Convolution<BACKWARD>& convolution)
        : c(convolution), places_down(c.down.places()), places_across(c.across.places()),
          tiles_of_group(divided_up(c.outputs, CHANNELS)) {}

    int64_t count() const {
        return divided_up(c.pictures * places_down * places_across, WARP * PLACES) * c.groups * tiles_of_group * WARP;
    }

    // Warps side by side write other channels of the same places, for which they read the same.
    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t tile = item / WARP % (c.groups * tiles_of_group), group = tile / tiles_of_group;
        int64_t channel = tile % tiles_of_group * CHANNELS;
        int64_t first = item / WARP / (c.groups * tiles_of_group) * (WARP * PLACES) + item % WARP;
        int64_t in_plane = c.down.read * c.across.read, out_plane = c.down.written * c.across.written;
        int64_t y[PLACES], x[PLACES], source[PLACES], target[PLACES];
        for (int p = 0; p < PLACES; p++) {
            int64_t place = first + p * WARP, of_picture = place % (places_down * places_across);
            int64_t picture = place / (places_down * places_across);
            y[p] = c.down.place(of_picture / places_across);
            x[p] = c.across.place(of_picture % places_across);
            bool exists = picture < c.pictures && y[p] < c.down.written && x[p] < c.across.written;
            source[p] = exists ? (picture * c.groups + group) * c.inputs * in_plane : -1;
            target[p] = ((picture * c.groups + group) * c.outputs + channel) * out_plane + y[p] * c.across.written + x[p];
        }
        int channels = static_cast<int>(c.outputs - channel < CHANNELS ? c.outputs - channel : CHANNELS);
        float sums[CHANNELS][PLACES] = {};
        const float* weights = c.weight + group * (BACKWARD ? c.inputs * c.input_weights : c.outputs * c.output_weights) +
                               channel * c.output_weights;
        for (int64_t down = 0; down < c.down.side.kernel; down++) {
            for (int64_t across = 0; across < c.across.side.kernel; across++, weights++) {
                const float* from[PLACES];
                bool any = false;
                for (int p = 0; p < PLACES; p++) {
                    int64_t row = source[p] < 0 ? -1 : c.down.source(y[p], down);
                    int64_t column = row < 0 ? -1 : c.across.source(x[p], across);
                    from[p] = column < 0 ? nullptr : c.in + source[p] + row * c.across.read + column;
                    any = any || column >= 0;
                }
                if (any) {
                    add_tap(from, in_plane, weights, channels, sums);
                }
            }
        }
        for (int r = 0; r < CHANNELS; r++) {
            for (int p = 0; p < PLACES; p++) {
                if (r < channels && source[p] >= 0) {
                    store(group * c.outputs + channel + r, target[p] + r * out_plane, sums[r][p]);
                }
            }
        }
    }

  private:
    BATON_CUDA_FUNCTION void add_tap(const float* const (&from)[PLACES], int64_t in_plane, const float* weights,
                                     int channels, float (&sums)[CHANNELS][PLACES]) const {
        for (int64_t input = 0; input < c.inputs; input++) {
            float values[PLACES];
            for (int p = 0; p < PLACES; p++) {
                values[p] = from[p] == nullptr ? 0.0f : factor<ROUNDED>(from[p][input * in_plane]);
            }
            const float* of_input = weights + input * c.input_weights;
            for (int r = 0; r < CHANNELS; r++) {
                float weight = r < channels ? factor<ROUNDED>(of_input[r * c.output_weights]) : 0.0f;
                for (int p = 0; p < PLACES; p++) sums[r][p] = multiply_add(weight, values[p], sums[r][p]);
            }
        }
    }

    BATON_CUDA_FUNCTION void store(int64_t channel, int64_t element, float value) const {
        if (c.bias != nullptr) {
            value += c.bias[channel];
        }
        if (c.rectified) {
            value = larger(value, 0.0f);
        }
        c.out[element] = c.kept == nullptr || c.kept[element] > 0 ? value : 0.0f;
    }
};

template <bool BACKWARD, bool ROUNDED>
struct Convolve : Command, ConvolutionPlaces {
    Geometry geometry;
    bool rectified;
    using ByLibrary = std::conditional_t<BACKWARD, ConvolutionByInputByLibrary, ConvolutionByLibrary>;
    std::unique_ptr<ByLibrary> library;  // null where the library has no way for it

    Convolve(Decoder& words, bool is_rectified) : geometry(decode_geometry(words)), rectified(is_rectified) {
        read(words, geometry, BACKWARD, rectified, geometry.weights(), 0);
        library = LibraryConvolution::make<ByLibrary>(words, geometry, ROUNDED, *this);
    }

    const char* name() const override { return BACKWARD ? "convolution by input" : "convolution"; }

    void run(const Run& run) const override {
        if (library != nullptr) {
            if constexpr (BACKWARD) {
                library->run(run, *this);
            } else {
                library->run(run, *this, rectified);
            }
            return;
        }
        const Geometry& g = geometry;
        int64_t inputs = g.inputs / g.groups, outputs = g.outputs / g.groups, of_output = inputs * g.taps();
        Convolution<BACKWARD> convolution{Way<BACKWARD>(g.down),
                                          Way<BACKWARD>(g.across),
                                          g.pictures,
                                          g.groups,
                                          BACKWARD ? outputs : inputs,
                                          BACKWARD ? inputs : outputs,
                                          BACKWARD ? of_output : g.taps(),
                                          BACKWARD ? g.taps() : of_output,
                                          run.at<const float>(in),
                                          run.at<const float>(weight),
                                          run.optional<const float>(bias),
                                          run.optional<const float>(kept),
                                          run.at<float>(out),
                                          rectified && !BACKWARD};
        // Large tiles read memory less often, small ones give a GPU more items.
        ConvolveTile<BACKWARD, ROUNDED, 8, 4> large(convolution);
        constexpr int64_t ENOUGH = 1 << 15;
        if (convolution.outputs > 4 && large.count() >= ENOUGH) {
            start(run, large);
        } else if (convolution.outputs > 1) {
            start(run, ConvolveTile<BACKWARD, ROUNDED, 4, 2>(convolution));
        } else {
            start(run, ConvolveTile<BACKWARD, ROUNDED, 1, 1>(convolution));
        }
    }

    template <typename Tile>
    static void start(const Run& run, const Tile& tile) {
        each(run.stream, tile.count(), tile);
    }
};

template <bool ROUNDED>
std::unique_ptr<Command> decode(Decoder& in, bool backward, bool rectified) {
    if (backward) {
        return std::make_unique<Convolve<true, ROUNDED>>(in, rectified);
    }
    return std::make_unique<Convolve<false, ROUNDED>>(in, rectified);
}

}  // namespace

std::unique_ptr<Command> decode_convolution(Decoder& in, bool backward, bool rectified, bool rounded) {
    return rounded ? decode<true>(in, backward, rectified) : decode<false>(in, backward, rectified);
}

}  // namespace baton
