// One side of a picture, and the windows along it.
#ifndef BATON_SIDE_H
#define BATON_SIDE_H

#include <cstdint>

struct Side {
    int64_t size, kernel, stride, before, after, dilation;
    int64_t results() const { return (before + size + after - dilation * (kernel - 1) - 1) / stride + 1; }
    int64_t element(int64_t result, int64_t tap) const { return result * stride - before + tap * dilation; }
};

#endif
