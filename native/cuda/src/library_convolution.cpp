#include "library_convolution.h"

namespace baton {
namespace {

// What follows a convolution's products.
struct FinishResults {
    int64_t channels, places;
    const float* bias;  // null where there is none
    bool rectified;
    float* results;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        float value = results[item];
        if (bias != nullptr) {
            value += bias[item / places % channels];
        }
        results[item] = rectified ? larger(value, 0.0f) : value;
    }
};

template <typename Factor>
void turn(const Run& run, int64_t channels, int64_t places, int64_t pictures, int64_t row_step, const float* from, Factor* to) {
    each(run.stream, pictures * channels * places, TurnResults<Factor>{channels, places, row_step, from, to});
}

std::unique_ptr<RoundedFactor> rounded_weight(Decoder& in, bool rounded, int64_t outputs, int64_t taps) {
    return rounded ? std::make_unique<RoundedFactor>(in, 1, outputs, taps, taps, 0) : nullptr;
}

}  // namespace

void LibraryConvolution::unfold(const Run& run, const Reference& pictures, int64_t first, int64_t count, int64_t row_step,
                                int64_t picture_step, const Reference& to) const {
    const Geometry& g = geometry_;
    const float* from = run.at<const float>(pictures) + first * g.inputs * g.picture();
    auto start = [&](auto* columns) {
        Unfold<std::remove_pointer_t<decltype(columns)>> unfold{g.inputs,     g.down, g.across, row_step,
                                                                picture_step, from,   columns};
        each(run.stream, unfold.count(count), unfold);
    };
    if (rounded_) {
        start(run.at<uint16_t>(to));
    } else {
        start(run.at<float>(to));
    }
}

ConvolutionByLibrary::ConvolutionByLibrary(Decoder& in, const Geometry& g, bool rounded, const Places& places)
    : LibraryConvolution(g, rounded), weight_(rounded_weight(in, rounded, g.outputs, taps())),
      columns_(factor_scratch(in, times(chunks_.at_once, times(taps(), row_)))) {
    MatrixFactor weight = rounded ? weight_->factor(in, false) : MatrixFactor{false, taps(), 0, in.alignment(places.weight)};
    MatrixFactor columns{false, row_, taps() * row_, in.alignment(columns_)};
    int64_t results = alignment<float>(in, places.out, chunks_.at_once * g.outputs * g.result());
    products_.make(in, chunks_, [&](int64_t pictures) {
        return in.library()->prepare({type(), pictures, g.outputs, g.result(), taps(), weight, columns, results});
    });
}

void ConvolutionByLibrary::run(const Run& run, const Places& places, bool rectified) const {
    const Geometry& g = geometry_;
    const void* weight = at(run, places.weight, weight_.get());
    float* results = run.at<float>(places.out);
    chunks_.each([&](int64_t first, int64_t count) {
        unfold(run, places.in, first, count, row_, taps() * row_, columns_);
        products_.run(run, chunks_, count, weight, run.at<char>(columns_), results + first * g.outputs * g.result());
    });
    if (places.bias.exists() || rectified) {
        each(run.stream, g.all_results(),
             FinishResults{g.outputs, g.result(), run.optional<const float>(places.bias), rectified, results});
    }
}

ConvolutionByInputByLibrary::ConvolutionByInputByLibrary(Decoder& in, const Geometry& g, bool rounded, const Places& places)
    : LibraryConvolution(g, rounded), weight_(rounded_weight(in, rounded, g.outputs, taps())),
      columns_(in.scratch<float>(times(chunks_.at_once, times(taps(), g.result())))) {
    int64_t of_picture = g.outputs * g.result();
    MatrixFactor weight{true, taps(), 0, in.alignment(places.weight)};
    MatrixFactor gradients{false, g.result(), of_picture, alignment<float>(in, places.in, chunks_.at_once * of_picture)};
    if (rounded) {
        gradients_ = std::make_unique<RoundedFactor>(in, g.pictures, g.outputs, g.result(), g.result(), of_picture);
        weight = weight_->factor(in, true);
        gradients = gradients_->factor(in, false);
    }
    products_.make(in, chunks_, [&](int64_t pictures) {
        return in.library()->prepare(
            {type(), pictures, taps(), g.result(), g.outputs, weight, gradients, in.alignment(columns_)});
    });
}

void ConvolutionByInputByLibrary::run(const Run& run, const Places& places) const {
    const Geometry& g = geometry_;
    const void* weight = at(run, places.weight, weight_.get());
    const char* gradients = static_cast<const char*>(at(run, places.in, gradients_.get()));
    int64_t of_picture = rounded_ ? gradients_->packed_matrix() * static_cast<int64_t>(sizeof(uint16_t))
                                  : g.outputs * g.result() * static_cast<int64_t>(sizeof(float));
    const float* columns = run.at<const float>(columns_);
    const float* kept = run.optional<const float>(places.kept);
    chunks_.each([&](int64_t first, int64_t count) {
        products_.run(run, chunks_, count, weight, gradients + first * of_picture, run.at<float>(columns_));
        int64_t before = first * g.inputs * g.picture();
        each(run.stream, count * g.inputs * g.picture(),
             Fold{g.inputs, g.down, g.across, columns, run.optional<const float>(places.bias),
                  kept == nullptr ? nullptr : kept + before, run.at<float>(places.out) + before});
    });
}

ConvolutionByWeightByLibrary::ConvolutionByWeightByLibrary(Decoder& in, const Geometry& g, bool rounded, const Places& places)
    : LibraryConvolution(g, rounded), columns_(factor_scratch(in, times(taps(), long_row(chunks_.at_once)))),
      gradients_(factor_scratch(in, times(g.outputs, long_row(chunks_.at_once)))),
      sums_(parts() == 1 ? places.out : in.scratch<float>(times(parts(), g.weights()))) {
    products_.make(in, chunks_, [&](int64_t pictures) {
        int64_t length = pictures / parts_of(pictures) * g.result();
        return in.library()->prepare({type(), parts_of(pictures), g.outputs, taps(), length,
                                      {false, long_row(pictures), length, factor_alignment(in, gradients_, length)},
                                      {true, long_row(pictures), length, factor_alignment(in, columns_, length)},
                                      alignment<float>(in, sums_, g.weights())});
    });
}

// Equal ones of whole pictures, as few as can be.
int64_t ConvolutionByWeightByLibrary::parts_of(int64_t pictures) const {
    int64_t parts = std::min(pictures, divided_up(pictures * geometry_.result(), LENGTH));
    while (pictures % parts != 0) parts++;
    return parts;
}

void ConvolutionByWeightByLibrary::run(const Run& run, const Places& places) const {
    const Geometry& g = geometry_;
    const float* gradients = run.at<const float>(places.gradient);
    float* sums = run.at<float>(sums_);
    chunks_.each([&](int64_t first, int64_t count) {
        unfold(run, places.in, first, count, long_row(count), g.result(), columns_);
        const float* from = gradients + first * g.outputs * g.result();
        if (rounded_) {
            turn(run, g.outputs, g.result(), count, long_row(count), from, run.at<uint16_t>(gradients_));
        } else {
            turn(run, g.outputs, g.result(), count, long_row(count), from, run.at<float>(gradients_));
        }
        products_.run(run, chunks_, count, run.at<char>(gradients_), run.at<char>(columns_),
                      sums + first / chunks_.at_once * parts_of(chunks_.at_once) * g.weights());
    });
}

}  // namespace baton
