// Attention with its gradients against loops in double.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

struct Sizes {
    int64_t examples, heads, queries, keys, width, value_width;
};

struct Options {
    bool causal, masked, lengths;
};

// [examples, positions, heads, width] with gaps before, between and after what one place holds.
struct Place {
    int64_t positions, heads, width, gap;
    std::vector<float> values;
    int64_t address = 0;

    Place(const Sizes& s, int64_t count, int64_t wide, int64_t between)
        : positions(count), heads(s.heads), width(wide), gap(between), values(static_cast<size_t>(s.examples * example())) {}
    int64_t position() const { return heads * width + gap; }
    int64_t example() const { return positions * position() + gap; }
    size_t at(int64_t e, int64_t p, int64_t h, int64_t i) const {
        return static_cast<size_t>(e * example() + p * position() + h * width + i);
    }
    float value(int64_t e, int64_t p, int64_t h, int64_t i) const { return values[at(e, p, h, i)]; }
    void fill(Numbers& numbers) { values = numbers.reals(values.size()); }
    void read(Bench& bench) { address = bench.input(values); }
    void written(Bench& bench) {
        // What is not written keeps this number.
        values.assign(values.size(), 77);
        address = bench.input(values);
    }
    std::vector<int64_t> words() const { return {address, example(), position(), width}; }
};

struct Case {
    Sizes s;
    Options options;
    double scale;
    Place q, k, v, gradient, out, by_q, by_k, by_v;
    std::vector<uint8_t> mask;
    std::vector<int32_t> lengths;

    Case(const Sizes& sizes, const Options& chosen, int64_t gap)
        : s(sizes), options(chosen), scale(0.7 / std::sqrt(static_cast<double>(sizes.width))), q(s, s.queries, s.width, gap),
          k(s, s.keys, s.width, gap), v(s, s.keys, s.value_width, gap), gradient(s, s.queries, s.value_width, 0),
          out(s, s.queries, s.value_width, gap), by_q(s, s.queries, s.width, gap), by_k(s, s.keys, s.width, 0),
          by_v(s, s.keys, s.value_width, gap) {
        Numbers numbers(static_cast<uint64_t>(s.queries + 3 * s.keys + 7 * s.width));
        q.fill(numbers);
        k.fill(numbers);
        v.fill(numbers);
        gradient.fill(numbers);
        for (int64_t i = 0; i < s.heads * s.queries * s.keys; i++) {
            // Query 1 may look nowhere.
            mask.push_back(i / s.keys % s.queries == 1 ? 0 : static_cast<uint8_t>(numbers.below(2)));
        }
        const int32_t some[] = {static_cast<int32_t>(s.keys) - 1, 0, static_cast<int32_t>(s.keys) + 5, -2, 3};
        for (int64_t i = 0; i < s.examples; i++) lengths.push_back(some[i % 5]);
    }

    bool allowed(int64_t e, int64_t h, int64_t t, int64_t j) const {
        return (!options.causal || j <= t) && (!options.lengths || j < lengths[static_cast<size_t>(e)]) &&
               (!options.masked || mask[static_cast<size_t>((h * s.queries + t) * s.keys + j)] != 0);
    }

    double score(int64_t e, int64_t h, int64_t t, int64_t j) const {
        double sum = 0;
        for (int64_t i = 0; i < s.width; i++) sum += static_cast<double>(q.value(e, t, h, i)) * k.value(e, j, h, i);
        return sum * scale;
    }

    // What one query gives to the results, all in double: its result, log-sum-exp and gradients.
    void expect(int64_t e, int64_t h, int64_t t, std::vector<double>& result, double& log_sum, std::vector<double>& q_slopes,
                std::vector<double>& k_slopes, std::vector<double>& v_slopes) const {
        double highest = -INFINITY, sum = 0, mean = 0;
        for (int64_t j = 0; j < s.keys; j++) {
            if (allowed(e, h, t, j)) highest = std::fmax(highest, score(e, h, t, j));
        }
        for (int64_t j = 0; j < s.keys; j++) {
            if (allowed(e, h, t, j)) sum += std::exp(score(e, h, t, j) - highest);
        }
        log_sum = sum > 0 ? highest + std::log(sum) : -INFINITY;
        std::vector<double> weights(static_cast<size_t>(s.keys)), by_weights(static_cast<size_t>(s.keys));
        for (int64_t j = 0; j < s.keys; j++) {
            size_t at = static_cast<size_t>(j);
            weights[at] = allowed(e, h, t, j) ? std::exp(score(e, h, t, j) - log_sum) : 0;
            for (int64_t i = 0; i < s.value_width; i++) {
                result[out.at(e, t, h, i)] += weights[at] * v.value(e, j, h, i);
                by_weights[at] += static_cast<double>(gradient.value(e, t, h, i)) * v.value(e, j, h, i);
                v_slopes[by_v.at(e, j, h, i)] += weights[at] * gradient.value(e, t, h, i);
            }
            mean += weights[at] * by_weights[at];
        }
        for (int64_t j = 0; j < s.keys; j++) {
            double slope = weights[static_cast<size_t>(j)] * (by_weights[static_cast<size_t>(j)] - mean) * scale;
            for (int64_t i = 0; i < s.width; i++) {
                q_slopes[by_q.at(e, t, h, i)] += slope * k.value(e, j, h, i);
                k_slopes[by_k.at(e, j, h, i)] += slope * q.value(e, t, h, i);
            }
        }
    }
};

