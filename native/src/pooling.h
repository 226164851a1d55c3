// The windows of a plane whose largest elements are taken.
#ifndef BATON_POOLING_H
#define BATON_POOLING_H

#include <cstdint>

namespace baton {

// Each result is the largest of a window, and where in the window it was.
struct Pooling {
    int64_t height, width, kernel_down, kernel_across, stride_down, stride_across, before_down, before_across,
        dilation_down, dilation_across, rows, columns;
};

}  // namespace baton

#endif
