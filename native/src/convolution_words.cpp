#include "convolution_words.h"

#include <algorithm>

namespace baton {
namespace {

Side side(PlanReader& in) {
    Side s{};
    s.size = in.within(1, 1 << 20, "side of a picture");
    s.kernel = in.within(1, 1 << 12, "side of a kernel");
    s.results = in.within(1, 1 << 20, "side of a result");
    s.stride = in.within(1, 1 << 12, "stride");
    s.before = in.within(0, 1 << 20, "padding");
    s.dilation = in.within(1, 1 << 12, "dilation");
    return s;
}

}  // namespace

std::vector<int64_t> Side::taps(int64_t of) const {
    std::vector<int64_t> found;
    for (int64_t tap = 0; tap < kernel; tap++) {
        if (phase(tap) == of) found.push_back(tap);
    }
    return found;
}

std::vector<int64_t> Side::used_phases() const {
    std::vector<int64_t> used;
    for (int64_t tap = 0; tap < kernel; tap++) used.push_back(phase(tap));
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    return used;
}

Geometry decode_geometry(PlanReader& in) {
    Geometry g{};
    g.pictures = in.within(0, 1 << 24, "number of pictures");
    g.inputs = in.within(1, 1 << 20, "number of input channels");
    g.outputs = in.within(1, 1 << 20, "number of output channels");
    g.groups = in.within(1, 1 << 20, "number of groups");
    g.down = side(in);
    g.across = side(in);
    if (g.taps() > 1 << 16 || g.down.stride * g.across.stride > 1 << 16) {
        throw Failure("a convolution has too many taps or phases");
    }
    if (g.inputs % g.groups != 0 || g.outputs % g.groups != 0) {
        throw Failure("channels do not part into so many groups");
    }
    times(g.all_pictures(), 64);
    times(g.all_results(), 64);
    times(times(g.outputs, g.inputs), g.taps());
    return g;
}

void ConvolutionPlaces::read(PlanReader& words, const Geometry& geometry, bool backward, bool rectified, int64_t weights,
                             int64_t scratch_floats) {
    int64_t pictures = geometry.all_pictures(), results = geometry.all_results();
    in = words.reference(backward ? results : pictures, Type::F32);
    weight = words.reference(weights, Type::F32);
    // One for each channel that is written.
    bias = words.reference(backward ? geometry.inputs : geometry.outputs, Type::F32, true);
    out = words.reference(backward ? pictures : results, Type::F32);
    scratch = words.reference(scratch_floats, Type::F32);
    if (backward && rectified) {
        kept = words.reference(pictures, Type::F32);
    }
}

void ConvolutionByWeightPlaces::read(PlanReader& words, const Geometry& geometry, int64_t scratch_floats) {
    in = words.reference(geometry.all_pictures(), Type::F32);
    gradient = words.reference(geometry.all_results(), Type::F32);
    out = words.reference(geometry.weights(), Type::F32);
    scratch = words.reference(scratch_floats, Type::F32);
}

}  // namespace baton