// Everything near what is right, and gaps as they were.
size_t wrong_of(const Bench& bench, const Place& place, const std::vector<double>& right, const Sizes& s, double distance) {
    std::vector<float> got = bench.at<float>(place.address, place.values.size());
    std::vector<bool> meant(got.size());
    size_t wrong = 0;
    for (int64_t e = 0; e < s.examples; e++) {
        for (int64_t p = 0; p < place.positions; p++) {
            for (int64_t i = 0; i < place.heads * place.width; i++) {
                size_t at = place.at(e, p, 0, i);
                meant[at] = true;
                wrong += !near(got[at], right[at], 4, distance);
            }
        }
    }
    for (size_t i = 0; i < got.size(); i++) wrong += !meant[i] && got[i] != 77;
    return wrong;
}

void attention(const Sizes& s, const Options& options, int64_t gap) {
    Case c(s, options, gap);
    size_t rows = static_cast<size_t>(s.examples * s.heads * s.queries);
    std::vector<double> result(c.out.values.size()), log_sums(rows), q_slopes(c.by_q.values.size());
    std::vector<double> k_slopes(c.by_k.values.size()), v_slopes(c.by_v.values.size());
    for (int64_t row = 0; row < static_cast<int64_t>(rows); row++) {
        c.expect(row / s.queries / s.heads, row / s.queries % s.heads, row % s.queries, result,
                 log_sums[static_cast<size_t>(row)], q_slopes, k_slopes, v_slopes);
    }
    Bench bench;
    for (Place* read : {&c.q, &c.k, &c.v, &c.gradient}) read->read(bench);
    for (Place* written : {&c.out, &c.by_q, &c.by_k, &c.by_v}) written->written(bench);
    int64_t log_sum = bench.result<float>(rows);
    std::vector<int64_t> head{s.examples, s.heads, s.queries, s.keys, s.width, s.value_width, options.causal ? 1 : 0,
                              bits_of_double(c.scale)};
    // The mask is the same for every example.
    std::vector<int64_t> mask{options.masked ? bench.input(c.mask) : NONE, 0, s.queries * s.keys, s.keys,
                              options.lengths ? bench.input(c.lengths) : NONE};
    std::vector<int64_t> in = joined({head, c.q.words(), c.k.words(), c.v.words(), mask, c.out.words(), {log_sum}});
    std::vector<int64_t> plan =
        joined({command(ATTENTION, in),
                command(ATTENTION_BACKWARD,
                        joined({in, c.gradient.words(), c.by_q.words(), c.by_k.words(), c.by_v.words()}))});
    bench.run_everywhere("attention", plan, [&](const char* isa) {
        double many = 1 + static_cast<double>(s.queries + s.keys) / 32;
        std::vector<float> log_sums_got = bench.at<float>(log_sum, rows);
        size_t wrong = 0;
        for (size_t i = 0; i < rows; i++) wrong += !near(log_sums_got[i], log_sums[i], 4, 2e-6);
        wrong += wrong_of(bench, c.out, result, s, 2e-6) + wrong_of(bench, c.by_v, v_slopes, s, 4e-6 * many) +
                 wrong_of(bench, c.by_q, q_slopes, s, 8e-6 * many) + wrong_of(bench, c.by_k, k_slopes, s, 8e-6 * many);
        CHECK(wrong == 0, "attention of %lld queries to %lld keys,%s causal,%s masked,%s lengths, on %s: %zu are wrong",
              static_cast<long long>(s.queries), static_cast<long long>(s.keys), options.causal ? "" : " not",
              options.masked ? "" : " not", options.lengths ? "" : " no", isa, wrong);
    });
}

}  // namespace

void test_attention() {
    for (int options = 0; options < 8; options++) {
        Options chosen{(options & 1) != 0, (options & 2) != 0, (options & 4) != 0};
        attention({1, 1, 1, 1, 1, 1}, chosen, 0);
        attention({3, 2, 5, 7, 4, 6}, chosen, 3);
        attention({2, 1, 70, 64, 8, 5}, chosen, 0);
        attention({5, 2, 9, 131, 3, 2}, chosen, 1);
    }
    attention({0, 2, 3, 3, 2, 2}, {true, false, false}, 0);
    attention({2, 2, 3, 0, 2, 2}, {false, false, false}, 0);
    attention({2, 2, 0, 3, 2, 2}, {false, false, false}, 0);
    attention({1, 1, 130, 130, 32, 32}, {true, false, false}, 0);
}
