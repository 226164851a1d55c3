// Arithmetic of one element as regions define it, for floats and integers. Included once by each instruction set's kernels,
// behind elementary.h.

// A NaN wins.
template <typename T>
BATON_ELEMENT_FUNCTION inline T larger(T a, T b) { return (a > b || a != a) ? a : b; }
template <typename T>
BATON_ELEMENT_FUNCTION inline T smaller(T a, T b) { return (a < b || a != a) ? a : b; }

// Integers wrap around as Java's do; signed overflow is undefined in C++.
template <typename Integer>
BATON_ELEMENT_FUNCTION inline Integer plus(Integer a, Integer b) {
    using Unsigned = std::make_unsigned_t<Integer>;
    return static_cast<Integer>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
}
template <typename Integer>
BATON_ELEMENT_FUNCTION inline Integer minus(Integer a, Integer b) {
    using Unsigned = std::make_unsigned_t<Integer>;
    return static_cast<Integer>(static_cast<Unsigned>(a) - static_cast<Unsigned>(b));
}
template <typename Integer>
BATON_ELEMENT_FUNCTION inline Integer product(Integer a, Integer b) {
    using Unsigned = std::make_unsigned_t<Integer>;
    return static_cast<Integer>(static_cast<Unsigned>(a) * static_cast<Unsigned>(b));
}
BATON_ELEMENT_FUNCTION inline float plus(float a, float b) { return a + b; }
BATON_ELEMENT_FUNCTION inline float minus(float a, float b) { return a - b; }
BATON_ELEMENT_FUNCTION inline float product(float a, float b) { return a * b; }

template <typename Integer>
BATON_ELEMENT_FUNCTION inline Integer negated(Integer x) { return minus(Integer(0), x); }
BATON_ELEMENT_FUNCTION inline float negated(float x) { return -x; }
template <typename Integer>
BATON_ELEMENT_FUNCTION inline Integer magnitude(Integer x) { return x < 0 ? negated(x) : x; }
BATON_ELEMENT_FUNCTION inline float magnitude(float x) { return __builtin_fabsf(x); }

BATON_ELEMENT_FUNCTION inline bool is_finite(float x) { return (bits_of(x) & 0x7f800000) != 0x7f800000; }

// As Java converts: towards zero, saturating, NaN gives 0.
template <typename Integer, typename Real>
BATON_ELEMENT_FUNCTION inline Integer to_integer(Real x, Real limit, Integer least, Integer most) {
    return x != x ? 0 : x >= limit ? most : x < -limit ? least : static_cast<Integer>(x);
}
template <typename Real>
BATON_ELEMENT_FUNCTION inline int32_t to_int32(Real x) {
    return to_integer<int32_t>(x, Real(2147483648.0), INT32_MIN, INT32_MAX);
}
template <typename Real>
BATON_ELEMENT_FUNCTION inline int64_t to_int64(Real x) {
    return to_integer<int64_t>(x, Real(9223372036854775808.0), INT64_MIN, INT64_MAX);
}
// Likewise, to the nearest of the bytes.
template <typename Number>
BATON_ELEMENT_FUNCTION inline int8_t to_int8(Number x) {
    Number near = x > 127 ? Number(127) : x < -128 ? Number(-128) : x;
    return static_cast<int8_t>(static_cast<int32_t>(x != x ? Number(0) : near));
}
