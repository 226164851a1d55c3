// Convolutions, and their gradients, by the library's products (unfolding.h). Made where the library is there and has a way
// for them; commands have kernels of their own for all others.
#ifndef BATON_CUDA_LIBRARY_CONVOLUTION_H
#define BATON_CUDA_LIBRARY_CONVOLUTION_H

#include "library_factor.h"
#include "unfolding.h"

namespace baton {

// A product for all chunks but the last, which has its own where it is smaller.
struct ProductOfChunks {
    std::shared_ptr<LibraryProduct> full, last;
    Reference workspace;

    // prepare(pictures) gives the product of so many, or null.
    template <typename Prepare>
    void make(Decoder& in, const Chunks& chunks, const Prepare& prepare) {
        full = prepare(chunks.at_once);
        last = full;
        if (full != nullptr && chunks.rest() < chunks.at_once) {
            last = prepare(chunks.rest());
        }
        if (exists()) {
            workspace = in.scratch<char>(std::max(full->workspace(), last->workspace()));
        }
    }
    bool exists() const { return full != nullptr && last != nullptr; }
    void run(const Run& run, const Chunks& chunks, int64_t pictures, const void* a, const void* b, float* result) const {
        const LibraryProduct& product = pictures == chunks.at_once ? *full : *last;
        product.run(run.stream, a, b, result, nullptr, run.at<char>(workspace));
    }
};

class LibraryConvolution {
  public:
    // Null where there is no library, and where a convolution has groups, no pictures, or one too large to be unfolded.
    template <typename Convolution>
    static std::unique_ptr<Convolution> make(Decoder& in, const Geometry& geometry, bool rounded,
                                             const typename Convolution::Places& places) {
        if (in.library() == nullptr || geometry.groups > 1 || geometry.pictures == 0 || of_picture(geometry) > Chunks::LARGEST) {
            return nullptr;
        }
        auto made = std::make_unique<Convolution>(in, geometry, rounded, places);
        return made->exists() ? std::move(made) : nullptr;
    }
    bool exists() const { return products_.exists(); }

  protected:
    LibraryConvolution(const Geometry& geometry, bool rounded)
        : geometry_(geometry), rounded_(rounded), row_(rounded_up(geometry.result(), ROW_PLACES)),
          chunks_(geometry.pictures, of_picture(geometry)) {}
    // The elements of one picture, where it has most of them: read, unfolded, or written.
    static int64_t of_picture(const Geometry& g) {
        int64_t row = rounded_up(g.result(), ROW_PLACES), rows = std::max(times(g.inputs, g.taps()), g.outputs);
        return row > Chunks::LARGEST / rows ? Chunks::LARGEST + 1 : std::max(row * rows, times(g.inputs, g.picture()));
    }
    int64_t taps() const { return geometry_.inputs * geometry_.taps(); }  // of all channels
    CublasLt::Type type() const { return rounded_ ? CublasLt::BFLOAT16 : CublasLt::FLOAT32; }
    Reference factor_scratch(Decoder& in, int64_t elements) const {
        return rounded_ ? in.scratch<uint16_t>(elements) : in.scratch<float>(elements);
    }
    // Of what lies at a place and at multiples of so many elements behind it.
    template <typename T>
    static int64_t alignment(const Decoder& in, Reference place, int64_t step) {
        int64_t first = in.alignment(place);
        place.offset += step * static_cast<int64_t>(sizeof(T));
        return std::min(first, in.alignment(place));
    }
    int64_t factor_alignment(const Decoder& in, const Reference& place, int64_t step) const {
        return rounded_ ? alignment<uint16_t>(in, place, step) : alignment<float>(in, place, step);
    }
    // The pictures from one on, unfolded.
    void unfold(const Run& run, const Reference& pictures, int64_t first, int64_t count, int64_t row_step, int64_t picture_step,
                const Reference& to) const;

    Geometry geometry_;
    bool rounded_;
    int64_t row_;  // of the columns of one picture
    Chunks chunks_;
    ProductOfChunks products_;
};

// results[i] = weight [O, C x taps] columns[i] [C x taps, places].
class ConvolutionByLibrary : public LibraryConvolution {
  public:
    using Places = ConvolutionPlaces;
    ConvolutionByLibrary(Decoder& in, const Geometry& geometry, bool rounded, const Places& places);
    void run(const Run& run, const Places& places, bool rectified) const;

  private:
    std::unique_ptr<RoundedFactor> weight_;
    Reference columns_;
};

// columns[i] = weight transposed [C x taps, O] gradients[i] [O, places].
class ConvolutionByInputByLibrary : public LibraryConvolution {
  public:
    using Places = ConvolutionPlaces;
    ConvolutionByInputByLibrary(Decoder& in, const Geometry& geometry, bool rounded, const Places& places);
    void run(const Run& run, const Places& places) const;

  private:
    std::unique_ptr<RoundedFactor> weight_, gradients_;
    Reference columns_;
};

// Of each chunk: gradients [O, pictures x places] columns transposed [pictures x places, C x taps], in parts so short that
// float32 adds them up well. What all parts have is then added up in one order.
class ConvolutionByWeightByLibrary : public LibraryConvolution {
  public:
    using Places = ConvolutionByWeightPlaces;
    ConvolutionByWeightByLibrary(Decoder& in, const Geometry& geometry, bool rounded, const Places& places);
    // How many sums there are of each weight, and where; where there is one they are the result.
    int64_t parts() const { return (chunks_.count() - 1) * rows_of(chunks_.at_once).parts + rows_of(chunks_.rest()).parts; }
    const Reference& sums() const { return sums_; }
    void run(const Run& run, const Places& places) const;

  private:
    // Rows of the places of some pictures, filled up with 0 to equal parts.
    struct LongRows {
        int64_t places, parts, length;
        int64_t step() const { return parts * length; }
    };
    LongRows rows_of(int64_t pictures) const;
    template <typename Factor>
    void gather(const Run& run, const float* gradients, int64_t pictures) const;
    Reference columns_, gradients_, sums_;
};

}  // namespace baton

#endif
