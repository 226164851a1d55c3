// Convolutions as products of matrices: what each result reads, one column for each place and one row for each tap of each
// channel, and back again. Chunks of pictures are unfolded at a time, so that what was written is still in the cache when
// it is multiplied.
#ifndef BATON_CUDA_UNFOLDING_H
#define BATON_CUDA_UNFOLDING_H

#include "bfloat16.h"
#include "command.h"
#include "convolution_words.h"

namespace baton {

// Pictures that are unfolded at a time: of no more elements than stay in a GPU's cache, if one alone has no more.
struct Chunks {
#if defined(__CUDACC__)
    static constexpr int64_t MOST = int64_t(1) << 22;
#else
    static constexpr int64_t MOST = int64_t(1) << 9;  // so that tests have many chunks
#endif
    static constexpr int64_t LARGEST = int64_t(1) << 26;  // of one picture
    int64_t pictures, at_once;

    Chunks(int64_t all, int64_t elements) : pictures(all), at_once(std::clamp<int64_t>(MOST / elements, 1, all)) {}
    int64_t count() const { return (pictures + at_once - 1) / at_once; }
    int64_t rest() const { return pictures - (count() - 1) * at_once; }  // of the last one
    template <typename Body>
    void each(const Body& body) const {
        for (int64_t first = 0; first < pictures; first += at_once) body(first, std::min(at_once, pictures - first));
    }
};

// What a result reads by a tap, along one side of a picture; below 0 where that lies in the padding.
BATON_CUDA_FUNCTION inline int64_t read_of(const Side& side, int64_t result, int64_t tap) {
    int64_t place = result * side.stride - side.before + tap * side.dilation;
    return place < side.size ? place : -1;
}

// The other way: the result that reads a place by a tap; below 0 where none does.
BATON_CUDA_FUNCTION inline int64_t result_of(const Side& side, int64_t place, int64_t tap) {
    int64_t scaled = place + side.before - tap * side.dilation;
    if (scaled < 0 || side.stride == 1) {
        return scaled < side.results ? scaled : -1;
    }
    Quotient result(scaled, side.stride);
    return result.rest == 0 && result.whole < side.results ? result.whole : -1;
}

// Of some pictures [C, H, W] the elements that each result reads: to[tap of a channel, picture, place]. An item is a place of a
// channel, with all of its taps.
template <typename Factor>
struct Unfold {
    int64_t channels;
    Side down, across;
    int64_t row_step, picture_step;  // where columns are written
    const float* from;
    Factor* to;

    int64_t count(int64_t pictures) const { return pictures * channels * down.results * across.results; }
    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        Quotient plane(item, down.results * across.results), picture(plane.whole, channels), place(plane.rest, across.results);
        const float* read = from + plane.whole * down.size * across.size;
        Factor* target = to + picture.rest * down.kernel * across.kernel * row_step + picture.whole * picture_step + plane.rest;
        for (int64_t i = 0; i < down.kernel; i++) {
            int64_t y = read_of(down, place.whole, i);
            for (int64_t j = 0; j < across.kernel; j++, target += row_step) {
                int64_t x = read_of(across, place.rest, j);
                store_factor(y >= 0 && x >= 0 ? read[y * across.size + x] : 0.0f, *target);
            }
        }
    }
};

// The other way: an element of a picture is the sum of what all columns [picture, tap of a channel, place] that read it have
// for it, in the order of the taps.
struct FoldColumns {
    int64_t channels;
    Side down, across;
    const float* from;
    const float* bias;  // null where there is none
    const float* kept;  // where it is not above 0, results are; null where all are kept
    float* to;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        Quotient row_of_plane(item, across.size), plane(row_of_plane.whole, down.size);
        int64_t places = down.results * across.results;
        const float* columns = from + plane.whole * down.kernel * across.kernel * places;
        float sum = 0;
        for (int64_t i = 0; i < down.kernel; i++) {
            int64_t row = result_of(down, plane.rest, i);
            for (int64_t j = 0; j < across.kernel; j++, columns += places) {
                int64_t column = row < 0 ? -1 : result_of(across, row_of_plane.rest, j);
                sum += column < 0 ? 0.0f : columns[row * across.results + column];
            }
        }
        if (bias != nullptr) {
            sum += bias[Quotient(plane.whole, channels).rest];
        }
        to[item] = kept == nullptr || kept[item] > 0 ? sum : 0.0f;
    }
};

// Results [picture, channel, place] as rows of channels: to[channel, picture, place].
template <typename Factor>
struct TurnResults {
    int64_t channels, places, row_step;
    const float* from;
    Factor* to;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        Quotient plane(item, places), picture(plane.whole, channels);
        store_factor(from[item], to[picture.rest * row_step + picture.whole * places + plane.rest]);
    }
};

// What rows have behind their ends, where products read on.
template <typename Factor>
struct ClearTails {
    int64_t end, row_step;
    Factor* rows;

    int64_t count(int64_t row_count) const { return row_count * (row_step - end); }
    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        Quotient row(item, row_step - end);
        rows[row.whole * row_step + end + row.rest] = 0;
    }
};

}  // namespace baton

#endif
