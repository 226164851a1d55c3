// Matrix products by the library. Of its own epilogues a bias is taken; others are a kernel behind the product.
#ifndef BATON_CUDA_LIBRARY_MATMUL_H
#define BATON_CUDA_LIBRARY_MATMUL_H

#include "library_factor.h"
#include "primitive_words.h"
#include "region.h"

namespace baton {

// What follows a product that lies in memory.
template <int REGISTERS>
struct FinishProduct {
    RegionCode epilogue;
    const float* product;
    float* c;  // null where only the epilogue uses it

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        float sum = product[element];
        evaluate<REGISTERS>(epilogue, element, sum);
        if (c != nullptr) {
            c[element] = sum;
        }
    }
};

class MatmulByLibrary {
  public:
    MatmulByLibrary(Decoder& in, const MatmulWords& words, bool rounded);
    // Whether the library is there and has a way for it.
    bool exists() const { return prepared_ != nullptr; }
    // With the notes of the epilogue, where there is one.
    void run(const Run& run, const MatmulWords& words, const RegionNotes* notes) const;

  private:
    std::unique_ptr<RoundedFactor> rounded_a_, rounded_b_;  // of bfloat16
    Reference product_;           // where the library writes to
    bool is_finished_ = false;    // with the library's own epilogue, or as there is none
    bool keeps_product_ = false;  // where it is to stay
    Reference bias_;
    Reference workspace_;
    std::unique_ptr<LibraryProduct> prepared_;
};

}  // namespace baton

#endif
