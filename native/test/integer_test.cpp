// Functions of a region on int32, int64 and bool, conversions between all types, and constants: as Java computes.
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

constexpr size_t COUNT = 9001;

template <typename T>
std::vector<T> integers(uint64_t seed) {
    constexpr T LEAST = std::numeric_limits<T>::min(), MOST = std::numeric_limits<T>::max();
    const T specials[] = {0, 1, -1, LEAST, MOST, LEAST + 1, MOST - 1};
    Numbers numbers(seed);
    std::vector<T> values(COUNT);
    for (T& value : values) {
        int64_t choice = numbers.below(4);
        value = choice == 0 ? specials[numbers.below(7)]
                            : choice == 1 ? static_cast<T>(numbers.below(9) - 4) : static_cast<T>(numbers.word());
    }
    return values;
}

std::vector<uint8_t> truths(uint64_t seed) {
    Numbers numbers(seed);
    std::vector<uint8_t> values(COUNT);
    for (uint8_t& value : values) value = static_cast<uint8_t>(numbers.below(2));
    return values;
}

// A result of one function of up to three operands, each a vector of one of the four element types.
template <typename R, typename Right, typename... Operands>
void function(const char* name, Function what, Right right, const Operands&... operands) {
    Bench bench;
    Region region({static_cast<int64_t>(COUNT)});
    std::vector<int64_t> registers{region.operand(bench.input(operands), type_of<typename Operands::value_type>())...};
    registers.resize(3, NONE);
    int64_t out = bench.result<R>(COUNT);
    region.output(region.instruction(what, type_of<R>(), registers[0], registers[1], registers[2]), out, type_of<R>());
    bench.run_everywhere(name, command(region), [&](const char* isa) {
        std::vector<R> got = bench.at<R>(out, COUNT);
        size_t wrong = 0, first = 0;
        for (size_t i = 0; i < COUNT; i++) {
            R expected = right(operands[i]...);
            if (std::memcmp(&got[i], &expected, sizeof expected) != 0 && wrong++ == 0) {
                first = i;
            }
        }
        CHECK(wrong == 0, "%s of %zu-byte numbers on %s: element %zu is %.17g, not %.17g", name, sizeof(R), isa, first,
              static_cast<double>(got[first]), static_cast<double>(right(operands[first]...)));
    });
}

template <typename T>
void arithmetic() {
    // Java's integers wrap around; so do C++'s unsigned ones.
    using U = std::make_unsigned_t<T>;
    std::vector<T> a = integers<T>(1), b = integers<T>(2);
    for (size_t i = 0; i < COUNT; i += 5) b[i] = a[i];
    auto wrapped = [](U x) { return static_cast<T>(x); };
    function<T>("copy", COPY, [](T x) { return x; }, a);
    function<T>("neg", NEG, [&](T x) { return wrapped(U(0) - U(x)); }, a);
    function<T>("abs", ABS, [&](T x) { return x < 0 ? wrapped(U(0) - U(x)) : x; }, a);
    function<T>("sign", SIGN, [](T x) { return static_cast<T>(x > 0 ? 1 : x < 0 ? -1 : 0); }, a);
    function<T>("add", ADD, [&](T x, T y) { return wrapped(U(x) + U(y)); }, a, b);
    function<T>("sub", SUB, [&](T x, T y) { return wrapped(U(x) - U(y)); }, a, b);
    function<T>("mul", MUL, [&](T x, T y) { return wrapped(U(x) * U(y)); }, a, b);
    function<T>("max", MAX, [](T x, T y) { return x > y ? x : y; }, a, b);
    function<T>("min", MIN, [](T x, T y) { return x < y ? x : y; }, a, b);
    function<uint8_t>("equal", EQUAL, [](T x, T y) { return uint8_t(x == y); }, a, b);
    function<uint8_t>("less", LESS, [](T x, T y) { return uint8_t(x < y); }, a, b);
    function<uint8_t>("less or equal", LESS_EQUAL, [](T x, T y) { return uint8_t(x <= y); }, a, b);
    function<T>("select", SELECT, [](uint8_t c, T x, T y) { return c ? x : y; }, truths(3), a, b);
}

// Java's conversions: towards zero, the nearest end of the range where it does not fit, 0 for NaN.
template <typename To>
To from_real(double x) {
    if constexpr (std::is_same_v<To, uint8_t>) {
        return x != 0 ? 1 : 0;
    } else if constexpr (std::is_integral_v<To>) {
        constexpr To LEAST = std::numeric_limits<To>::min(), MOST = std::numeric_limits<To>::max();
        if (std::isnan(x)) return 0;
        if (x >= -static_cast<double>(LEAST)) return MOST;
        return x < static_cast<double>(LEAST) ? LEAST : static_cast<To>(x);
    } else {
        return static_cast<To>(x);
    }
}

