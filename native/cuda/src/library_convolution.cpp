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
            value += bias[Quotient(Quotient(item, places).whole, channels).rest];
        }
        results[item] = rectified ? larger(value, 0.0f) : value;
    }
};

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
    chunks_.each([&](int64_t first, int64_t count) {
        float* results = run.at<float>(places.out) + first * g.outputs * g.result();
        unfold(run, places.in, first, count, row_, taps() * row_, columns_);
        products_.run(run, chunks_, count, weight, run.at<char>(columns_), results);
        if (places.bias.exists() || rectified) {
            each(run.stream, count * g.outputs * g.result(),
                 FinishResults{g.outputs, g.result(), run.optional<const float>(places.bias), rectified, results});
        }
    });
}

ConvolutionByInputByLibrary::ConvolutionByInputByLibrary(Decoder& in, const Geometry& g, bool rounded, const Places& places)
    : LibraryConvolution(g, rounded), weight_(rounded_weight(in, rounded, g.outputs, taps())),
      columns_(in.scratch<float>(times(chunks_.at_once, times(taps(), g.result())))) {
    int64_t of_picture = g.outputs * g.result();
    MatrixFactor weight{true, taps(), 0, in.alignment(places.weight)};
    MatrixFactor gradients{false, g.result(), of_picture, alignment<float>(in, places.in, chunks_.at_once * of_picture)};
    if (rounded) {
        gradients_ = std::make_unique<RoundedFactor>(in, chunks_.at_once, g.outputs, g.result(), g.result(), of_picture);
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
    const float* columns = run.at<const float>(columns_);
    const float* kept = run.optional<const float>(places.kept);
    chunks_.each([&](int64_t first, int64_t count) {
        const float* gradients = run.at<const float>(places.in) + first * g.outputs * g.result();
        products_.run(run, chunks_, count, weight, at(run, gradients, gradients_.get(), count), run.at<float>(columns_));
        int64_t before = first * g.inputs * g.picture();
        each(run.stream, count * g.inputs * g.picture(),
             FoldColumns{g.inputs, g.down, g.across, columns, run.optional<const float>(places.bias),
                  kept == nullptr ? nullptr : kept + before, run.at<float>(places.out) + before});
    });
}

ConvolutionByWeightByLibrary::ConvolutionByWeightByLibrary(Decoder& in, const Geometry& g, bool rounded, const Places& places)
    : LibraryConvolution(g, rounded), columns_(factor_scratch(in, times(taps(), rows_of(chunks_.at_once).step()))),
      gradients_(factor_scratch(in, times(g.outputs, rows_of(chunks_.at_once).step()))),
      sums_(parts() == 1 ? places.out : in.scratch<float>(times(parts(), g.weights()))) {
    products_.make(in, chunks_, [&](int64_t pictures) {
        LongRows rows = rows_of(pictures);
        auto factor = [&](bool transposed, const Reference& place) {
            return MatrixFactor{transposed, rows.step(), rows.length, factor_alignment(in, place, rows.length)};
        };
        return in.library()->prepare({type(), rows.parts, g.outputs, taps(), rows.length, factor(false, gradients_),
                                      factor(true, columns_), alignment<float>(in, sums_, g.weights())});
    });
}

ConvolutionByWeightByLibrary::LongRows ConvolutionByWeightByLibrary::rows_of(int64_t pictures) const {
#if defined(__CUDACC__)
    constexpr int64_t LENGTH = 4096;
#else
    constexpr int64_t LENGTH = 64;  // so that tests have many parts
#endif
    int64_t places = pictures * geometry_.result(), parts = divided_up(places, LENGTH);
    return {places, parts, rounded_up(divided_up(places, parts), ROW_PLACES)};
}

template <typename Factor>
void ConvolutionByWeightByLibrary::gather(const Run& run, const float* gradients, int64_t pictures) const {
    const Geometry& g = geometry_;
    LongRows rows = rows_of(pictures);
    Factor *columns = run.at<Factor>(columns_), *turned = run.at<Factor>(gradients_);
    each(run.stream, pictures * g.outputs * g.result(),
         TurnResults<Factor>{g.outputs, g.result(), rows.step(), gradients, turned});
    if (rows.places < rows.step()) {
        ClearTails<Factor> of_columns{rows.places, rows.step(), columns}, of_turned{rows.places, rows.step(), turned};
        each(run.stream, of_columns.count(taps()), of_columns);
        each(run.stream, of_turned.count(g.outputs), of_turned);
    }
}

void ConvolutionByWeightByLibrary::run(const Run& run, const Places& places) const {
    const Geometry& g = geometry_;
    int64_t of_chunk = rows_of(chunks_.at_once).parts * g.weights();
    chunks_.each([&](int64_t first, int64_t count) {
        unfold(run, places.in, first, count, rows_of(count).step(), g.result(), columns_);
        const float* gradients = run.at<const float>(places.gradient) + first * g.outputs * g.result();
        if (rounded_) {
            gather<uint16_t>(run, gradients, count);
        } else {
            gather<float>(run, gradients, count);
        }
        products_.run(run, chunks_, count, run.at<char>(gradients_), run.at<char>(columns_),
                      run.at<float>(sums_) + first / chunks_.at_once * of_chunk);
    });
}

}  // namespace baton
