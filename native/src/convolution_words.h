// What the words of convolutions say (PLAN_FORMAT.md), read and checked: what every core's command of the same name begins
// with.
#ifndef BATON_CONVOLUTION_WORDS_H
#define BATON_CONVOLUTION_WORDS_H

#include "plan_reader.h"

namespace baton {

// How many words say the geometry of a convolution.
constexpr int64_t CONVOLUTION_WORDS = 16;

struct Side {
    int64_t size, kernel, results, stride, before, dilation;
    int64_t phase(int64_t tap) const { return tap * dilation % stride; }
    int64_t shift(int64_t tap) const { return tap * dilation / stride; }
    int64_t most_shift() const { return shift(kernel - 1); }
    // The taps of a phase, in their order.
    std::vector<int64_t> taps(int64_t of) const;
    std::vector<int64_t> used_phases() const;
};

struct Geometry {
    int64_t pictures, inputs, outputs, groups;
    Side down, across;
    int64_t taps() const { return down.kernel * across.kernel; }
    int64_t picture() const { return down.size * across.size; }
    int64_t result() const { return down.results * across.results; }
    int64_t all_pictures() const { return times(times(pictures, inputs), picture()); }
    int64_t all_results() const { return times(times(pictures, outputs), result()); }
    int64_t weights() const { return outputs * (inputs / groups) * taps(); }
};

Geometry decode_geometry(PlanReader& in);

// What follows the geometry of a convolution, or, backward, of its gradient by the input: the places of its memory.
struct ConvolutionPlaces {
    Reference in, weight, bias, out, scratch;
    Reference kept;  // results count where this is above 0, and are 0 elsewhere
    // Of so many weights.
    void read(PlanReader& words, const Geometry& geometry, bool backward, bool rectified, int64_t weights,
              int64_t scratch_floats);
};

struct ConvolutionByWeightPlaces {
    Reference in, gradient, out, scratch;
    void read(PlanReader& words, const Geometry& geometry, int64_t scratch_floats);
};

}  // namespace baton

#endif
