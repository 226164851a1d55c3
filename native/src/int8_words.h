// What the words of products of bytes say (PLAN_FORMAT.md), read and checked.
#ifndef BATON_INT8_WORDS_H
#define BATON_INT8_WORDS_H

#include "plan_reader.h"

namespace baton {

// The height or the width of a convolution of bytes.
struct Int8Side {
    int64_t size, kernel, results, stride, before;
};

struct Int8Words {
    explicit Int8Words(PlanReader& words);
    int64_t pictures, channels, outputs;
    Int8Side down, across;
    int64_t padding;
    Function activation;  // COPY where there is none
    bool keeps_bytes, adds_numbers;
    float inverse_scale, result_zero;  // of the result where it is kept as bytes
    float addend_scale, addend_zero;  // of bytes that are added
    Reference x, weight, scales, bias, addend, out;

    int64_t row() const { return across.kernel * channels; }      // bytes that lie side by side, of a row of the window
    int64_t quads() const { return (row() + 3) / 4; }
    int64_t panels() const { return (outputs + 15) / 16; }        // of 16 outputs
    int64_t lines() const { return pictures * down.results; }
    int64_t results() const { return lines() * across.results * outputs; }
};

}  // namespace baton

#endif
