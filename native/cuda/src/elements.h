// What the functions of a region compute of one element. Their definitions are those of the CPU's core.
#ifndef BATON_CUDA_ELEMENTS_H
#define BATON_CUDA_ELEMENTS_H

#include <cmath>
#include <cstdint>
#include <cstring>

#include "executor.h"

#define BATON_ELEMENT_FUNCTION BATON_CUDA_FUNCTION

namespace baton {

#include "elementary.h"
#include "random_kernel.h"

// A NaN wins.
template <typename T>
BATON_CUDA_FUNCTION inline T larger(T a, T b) { return (a > b || a != a) ? a : b; }
template <typename T>
BATON_CUDA_FUNCTION inline T smaller(T a, T b) { return (a < b || a != a) ? a : b; }

// Integers wrap around as Java's do; signed overflow is undefined in C++.
BATON_CUDA_FUNCTION inline float sum(float a, float b) { return a + b; }
BATON_CUDA_FUNCTION inline float difference(float a, float b) { return a - b; }
BATON_CUDA_FUNCTION inline float product(float a, float b) { return a * b; }
BATON_CUDA_FUNCTION inline int32_t sum(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
BATON_CUDA_FUNCTION inline int32_t difference(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
}
BATON_CUDA_FUNCTION inline int32_t product(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
BATON_CUDA_FUNCTION inline int64_t sum(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
BATON_CUDA_FUNCTION inline int64_t difference(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
BATON_CUDA_FUNCTION inline int64_t product(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
BATON_CUDA_FUNCTION inline float negated(float x) { return -x; }
template <typename T>
BATON_CUDA_FUNCTION inline T negated(T x) { return difference(T(0), x); }
template <typename T>
BATON_CUDA_FUNCTION inline T magnitude(T x) { return x < 0 ? negated(x) : x; }
BATON_CUDA_FUNCTION inline float magnitude(float x) { return fabsf(x); }

BATON_CUDA_FUNCTION inline bool is_finite(float x) { return (bits_of(x) & 0x7f800000) != 0x7f800000; }

// CUDA's powf is off by up to 4 units in the last place.
BATON_CUDA_FUNCTION inline float power(float x, float y) {
#if defined(__CUDA_ARCH__)
    return static_cast<float>(pow(static_cast<double>(x), static_cast<double>(y)));
#else
    return powf(x, y);
#endif
}

// As Java converts: towards zero, saturating, NaN gives 0.
template <typename Integer, typename Real>
BATON_CUDA_FUNCTION inline Integer to_integer(Real x, Real limit, Integer least, Integer most) {
    return x != x ? 0 : x >= limit ? most : x < -limit ? least : static_cast<Integer>(x);
}
template <typename Real>
BATON_CUDA_FUNCTION inline int32_t to_int32(Real x) {
    return to_integer<int32_t>(x, Real(2147483648.0), INT32_MIN, INT32_MAX);
}
template <typename Real>
BATON_CUDA_FUNCTION inline int64_t to_int64(Real x) {
    return to_integer<int64_t>(x, Real(9223372036854775808.0), INT64_MIN, INT64_MAX);
}

}  // namespace baton

#endif
