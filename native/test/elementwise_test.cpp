// Every function of a region, on float32, against the double functions of the C library; sizes below, at and above a
// tile, and one large enough for several threads.
#include <cmath>
#include <functional>
#include <string>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

constexpr double EXACT = 0;

const std::vector<int64_t> SIZES{1, 511, 513, 16391};

// Numbers of every magnitude and every special value.
std::vector<float> floats(uint64_t seed, size_t count, bool positive = false) {
    const float specials[] = {0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY, NAN, 1e-40f, -1e-40f, 3.4e38f, 0.5f, -2.5f, 2.0f};
    Numbers numbers(seed);
    std::vector<float> values(count);
    for (size_t i = 0; i < count; i++) {
        int64_t choice = numbers.below(10);
        float value = choice == 0 ? specials[numbers.below(13)] : choice < 3 ? numbers.real(-1e5f, 1e5f) : numbers.real(-4, 4);
        values[i] = positive ? std::fabs(value) : value;
    }
    return values;
}

std::string described(const char* name, const char* isa, double a, double b, double got, double right) {
    char text[200];
    std::snprintf(text, sizeof text, "%s(%.9g, %.9g) on %s is %.9g, not %.9g", name, a, b, isa, got, right);
    return text;
}

struct Allowed {
    double ulps, distance;
};

// f(a) or f(a, b), as a float32.
void real(const char* name, Function function, int arity, const std::function<double(double, double)>& right, Allowed allowed) {
    for (int64_t size : SIZES) {
        size_t count = static_cast<size_t>(size);
        Bench bench;
        std::vector<float> a = floats(1, count, function == POW), b = floats(2, count);
        Region region({size});
        int64_t first = region.operand(bench.input(a), F32);
        int64_t second = arity == 2 ? region.operand(bench.input(b), F32) : NONE;
        int64_t out = bench.result<float>(count);
        region.output(region.instruction(function, F32, first, second), out, F32);
        bench.run_everywhere(name, command(region), [&](const char* isa) {
            std::vector<float> got = bench.at<float>(out, count);
            std::string wrong;
            for (size_t i = 0; i < count; i++) {
                double expected = right(a[i], b[i]);
                if (!near(got[i], expected, allowed.ulps, allowed.distance)) {
                    wrong = described(name, isa, a[i], b[i], got[i], expected);
                }
            }
            CHECK(wrong.empty(), "%s", wrong.c_str());
        });
    }
}

// f(a) or f(a, b), as a truth value.
void truth(const char* name, Function function, int arity, const std::function<bool(float, float)>& right) {
    for (int64_t size : SIZES) {
        size_t count = static_cast<size_t>(size);
        Bench bench;
        std::vector<float> a = floats(3, count), b = floats(4, count);
        for (size_t i = 0; i < count; i += 3) b[i] = a[i];
        Region region({size});
        int64_t first = region.operand(bench.input(a), F32);
        int64_t second = arity == 2 ? region.operand(bench.input(b), F32) : NONE;
        int64_t out = bench.result<uint8_t>(count);
        region.output(region.instruction(function, BOOL, first, second), out, BOOL);
        bench.run_everywhere(name, command(region), [&](const char* isa) {
            std::vector<uint8_t> got = bench.at<uint8_t>(out, count);
            std::string wrong;
            for (size_t i = 0; i < count; i++) {
                if (got[i] != (right(a[i], b[i]) ? 1 : 0)) {
                    wrong = described(name, isa, a[i], b[i], got[i], right(a[i], b[i]));
                }
            }
            CHECK(wrong.empty(), "%s", wrong.c_str());
        });
    }
}

double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double largest_of(double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : a > b ? a : b; }
double smallest_of(double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : a < b ? a : b; }

double normal_below(double x) { return 0.5 * std::erfc(-x * std::sqrt(0.5)); }
double normal_density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI); }
double bent(double x) { return std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x); }
double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

// Derivatives at what is not finite, and how far a product of 0 and infinity goes, are left to the conformance suite.
double gelu_tanh_slope(double x) {
    double t = std::tanh(bent(x)), inner = std::sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
    return std::isinf(x) ? NAN : std::fabs(x) > 30 ? 0.5 * (1 + t) : 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
}

