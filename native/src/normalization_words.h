// What the words of norms and of softmax say (PLAN_FORMAT.md), read and checked for every core.
#ifndef BATON_NORMALIZATION_WORDS_H
#define BATON_NORMALIZATION_WORDS_H

#include "plan_reader.h"

namespace baton {

// Without a mean the root-mean-square norm.
struct NormWords {
    explicit NormWords(PlanReader& in);
    int64_t rows, width;
    double epsilon;
    Reference x, weight, bias, y, mean, inverse;
};

struct NormBackwardWords {
    static constexpr int64_t MOST_SUMS = 32;  // of parts of the rows that there is memory for
    explicit NormBackwardWords(PlanReader& in);
    int64_t rows, width;
    Reference x, mean, inverse, gradient, weight, by_x, by_weight, by_bias;
    Reference sums;  // two doubles for each part and column
};

struct SoftmaxWords {
    SoftmaxWords(PlanReader& words, bool backward);
    bool logarithms, backward;
    int64_t outer, size, inner;
    Reference in, gradient, out;  // in is the result where it is backward
};

}  // namespace baton

#endif
