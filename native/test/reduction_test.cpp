// Reductions of [outer, reduced, inner] to [outer, inner] against loops in double.
#include <cmath>
#include <limits>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

struct Sizes {
    int64_t outer, reduced, inner;
};

// Below, at and above what is added up at once, rows of one element, and empty ones.
const Sizes SIZES[] = {{1, 1, 1}, {3, 5, 7}, {2, 16, 1}, {5, 17, 1}, {1, 20011, 1}, {301, 129, 1}, {3, 33, 129},
                       {1, 200, 257}, {700, 9, 5}, {1, 7, 3000}, {4, 0, 3}, {4, 0, 1}, {0, 3, 2}, {3, 2, 0}};

// Calls verify(result index, values of that row) with what a reduction gave.
template <typename T, typename R, typename Verify>
void reduction(const char* name, Reduction kind, const Sizes& s, const std::vector<T>& values, Verify verify) {
    size_t results = static_cast<size_t>(s.outer * s.inner);
    Bench bench;
    int64_t in = bench.input(values), out = bench.result<R>(results);
    bench.run_everywhere(name, command(REDUCE, {kind, s.outer, s.reduced, s.inner, in, out}), [&](const char* isa) {
        std::vector<R> got = bench.at<R>(out, results);
        size_t wrong = 0;
        for (int64_t i = 0; i < s.outer * s.inner; i++) {
            std::vector<T> row;
            for (int64_t r = 0; r < s.reduced; r++) {
                row.push_back(values[static_cast<size_t>((i / s.inner * s.reduced + r) * s.inner + i % s.inner)]);
            }
            wrong += !verify(got[static_cast<size_t>(i)], row);
        }
        CHECK(wrong == 0, "%s of [%lld, %lld, %lld] on %s: %zu of %zu are wrong", name, static_cast<long long>(s.outer),
              static_cast<long long>(s.reduced), static_cast<long long>(s.inner), isa, wrong, results);
    });
}

bool is_sum(float got, const std::vector<float>& row) {
    double sum = 0, size = 0;
    for (float x : row) {
        sum += x;
        size += std::fabs(x);
    }
    // Added up in double: half a unit of the result, and what the order of the additions may change.
    return near(got, sum, 0.51, size * static_cast<double>(row.size()) * std::numeric_limits<double>::epsilon());
}

// A NaN counts as largest; the first of equals.
size_t position_of_largest(const std::vector<float>& row) {
    size_t best = 0;
    for (size_t i = 1; i < row.size(); i++) {
        if (!std::isnan(row[best]) && (std::isnan(row[i]) || row[i] > row[best])) best = i;
    }
    return best;
}

bool is_largest(float got, const std::vector<float>& row) {
    float right = row.empty() ? -INFINITY : row[position_of_largest(row)];
    return near(got, right, 0);
}

bool is_position(int32_t got, const std::vector<float>& row) {
    return got == static_cast<int32_t>(position_of_largest(row));
}

bool is_all(uint8_t got, const std::vector<uint8_t>& row) {
    bool all = true;
    for (uint8_t x : row) all = all && x != 0;
    return got == (all ? 1 : 0);
}

}  // namespace

void test_reductions() {
    for (const Sizes& s : SIZES) {
        size_t count = static_cast<size_t>(s.outer * s.reduced * s.inner);
        Numbers numbers(count);
        std::vector<float> values = numbers.reals(count, -100, 100);
        reduction<float, float>("sum", SUM, s, values, is_sum);
        // Few different values, so that there are equals, and negative ones alone in many rows.
        for (float& value : values) value = std::floor(value / 20) - 3;
        reduction<float, float>("max", LARGEST, s, values, is_largest);
        reduction<float, int32_t>("argmax", ARGMAX, s, values, is_position);
        for (size_t i = 0; i < count; i += 41) values[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
        reduction<float, float>("max of special values", LARGEST, s, values, is_largest);
        reduction<float, int32_t>("argmax of special values", ARGMAX, s, values, is_position);
        std::vector<uint8_t> truths(count, 1);
        for (size_t i = 0; i < count; i += 97) truths[i] = 0;
        reduction<uint8_t, uint8_t>("all", ALL, s, truths, is_all);
    }
    // What a float would lose: 1 beside 2^24 terms of the size of 1.
    std::vector<float> large(40000, 1.0f);
    large[0] = 16777216.0f;
    reduction<float, float>("sum of large and small", SUM, {1, 40000, 1}, large, is_sum);
    reduction<float, float>("sum of large and small", SUM, {1, 20000, 2}, large, is_sum);
}
