// Reductions of rows that take several stages, and rows whose places in a table are all the same or all different.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

void reduction(Reduction kind, int64_t outer, int64_t reduced, int64_t inner) {
    size_t results = static_cast<size_t>(outer * inner), elements = results * static_cast<size_t>(reduced);
    std::vector<float> values = Numbers(static_cast<uint64_t>(reduced)).reals(elements, -100, 100);
    // Equal ones and NaNs far apart, so that each stage has to choose.
    if (kind != SUM) {
        for (float& value : values) value = std::floor(value / 10);
        for (size_t i = values.size() / 3; i < values.size(); i += values.size() / 3) values[i] = kind == ARGMAX ? NAN : 11;
    }
    std::vector<double> sums(results), sizes(results), largest(results, -INFINITY);
    std::vector<int64_t> places(results, 0);
    for (int64_t i = 0; i < outer * reduced * inner; i++) {
        size_t result = static_cast<size_t>(i / (reduced * inner) * inner + i % inner);
        double x = values[static_cast<size_t>(i)];
        sums[result] += x;
        sizes[result] += std::fabs(x);
        if (!std::isnan(largest[result]) && (std::isnan(x) || x > largest[result])) {
            largest[result] = x;
            places[result] = i / inner % reduced;
        }
    }
    Bench bench;
    int64_t in = bench.input(values), out = bench.result<float>(results);
    bench.run_everywhere("a long row", command(REDUCE, {kind, outer, reduced, inner, in, out}), [&](const char* isa) {
        std::vector<float> reals = bench.at<float>(out, results);
        std::vector<int32_t> indices = bench.at<int32_t>(out, results);
        size_t wrong = 0;
        for (size_t i = 0; i < results; i++) {
            double distance = sizes[i] * static_cast<double>(reduced) * 2.3e-16;
            wrong += kind == SUM ? !near(reals[i], sums[i], 0.51, distance)
                                 : kind == LARGEST ? !near(reals[i], largest[i], 0) : indices[i] != places[i];
        }
        CHECK(wrong == 0, "reduction %d of [%d, %d, %d] on %s: %zu are wrong", static_cast<int>(kind),
              static_cast<int>(outer), static_cast<int>(reduced), static_cast<int>(inner), isa, wrong);
    });
}

void all(int64_t reduced, int64_t zero) {
    std::vector<uint8_t> truths(static_cast<size_t>(reduced), 1);
    if (zero >= 0) truths[static_cast<size_t>(zero)] = 0;
    Bench bench;
    int64_t in = bench.input(truths), out = bench.result<uint8_t>(1);
    bench.run_everywhere("a long row of truths", command(REDUCE, {ALL, 1, reduced, 1, in, out}), [&](const char* isa) {
        CHECK(bench.at<uint8_t>(out, 1)[0] == (zero < 0), "a long row of truths on %s", isa);
    });
}

// Real numbers, so that another order of the additions would give other bits.
void scatter(int64_t rows, const std::vector<int32_t>& indices) {
    constexpr int64_t WIDTH = 3;
    std::vector<float> values = Numbers(9).reals(indices.size() * WIDTH), right(static_cast<size_t>(rows * WIDTH), 0.0f);
    for (size_t i = 0; i < indices.size(); i++) {
        for (size_t j = 0; j < WIDTH; j++) right[static_cast<size_t>(indices[i]) * WIDTH + j] += values[i * WIDTH + j];
    }
    Bench bench;
    int64_t at = bench.input(indices), from = bench.input(values), out = bench.result<float>(right.size());
    int64_t count = static_cast<int64_t>(indices.size());
    bench.run_everywhere("scattering", command(SCATTER_ADD, {rows, WIDTH, count, at, from, out}), [&](const char* isa) {
        CHECK(bench.at<float>(out, right.size()) == right, "rows are added up in another order on %s", isa);
    });
}

}  // namespace

void test_long_rows() {
    for (Reduction kind : {SUM, LARGEST, ARGMAX}) {
        reduction(kind, 1, 1000000, 1);
        reduction(kind, 2, 4096, 1);
        reduction(kind, 2, 4097, 3);
        reduction(kind, 3, 64, 5);
        reduction(kind, 3, 65, 5);
        reduction(kind, 1, 70000, 9);
    }
    all(300000, -1);
    for (int64_t zero : {0, 63, 64, 4095, 299999}) all(300000, zero);
    std::vector<int32_t> same(1000, 1), different, mixed;
    for (int32_t i = 0; i < 1000; i++) {
        different.push_back(i * 7 % 1000);
        mixed.push_back(i * i % 37);
    }
    scatter(3, same);
    scatter(1000, different);
    scatter(40, mixed);
}
