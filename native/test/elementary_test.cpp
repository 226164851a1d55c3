// Sweeps over the floats: errors against the double functions of the C library, and the special values.
#include <math.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "check.h"

namespace {

#include "elementary.h"

// The distance in units of the last place of the right float.
double ulps(float value, double right) {
    float rounded = static_cast<float>(right);
    if (isnan(right) || isinf(rounded) || isinf(value)) {
        return (isnan(right) && isnan(value)) || value == rounded ? 0 : INFINITY;
    }
    double unit = static_cast<double>(nextafterf(fabsf(rounded), INFINITY)) - fabsf(rounded);
    return fabs(value - right) / unit;
}

void sweep(const char* name, float (*function)(float), double (*right)(double), double most_ulps, double most) {
    double worst = 0, furthest = 0;
    float where = 0;
    // Every 4,099th float of either sign: all magnitudes, zeros, infinities and NaNs among them.
    for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += 4099) {
        float x = float_of(static_cast<int32_t>(static_cast<uint32_t>(bits)));
        double expected = right(x);
        double error = ulps(function(x), expected);
        double distance = error == 0 ? 0 : fabs(function(x) - expected);
        furthest = fmax(furthest, distance);
        if (error > worst) {
            worst = error;
            where = x;
        }
    }
    bool holds = most > 0 ? furthest <= most : worst <= most_ulps;
    CHECK(holds, "%s: %.2f ulp at %g, %.3g absolute", name, worst, where, furthest);
}

double sigmoid_of(double x) { return 1 / (1 + exp(-x)); }
double gelu_of(double x) { return x * (0.5 * erfc(-x * sqrt(0.5))); }
double gelu_slope_of(double x) {
    return 0.5 * erfc(-x * sqrt(0.5)) + (x == 0 ? 0 : x * (exp(-0.5 * x * x) * 0.39894228040143268));
}

}  // namespace

void test_elementary() {
    sweep("exp", exponential, exp, 2, 0);
    sweep("log", logarithm, log, 2, 0);
    sweep("expm1", exponential_minus_one, expm1, 2, 0);
    sweep("log1p", logarithm_of_one_plus, log1p, 2, 0);
    sweep("tanh", hyperbolic_tangent, tanh, 3, 0);
    // Below -88 the exponential overflows and the sigmoid is 0 where it should be a number below the normal range.
    sweep("sigmoid", sigmoid, sigmoid_of, 0, 4e-7);
    sweep("erf", error_function, erf, 0, 5e-7);
    sweep("gelu", gelu, gelu_of, 0, 4e-7);
    sweep("gelu slope", gelu_slope, gelu_slope_of, 0, 4e-7);
    for (float special : {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1e-40f, -1e-40f, 88.72f, 88.73f, -103.9f, -104.1f}) {
        CHECK(ulps(exponential(special), exp(special)) <= 2, "exp(%g) is %g", special, exponential(special));
        CHECK(ulps(logarithm(special), log(special)) <= 2, "log(%g) is %g", special, logarithm(special));
        CHECK(ulps(hyperbolic_tangent(special), tanh(special)) <= 3, "tanh(%g) is %g", special, hyperbolic_tangent(special));
    }
}
