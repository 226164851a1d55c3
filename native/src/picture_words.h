// What the words of pooling and batch normalization say (PLAN_FORMAT.md), read and checked.
#ifndef BATON_PICTURE_WORDS_H
#define BATON_PICTURE_WORDS_H

#include "plan_reader.h"
#include "pooling.h"

namespace baton {

struct MaxPoolWords {
    MaxPoolWords(PlanReader& words, bool backward);
    bool backward;
    int64_t planes;
    Pooling pooling{};
    Reference in, index, out;
};

struct BatchNormWords {
    BatchNormWords(PlanReader& words, bool backward, bool rectified);
    bool backward, rectified;
    int64_t examples, channels, count;  // elements of a channel in one example
    float epsilon;
    Reference in, weight, bias, mean, inverse_deviation, gradient, out, by_weight, by_bias;
    Reference beside;  // where rectified: what is added to the results, or by the backward pass the results
};

}  // namespace baton

#endif
