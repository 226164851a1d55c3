// Attention of new tokens over caches against loops in double.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

struct Sizes {
    int64_t rows, examples, heads, tokens, context, width, value_width;
};

// Queries, keys and values of the new tokens lie in one array, with a gap behind each token.
void cached(const Sizes& s, bool in_place) {
    Numbers numbers(static_cast<uint64_t>(s.tokens + 3 * s.context + 7 * s.width));
    int64_t of_token = s.heads * (2 * s.width + s.value_width) + 3;
    std::vector<float> fresh = numbers.reals(static_cast<size_t>(s.examples * s.tokens * of_token));
    std::vector<float> keys = numbers.reals(static_cast<size_t>(s.rows * s.heads * s.context * s.width));
    std::vector<float> values = numbers.reals(static_cast<size_t>(s.rows * s.heads * s.context * s.value_width));
    std::vector<int32_t> first;
    const int64_t some[] = {s.context / 2, 0, s.context - 1, -2, s.context + 1};
    for (int64_t e = 0; e < s.examples; e++) first.push_back(static_cast<int32_t>(some[e % 5]));
    auto behind = [&](int64_t e) { return std::min(s.context, std::max<int64_t>(0, first[static_cast<size_t>(e)] + s.tokens)); };
    // What lies behind the last token of an example is not read.
    for (int64_t e = 0; e < s.examples; e++) {
        for (int64_t row = e * s.heads; row < (e + 1) * s.heads; row++) {
            for (int64_t p = behind(e); p < s.context; p++) {
                for (int64_t i = 0; i < s.width; i++) keys[static_cast<size_t>((row * s.context + p) * s.width + i)] = NAN;
                for (int64_t i = 0; i < s.value_width; i++) {
                    values[static_cast<size_t>((row * s.context + p) * s.value_width + i)] = NAN;
                }
            }
        }
    }
    auto at = [&](int64_t e, int64_t t, int64_t part, int64_t h, int64_t i) {
        int64_t start = part == 0 ? 0 : part == 1 ? s.heads * s.width : 2 * s.heads * s.width;
        return fresh[static_cast<size_t>((e * s.tokens + t) * of_token + start + h * (part == 2 ? s.value_width : s.width) + i)];
    };
    double scale = 0.7 / std::sqrt(static_cast<double>(s.width));
    std::vector<float> keys_after = keys, values_after = values;
    std::vector<double> right(static_cast<size_t>(s.examples * s.tokens * s.heads * s.value_width));
    for (int64_t row = 0; row < s.examples * s.heads; row++) {
        int64_t e = row / s.heads, h = row % s.heads, from = first[static_cast<size_t>(e)];
        auto key = [&](int64_t p, int64_t i) -> float& { return keys_after[static_cast<size_t>((row * s.context + p) * s.width + i)]; };
        auto value = [&](int64_t p, int64_t i) -> float& {
            return values_after[static_cast<size_t>((row * s.context + p) * s.value_width + i)];
        };
        for (int64_t t = 0; t < s.tokens; t++) {
            if (from + t >= 0 && from + t < s.context) {
                for (int64_t i = 0; i < s.width; i++) key(from + t, i) = at(e, t, 1, h, i);
                for (int64_t i = 0; i < s.value_width; i++) value(from + t, i) = at(e, t, 2, h, i);
            }
        }
        for (int64_t t = 0; t < s.tokens; t++) {
            std::vector<double> weights;
            double highest = -INFINITY, sum = 0;
            for (int64_t p = 0; p < s.context && p <= from + t; p++) {
                double score = 0;
                for (int64_t i = 0; i < s.width; i++) score += static_cast<double>(at(e, t, 0, h, i)) * key(p, i);
                weights.push_back(score * scale);
                highest = std::fmax(highest, weights.back());
            }
            for (double& weight : weights) sum += weight = std::exp(weight - highest);
            for (size_t p = 0; p < weights.size(); p++) {
                for (int64_t i = 0; i < s.value_width; i++) {
                    right[static_cast<size_t>(((e * s.tokens + t) * s.heads + h) * s.value_width + i)] +=
                        weights[p] / sum * value(static_cast<int64_t>(p), i);
                }
            }
        }
    }
    Bench bench;
    int64_t in = bench.input(fresh), places = bench.input(first), out = bench.result<float>(right.size());
    int64_t keys_in = bench.input(keys), values_in = bench.input(values);
    int64_t keys_out = in_place ? keys_in : bench.result<float>(keys.size());
    int64_t values_out = in_place ? values_in : bench.result<float>(values.size());
    int64_t four = 4, example = s.tokens * of_token;
    bool empty = s.examples * s.tokens == 0;
    auto part = [&](int64_t start, int64_t wide) {
        return std::vector<int64_t>{in + (empty ? 0 : start * four), example, of_token, wide};
    };
    std::vector<int64_t> plan = command(
        CACHED_ATTENTION,
        joined({{s.rows, s.examples, s.heads, s.tokens, s.context, s.width, s.value_width, bits_of_double(scale)},
                part(0, s.width), part(s.heads * s.width, s.width), part(2 * s.heads * s.width, s.value_width),
                {keys_in, keys_out, values_in, values_out, places},
                {out, s.tokens * s.heads * s.value_width, s.heads * s.value_width, s.value_width}}));
    bench.run_everywhere("cached attention", plan, [&](const char* isa) {
        std::vector<float> got = bench.at<float>(out, right.size());
        size_t wrong = 0;
        for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 4, 2e-6);
        auto differ = [](float a, float b) { return std::memcmp(&a, &b, sizeof a) != 0; };
        std::vector<float> k = bench.at<float>(keys_out, keys.size()), v = bench.at<float>(values_out, values.size());
        for (size_t i = 0; i < k.size(); i++) wrong += differ(k[i], keys_after[i]);
        for (size_t i = 0; i < v.size(); i++) wrong += differ(v[i], values_after[i]);
        CHECK(wrong == 0, "cached attention of %lld tokens at %lld positions,%s in place, on %s: %zu are wrong",
              static_cast<long long>(s.tokens), static_cast<long long>(s.context), in_place ? "" : " not", isa, wrong);
    });
}

}  // namespace

void test_cached_attention() {
    for (bool in_place : {false, true}) {
        cached({1, 1, 1, 1, 1, 1, 1}, in_place);
        cached({6, 5, 3, 1, 9, 4, 6}, in_place);
        cached({5, 5, 2, 1, 131, 32, 64}, in_place);
        cached({5, 5, 1, 1, 70, 17, 65}, in_place);
        cached({2, 2, 1, 1, 64, 130, 257}, in_place);
        cached({5, 5, 2, 5, 9, 3, 2}, in_place);
        cached({5, 5, 1, 64, 64, 8, 5}, in_place);
        cached({6, 5, 2, 70, 200, 16, 16}, in_place);
        cached({3, 0, 2, 4, 5, 2, 2}, in_place);
        cached({2, 2, 2, 0, 5, 2, 2}, in_place);
    }
}
