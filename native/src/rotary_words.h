// What the words of rotary embedding say (PLAN_FORMAT.md), read and checked for every core.
#ifndef BATON_ROTARY_WORDS_H
#define BATON_ROTARY_WORDS_H

#include "plan_reader.h"

namespace baton {

// The angles' cosines and sines are computed once, when the plan is made.
struct RotaryWords {
    explicit RotaryWords(PlanReader& words);
    int64_t outer, positions, inner, width;
    int64_t elements;
    bool neighbours;
    std::vector<float> cos, sin;  // [positions, width / 2]; none without elements
    Reference in, out;
};

}  // namespace baton

#endif