double silu_slope(double x) { return sigmoid_of(x) * (1 + x * (1 - sigmoid_of(x))); }

}  // namespace

void test_elementwise() {
    real("copy", COPY, 1, [](double a, double) { return a; }, {EXACT, 0});
    real("neg", NEG, 1, [](double a, double) { return -a; }, {EXACT, 0});
    real("abs", ABS, 1, [](double a, double) { return std::fabs(a); }, {EXACT, 0});
    real("sign", SIGN, 1, [](double a, double) { return sign_of(a); }, {EXACT, 0});
    real("floor", FLOOR, 1, [](double a, double) { return std::floor(a); }, {EXACT, 0});
    real("exp", EXP, 1, [](double a, double) { return std::exp(a); }, {2, 0});
    real("expm1", EXPM1, 1, [](double a, double) { return std::expm1(a); }, {2, 0});
    real("log1p", LOG1P, 1, [](double a, double) { return std::log1p(a); }, {2, 0});
    real("log", LOG, 1, [](double a, double) { return std::log(a); }, {2, 0});
    real("sqrt", SQRT, 1, [](double a, double) { return std::sqrt(a); }, {EXACT, 0});
    real("rsqrt", RSQRT, 1, [](double a, double) { return 1 / std::sqrt(a); }, {2, 0});
    real("reciprocal", RECIPROCAL, 1, [](double a, double) { return 1 / a; }, {EXACT, 0});
    real("tanh", TANH, 1, [](double a, double) { return std::tanh(a); }, {3, 0});
    real("sigmoid", SIGMOID, 1, [](double a, double) { return 1 / (1 + std::exp(-a)); }, {3, 4e-7});
    real("erf", ERF, 1, [](double a, double) { return std::erf(a); }, {0, 5e-7});
    real("sin", SIN, 1, [](double a, double) { return std::sin(a); }, {2, 0});
    real("cos", COS, 1, [](double a, double) { return std::cos(a); }, {2, 0});
    real("relu", RELU, 1, [](double a, double) { return std::isnan(a) ? a : std::fmax(a, 0); }, {EXACT, 0});
    real("gelu", GELU, 1, [](double a, double) { return a * normal_below(a); }, {2, 1e-6});
    real("gelu slope", GELU_SLOPE, 1, [](double a, double) { return normal_below(a) + a * normal_density(a); }, {2, 1e-6});
    real("gelu tanh", GELU_TANH, 1, [](double a, double) { return 0.5 * a * (1 + std::tanh(bent(a))); }, {2, 1e-6});
    real("gelu tanh slope", GELU_TANH_SLOPE, 1, [](double a, double) { return gelu_tanh_slope(a); }, {2, 2e-6});
    real("silu", SILU, 1, [](double a, double) { return a * sigmoid_of(a); }, {4, 1e-6});
    real("silu slope", SILU_SLOPE, 1, [](double a, double) { return silu_slope(a); }, {4, 1e-6});
    real("add", ADD, 2, [](double a, double b) { return a + b; }, {EXACT, 0});
    real("sub", SUB, 2, [](double a, double b) { return a - b; }, {EXACT, 0});
    real("mul", MUL, 2, [](double a, double b) { return a * b; }, {EXACT, 0});
    real("div", DIV, 2, [](double a, double b) { return a / b; }, {EXACT, 0});
    real("pow", POW, 2, [](double a, double b) { return std::pow(a, b); }, {2, 0});
    real("max", MAX, 2, largest_of, {EXACT, 0});
    real("min", MIN, 2, smallest_of, {EXACT, 0});
    truth("is finite", IS_FINITE, 1, [](float a, float) { return std::isfinite(a); });
    truth("equal", EQUAL, 2, [](float a, float b) { return a == b; });
    truth("less", LESS, 2, [](float a, float b) { return a < b; });
    truth("less or equal", LESS_EQUAL, 2, [](float a, float b) { return a <= b; });
}
