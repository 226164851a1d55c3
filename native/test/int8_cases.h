// Sizes of products of bytes, as their words have them.
#ifndef BATON_INT8_CASES_H
#define BATON_INT8_CASES_H

#include "bench.h"

struct Int8Lengths {
    int64_t size, kernel, results, stride, before;
};

struct Int8Sizes {
    int64_t pictures, channels, outputs;
    Int8Lengths down, across;
    int64_t padding;

    static Int8Sizes rows(int64_t rows, int64_t inputs, int64_t outputs) {
        return {rows, inputs, outputs, {1, 1, 1, 1, 0}, {1, 1, 1, 1, 0}, 0};
    }
    std::vector<int64_t> words() const {
        return {pictures, channels, outputs, down.size, down.kernel, down.results, down.stride, down.before,
                across.size, across.kernel, across.results, across.stride, across.before, padding};
    }
    int64_t read() const { return pictures * down.size * across.size * channels; }
    int64_t written() const { return pictures * down.results * across.results * outputs; }
    int64_t row() const { return across.kernel * channels; }
    int64_t quads() const { return (row() + 3) / 4; }
    int64_t weights() const { return (outputs + 15) / 16 * down.kernel * quads() * 64; }
    int64_t weight_at(int64_t output, int64_t row_of_window, int64_t place) const {
        return ((output / 16 * down.kernel + row_of_window) * quads() + place / 4) * 64 + output % 16 * 4 + place % 4;
    }
};

#endif
