// What the functions of a region compute of one element. Their definitions are those of the CPU's core.
#ifndef BATON_CUDA_ELEMENTS_H
#define BATON_CUDA_ELEMENTS_H

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "executor.h"

#define BATON_ELEMENT_FUNCTION BATON_CUDA_FUNCTION

namespace baton {

#include "elementary.h"
#include "arithmetic.h"
#include "random_kernel.h"

// A quotient with its remainder, of numbers that are not negative. A GPU divides numbers of 32 bits several times as fast.
struct Quotient {
    int64_t whole, rest;
    BATON_CUDA_FUNCTION Quotient(int64_t a, int64_t b) {
        if (static_cast<uint64_t>(a | b) <= UINT32_MAX) {
            uint32_t q = static_cast<uint32_t>(a) / static_cast<uint32_t>(b);
            whole = q;
            rest = static_cast<uint32_t>(a) - q * static_cast<uint32_t>(b);
        } else {
            whole = a / b;
            rest = a % b;
        }
    }
};

// What a team joins sums by.
struct Plus {
    template <typename T>
    BATON_CUDA_FUNCTION T operator()(T a, T b) const {
        return a + b;
    }
};

// CUDA's powf is off by up to 4 units in the last place.
BATON_CUDA_FUNCTION inline float power(float x, float y) {
#if defined(__CUDA_ARCH__)
    return static_cast<float>(pow(static_cast<double>(x), static_cast<double>(y)));
#else
    return powf(x, y);
#endif
}

}  // namespace baton

#endif
