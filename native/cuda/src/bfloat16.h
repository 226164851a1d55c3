// Factors of products, as they are read: float32, or rounded to bfloat16 (PLAN_FORMAT.md, "Products of bfloat16").
#ifndef BATON_CUDA_BFLOAT16_H
#define BATON_CUDA_BFLOAT16_H

#include "elements.h"

namespace baton {

// To the nearest, of two to the even one; what is below float32's normal exponents becomes 0.
BATON_CUDA_FUNCTION inline float rounded_to_bfloat16(float x) {
    uint32_t bits = static_cast<uint32_t>(bits_of(x));
    uint32_t rounded = (bits & 0x7f800000) == 0 ? bits & 0x80000000 : (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
    return x != x ? x : float_of(static_cast<int32_t>(rounded));
}

template <bool ROUNDED>
BATON_CUDA_FUNCTION inline float factor(float x) {
    if constexpr (ROUNDED) {
        return rounded_to_bfloat16(x);
    } else {
        return x;
    }
}

// The same as the sixteen bits that a library reads.
BATON_CUDA_FUNCTION inline uint16_t bfloat16_bits(float x) {
    // Of a NaN, what makes it one may lie in the half that is left out.
    return x == x ? static_cast<uint16_t>(static_cast<uint32_t>(bits_of(rounded_to_bfloat16(x))) >> 16) : uint16_t(0x7fc0);
}

BATON_CUDA_FUNCTION inline void store_factor(float x, float& to) { to = x; }
BATON_CUDA_FUNCTION inline void store_factor(float x, uint16_t& to) { to = bfloat16_bits(x); }

}  // namespace baton

#endif
