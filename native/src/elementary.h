// exp, log, expm1, log1p, tanh, sigmoid, erf and activation functions of one float, without branches, so that loops over
// them are vectorized. Every step is written out (the compiler may not contract), so that an element's bits do not depend on where an array is cut.
// Largest errors seen over a sweep (test/elementary_test.cpp has bounds): exp 1.1 ulp, log 0.8 ulp, tanh 1.3 ulp,
// sigmoid 2.4 ulp, erf 1.2 ulp; gelu and its slope 4e-7.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace: nothing here may be shared between
// translation units that are compiled for different processors.
//
// A core that runs on GPUs says in BATON_ELEMENT_FUNCTION that these functions are compiled for them too.
#if !defined(BATON_ELEMENT_FUNCTION)
#define BATON_ELEMENT_FUNCTION
#endif

BATON_ELEMENT_FUNCTION inline float multiply_add(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__CUDA_ARCH__)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

BATON_ELEMENT_FUNCTION inline float float_of(int32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

BATON_ELEMENT_FUNCTION inline int32_t bits_of(float value) {
    int32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// x = n log 2 + r with |r| <= log(2) / 2: n, for an x between bounds that keep 2^n a float, or a NaN.
BATON_ELEMENT_FUNCTION inline float power_of(float x) {
    return __builtin_floorf(multiply_add(x, 1.44269504088896341f, 0.5f));
}

// exp(r) - 1 by a polynomial (Cephes, Moshier 1992).
BATON_ELEMENT_FUNCTION inline float exponential_of_rest(float x, float n) {
    float r = multiply_add(n, -0.693359375f, x);
    r = multiply_add(n, 2.12194440e-4f, r);
    float p = 1.9875691500e-4f;
    p = multiply_add(p, r, 1.3981999507e-3f);
    p = multiply_add(p, r, 8.3334519073e-3f);
    p = multiply_add(p, r, 4.1665795894e-2f);
    p = multiply_add(p, r, 1.6666665459e-1f);
    p = multiply_add(p, r, 5.0000001201e-1f);
    return multiply_add(p, r * r, r);
}

// A NaN passes the bounds; its n must not be converted.
BATON_ELEMENT_FUNCTION inline int32_t whole_of(float n) { return static_cast<int32_t>(n == n ? n : 0.0f); }

// (exp(r) - 1) + 1 times 2^n in two steps, so that results below the normal range are rounded once.
BATON_ELEMENT_FUNCTION inline float exponential(float x) {
    float bounded = x < -104.0f ? -104.0f : x;
    bounded = bounded > 89.0f ? 89.0f : bounded;
    float n = power_of(bounded);
    float p = exponential_of_rest(bounded, n) + 1.0f;
    int32_t whole = whole_of(n);
    int32_t half = whole >> 1;
    float result = p * float_of((half + 127) << 23) * float_of((whole - half + 127) << 23);
    return x != x ? x : result;
}

// The same for -87 <= x <= 0, where no bound is met and 2^n is one number.
BATON_ELEMENT_FUNCTION inline float exponential_of_small(float x) {
    float n = power_of(x);
    return (exponential_of_rest(x, n) + 1.0f) * float_of((whole_of(n) + 127) << 23);
}

// x = m 2^e with m in [sqrt(1/2), sqrt(2)); a polynomial for log(m) (Cephes).
BATON_ELEMENT_FUNCTION inline float logarithm(float x) {
    bool small = x < 1.17549435e-38f;
    float scaled = small ? x * 8388608.0f : x;
    int32_t bits = bits_of(scaled);
    int32_t exponent = (bits >> 23) - 126;
    float m = float_of((bits & 0x007fffff) | 0x3f000000);
    bool low = m < 0.707106781186547524f;
    exponent -= low ? 1 : 0;
    m = low ? m + m - 1.0f : m - 1.0f;
    float e = static_cast<float>(exponent - (small ? 23 : 0));
    float square = m * m;
    float p = 7.0376836292e-2f;
    p = multiply_add(p, m, -1.1514610310e-1f);
    p = multiply_add(p, m, 1.1676998740e-1f);
    p = multiply_add(p, m, -1.2420140846e-1f);
    p = multiply_add(p, m, 1.4249322787e-1f);
    p = multiply_add(p, m, -1.6668057665e-1f);
    p = multiply_add(p, m, 2.0000714765e-1f);
    p = multiply_add(p, m, -2.4999993993e-1f);
    p = multiply_add(p, m, 3.3333331174e-1f);
    float y = m * square * p;
    y = multiply_add(e, -2.12194440e-4f, y);
    y = multiply_add(-0.5f, square, y);
    float result = multiply_add(e, 0.693359375f, m + y);
    result = x == INFINITY ? x : result;
    result = x == 0.0f ? -INFINITY : result;
    result = x < 0.0f ? NAN : result;
    return x != x ? x : result;
}

// x = n log 2 + r as in exponential; then 2^n (exp(r) - 1) + (2^n - 1), whose second term is exact. 2^n in two steps
// would round twice, so that n = 128 takes half of it.
BATON_ELEMENT_FUNCTION inline float exponential_minus_one(float x) {
    float bounded = x < -18.0f ? -18.0f : x;
    bounded = bounded > 89.0f ? 89.0f : bounded;
    float n = power_of(bounded);
    float small = exponential_of_rest(bounded, n);
    int32_t whole = whole_of(n);
    bool top = whole > 127;
    float power = float_of(((top ? 127 : whole) + 127) << 23);
    float result = multiply_add(small, power, power - 1.0f);
    result = top ? multiply_add(small, power, power) * 2.0f : result;
    // So that -0.0 keeps its sign.
    result = x == 0.0f ? x : result;
    return x != x ? x : result;
}

// log(u) for u = 1 + x as it is rounded, corrected by what rounding took: (x - (u - 1)) / u.
BATON_ELEMENT_FUNCTION inline float logarithm_of_one_plus(float x) {
    float u = 1.0f + x;
    float lost = x - (u - 1.0f);
    float result = logarithm(u) + lost / u;
    result = u == INFINITY || x == 0.0f ? x : result;
    result = u == 0.0f ? -INFINITY : result;
    return x != x ? x : result;
}

BATON_ELEMENT_FUNCTION inline float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

// A polynomial near 0 (Cephes), else 1 - 2 / (exp(2 |x|) + 1).
BATON_ELEMENT_FUNCTION inline float hyperbolic_tangent(float x) {
    float magnitude = __builtin_fabsf(x);
    float square = x * x;
    float p = -5.70498872745e-3f;
    p = multiply_add(p, square, 2.06390887954e-2f);
    p = multiply_add(p, square, -5.37397155531e-2f);
    p = multiply_add(p, square, 1.33314422036e-1f);
    p = multiply_add(p, square, -3.33332819422e-1f);
    float near = multiply_add(p * square, x, x);
    float far = 1.0f - 2.0f / (exponential(magnitude + magnitude) + 1.0f);
    return magnitude < 0.625f ? near : __builtin_copysignf(far, x);
}

// x + x P(x^2) near 0, else 1 - exp(Q(|x|)) with Q a polynomial for log(erfc); from 4 on that is 1. P and Q are least
// maximum fits, P of the relative error (1.6e-8), Q of the error of exp(Q) (1.5e-9).
BATON_ELEMENT_FUNCTION inline float error_function(float x) {
    float magnitude = __builtin_fabsf(x);
    float square = x * x;
    float p = -6.0038012e-4f;
    p = multiply_add(p, square, 4.9958536e-3f);
    p = multiply_add(p, square, -2.6768580e-2f);
    p = multiply_add(p, square, 1.1281877e-1f);
    p = multiply_add(p, square, -3.7612501e-1f);
    p = multiply_add(p, square, 1.2837915e-1f);
    float near = multiply_add(p, x, x);
    float bounded = magnitude > 4.0f ? 4.0f : magnitude;
    float q = 1.9494579e-4f;
    q = multiply_add(q, bounded, -3.0336864e-3f);
    q = multiply_add(q, bounded, 2.2189757e-2f);
    q = multiply_add(q, bounded, -1.0385633e-1f);
    q = multiply_add(q, bounded, -6.3726580e-1f);
    q = multiply_add(q, bounded, -1.1276274f);
    q = multiply_add(q, bounded, -2.0701412e-4f);
    float far = 1.0f - exponential(q);
    return magnitude < 0.92f ? near : __builtin_copysignf(far, x);
}

// The share of the normal distribution below x: half of exp(Q(|x|)), or what is left of 1, with Q a least maximum fit of
// the error of exp(Q) (1.5e-8) for log(erfc(|x| / sqrt(2))); nothing from 4 sqrt(2) on. Right to 6e-8, not to its last
// place: beside erf, a branch less.
BATON_ELEMENT_FUNCTION inline float normal_below(float x) {
    float magnitude = __builtin_fabsf(x);
    bool far = magnitude > 5.65685f;
    float bounded = far ? 5.65685f : magnitude;
    float q = -1.9215372e-6f;
    q = multiply_add(q, bounded, 2.67708747e-5f);
    q = multiply_add(q, bounded, -1.26536426e-4f);
    q = multiply_add(q, bounded, -1.01101235e-4f);
    q = multiply_add(q, bounded, 4.90433443e-3f);
    q = multiply_add(q, bounded, -3.63937058e-2f);
    q = multiply_add(q, bounded, -3.18296582e-1f);
    q = multiply_add(q, bounded, -7.97885716e-1f);
    q = multiply_add(q, bounded, 1.50506665e-8f);
    float beyond = far ? 0.0f : 0.5f * exponential_of_small(q);
    return x < 0.0f ? beyond : 1.0f - beyond;
}

// x times the share of the normal distribution below x (Hendrycks and Gimpel 2016).
BATON_ELEMENT_FUNCTION inline float gelu(float x) { return x * normal_below(x); }

// The slope of x times that share, the share and x times its density: 1/2 + x P(x^2), an odd function but for the half, so
// that one polynomial has both. P is a Chebyshev fit of degree 19 for |x| <= 6, in powers of x^2 / 18 - 1, whose coefficients
// are small (the function is an average of exponentials of x^2). Right to 2e-7; beyond 6 the slope is 0 or 1 to 3e-8. Of
// infinity it is NaN, as infinity times no density is.
BATON_ELEMENT_FUNCTION inline float gelu_slope(float x) {
    float bounded = x > 6.0f ? 6.0f : x < -6.0f ? -6.0f : x;
    float u = multiply_add(bounded * bounded, 1.0f / 18.0f, -1.0f);
    float p = -0.00152794493f;
    p = multiply_add(p, u, 0.0033994664f);
    p = multiply_add(p, u, 5.26833646e-05f);
    p = multiply_add(p, u, -0.000781870564f);
    p = multiply_add(p, u, -0.0116267586f);
    p = multiply_add(p, u, 0.0207387432f);
    p = multiply_add(p, u, -0.0191558469f);
    p = multiply_add(p, u, 0.0269433893f);
    p = multiply_add(p, u, -0.0448679104f);
    p = multiply_add(p, u, 0.0568967909f);
    p = multiply_add(p, u, -0.0625786781f);
    p = multiply_add(p, u, 0.0660776421f);
    p = multiply_add(p, u, -0.0650036857f);
    p = multiply_add(p, u, 0.0588360317f);
    p = multiply_add(p, u, -0.0508548543f);
    p = multiply_add(p, u, 0.0445428453f);
    p = multiply_add(p, u, -0.0423698761f);
    p = multiply_add(p, u, 0.0460581519f);
    p = multiply_add(p, u, -0.059342742f);
    p = multiply_add(p, u, 0.117897756f);
    return multiply_add(p, bounded, 0.5f) + (x - x);
}

// The approximation with a hyperbolic tangent of u = sqrt(2 / pi) (x + 0.044715 x^3).
BATON_ELEMENT_FUNCTION inline float gelu_tanh(float x) {
    float u = x * (x * x * 0.0356774081363001f + 0.797884560802865356f);
    return 0.5f * x * (1.0f + hyperbolic_tangent(u));
}

// (1 + t) / 2 + x (1 - t^2) u' / 2 with t = tanh(u). Where the square has a bound, t is 1 or -1 long since.
BATON_ELEMENT_FUNCTION inline float gelu_tanh_slope(float x) {
    float square = x * x;
    square = square > 1e4f ? 1e4f : square;
    float t = hyperbolic_tangent(x * (square * 0.0356774081363001f + 0.797884560802865356f));
    return 0.5f * (1.0f + t + x * (1.0f - t * t) * (square * 0.1070322244089003f + 0.797884560802865356f));
}

BATON_ELEMENT_FUNCTION inline float silu(float x) { return x * sigmoid(x); }

BATON_ELEMENT_FUNCTION inline float silu_slope(float x) {
    float s = sigmoid(x);
    return s * (1.0f + x * (1.0f - s));
}