template <typename To, typename From>
To converted(From x) {
    if constexpr (std::is_floating_point_v<From>) {
        return from_real<To>(x);
    } else if constexpr (std::is_same_v<To, uint8_t>) {
        return x != 0 ? 1 : 0;
    } else if constexpr (std::is_same_v<To, int8_t>) {
        // The nearest byte, of whole numbers too.
        return static_cast<int8_t>(x < -128 ? -128 : x > 127 ? 127 : x);
    } else {
        return static_cast<To>(x);
    }
}

template <typename From>
void casts(const std::vector<From>& values) {
    function<float>("cast", CAST, converted<float, From>, values);
    function<int32_t>("cast", CAST, converted<int32_t, From>, values);
    function<int64_t>("cast", CAST, converted<int64_t, From>, values);
    function<uint8_t>("cast", CAST, converted<uint8_t, From>, values);
    function<int8_t>("cast", CAST, converted<int8_t, From>, values);
}

template <typename T>
void numbers() {
    for (double value : {0.0, 1.0, -3.75, 2147483647.0, 2147483648.0, -2147483649.0, 9.3e18, -9.3e18, 1e30, (double)INFINITY}) {
        Bench bench;
        Region region({700});
        int64_t out = bench.result<T>(700);
        region.output(region.number(type_of<T>(), value), out, type_of<T>());
        bench.run_everywhere("number", command(region), [&](const char* isa) {
            T expected = from_real<T>(value);
            CHECK(bench.at<T>(out, 700) == std::vector<T>(700, expected), "the number %g as %zu bytes on %s is %g", value,
                  sizeof(T), isa, static_cast<double>(bench.at<T>(out, 1)[0]));
        });
    }
}

// floor(x factor + shift), the nearest byte.
void to_bytes(const std::vector<float>& x) {
    constexpr float FACTOR = 0.75f, SHIFT = -3.5f;
    Bench bench;
    Region region({static_cast<int64_t>(COUNT)});
    int64_t register_of_x = region.operand(bench.input(x), F32), out = bench.result<int8_t>(COUNT);
    int64_t immediate = bits_of_floats(FACTOR, SHIFT);
    region.output(region.instruction(TO_INT8, I8, register_of_x, NONE, NONE, immediate), out, I8);
    bench.run_everywhere("to int8", command(region), [&](const char* isa) {
        std::vector<int8_t> got = bench.at<int8_t>(out, COUNT);
        size_t wrong = 0;
        for (size_t i = 0; i < COUNT; i++) {
            float level = std::floor(x[i] * FACTOR + SHIFT);
            wrong += got[i] != (std::isnan(level) ? 0 : std::fmin(std::fmax(level, -128.0f), 127.0f));
        }
        CHECK(wrong == 0, "to int8 on %s: %zu are wrong", isa, wrong);
    });
}

}  // namespace

void test_integers() {
    arithmetic<int32_t>();
    arithmetic<int64_t>();
    std::vector<uint8_t> a = truths(1), b = truths(2);
    function<uint8_t>("copy", COPY, [](uint8_t x) { return x; }, a);
    function<uint8_t>("not", NOT, [](uint8_t x) { return uint8_t(!x); }, a);
    function<uint8_t>("and", AND, [](uint8_t x, uint8_t y) { return uint8_t(x && y); }, a, b);
    function<uint8_t>("or", OR, [](uint8_t x, uint8_t y) { return uint8_t(x || y); }, a, b);
    function<uint8_t>("select", SELECT, [](uint8_t c, uint8_t x, uint8_t y) { return c ? x : y; }, truths(3), a, b);
    std::vector<float> reals = Numbers(4).reals(COUNT, -3e9f, 3e9f);
    const float specials[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 0.9f, -0.9f, 1e-40f, 2147483648.0f, -2147483648.0f,
                              -2147483904.0f, 2147483520.0f, 9.223372e18f, -9.223372e18f, 1e19f, -1e19f};
    std::copy(std::begin(specials), std::end(specials), reals.begin() + 500);
    function<float>("select", SELECT, [](uint8_t c, float x, float y) { return c ? x : y; }, truths(3), reals,
                    Numbers(5).reals(COUNT));
    casts(reals);
    casts(integers<int32_t>(6));
    casts(integers<int64_t>(7));
    casts(truths(8));
    std::vector<int8_t> bytes = integers<int8_t>(9);
    casts(bytes);
    function<int8_t>("copy", COPY, [](int8_t x) { return x; }, bytes);
    function<int8_t>("select", SELECT, [](uint8_t c, int8_t x, int8_t y) { return c ? x : y; }, truths(3), bytes, integers<int8_t>(2));
    std::vector<float> small = Numbers(4).reals(COUNT, -200, 200);
    std::copy(std::begin(specials), std::end(specials), small.begin() + 500);
    casts(small);
    to_bytes(small);
    numbers<float>();
    numbers<int32_t>();
    numbers<int64_t>();
    numbers<uint8_t>();
    numbers<int8_t>();
}
