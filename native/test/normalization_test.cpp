// Norms and softmax with their gradients against loops in double.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

struct Part {
    bool centered, weighted, biased;
};

size_t wrong_of(const std::vector<float>& got, const std::vector<double>& right, double distance) {
    size_t wrong = 0;
    for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 2, distance);
    return wrong;
}

void norm(int64_t rows, int64_t width, Part part, float least, float most) {
    size_t n = static_cast<size_t>(rows), w = static_cast<size_t>(width), all = n * w;
    Numbers numbers(static_cast<uint64_t>(rows * 31 + width));
    std::vector<float> x = numbers.reals(all, least, most), weight = numbers.reals(w), bias = numbers.reals(w);
    std::vector<float> gradient = numbers.reals(all);
    double epsilon = 1e-3;
    // By the definition, column by column of each row.
    std::vector<double> y(all), means(n), inverses(n), by_x(all), by_weight(w), by_bias(w);
    for (size_t row = 0; row < n; row++) {
        double mean = 0, square = 0, shift = 0, slope = 0;
        for (size_t i = 0; i < w; i++) mean += part.centered ? x[row * w + i] / static_cast<double>(w) : 0;
        for (size_t i = 0; i < w; i++) square += (x[row * w + i] - mean) * (x[row * w + i] - mean) / static_cast<double>(w);
        means[row] = mean;
        inverses[row] = 1 / std::sqrt(square + epsilon);
        for (size_t i = 0; i < w; i++) {
            size_t at = row * w + i;
            double normal = (x[at] - mean) * inverses[row], factor = part.weighted ? weight[i] : 1;
            y[at] = normal * factor + (part.biased ? bias[i] : 0);
            shift += part.centered ? gradient[at] * factor / static_cast<double>(w) : 0;
            slope += gradient[at] * factor * normal / static_cast<double>(w);
            by_weight[i] += gradient[at] * normal;
            by_bias[i] += gradient[at];
        }
        for (size_t i = 0; i < w; i++) {
            size_t at = row * w + i;
            double normal = (x[at] - mean) * inverses[row], factor = part.weighted ? weight[i] : 1;
            by_x[at] = inverses[row] * (gradient[at] * factor - shift - normal * slope);
        }
    }
    Bench bench;
    int64_t in = bench.input(x), g = bench.input(gradient);
    int64_t scale = part.weighted ? bench.input(weight) : NONE, added = part.biased ? bench.input(bias) : NONE;
    int64_t out = bench.result<float>(all), mean = part.centered ? bench.result<float>(n) : NONE;
    int64_t inverse = bench.result<float>(n), slopes = bench.result<float>(all);
    int64_t slopes_weight = part.weighted ? bench.result<float>(w) : NONE;
    int64_t slopes_bias = part.biased ? bench.result<float>(w) : NONE;
    int64_t sums = part.weighted ? bench.input(std::vector<int64_t>(64 * w)) : NONE;
    std::vector<int64_t> plan = joined(
        {command(NORM, {rows, width, bits_of_double(epsilon), in, scale, added, out, mean, inverse}),
         command(NORM_BACKWARD, {rows, width, in, mean, inverse, g, scale, slopes, slopes_weight, slopes_bias, sums})});
    // Relative to the numbers that are taken from each other.
    double error = 4e-7 * (1 + std::fabs(most)), many = std::sqrt(static_cast<double>(rows) + 1);
    bench.run_everywhere("norm", plan, [&](const char* isa) {
        size_t wrong = wrong_of(bench.at<float>(out, all), y, 20 * error) +
                       wrong_of(bench.at<float>(inverse, n), inverses, 20 * error) +
                       wrong_of(bench.at<float>(slopes, all), by_x, 200 * error);
        wrong += part.centered ? wrong_of(bench.at<float>(mean, n), means, error) : 0;
        wrong += part.weighted ? wrong_of(bench.at<float>(slopes_weight, w), by_weight, 20 * error * many) : 0;
        wrong += part.biased ? wrong_of(bench.at<float>(slopes_bias, w), by_bias, 2e-7 * many) : 0;
        CHECK(wrong == 0, "norm of [%lld, %lld] with%s mean,%s weight,%s bias on %s: %zu are wrong",
              static_cast<long long>(rows), static_cast<long long>(width), part.centered ? "" : "out", part.weighted ? "" : " no",
              part.biased ? "" : " no", isa, wrong);
    });
}

void softmax(int64_t outer, int64_t size, int64_t inner, bool logarithms, float range) {
    size_t all = static_cast<size_t>(outer * size * inner);
    Numbers numbers(static_cast<uint64_t>(outer + 7 * size + 31 * inner));
    std::vector<float> x = numbers.reals(all, -range, range), gradient = numbers.reals(all);
    Bench bench;
    int64_t in = bench.input(x), g = bench.input(gradient), out = bench.result<float>(all), slopes = bench.result<float>(all);
    int64_t flag = logarithms ? 1 : 0;
    std::vector<int64_t> plan = joined({command(SOFTMAX, {flag, outer, size, inner, in, out}),
                                        command(SOFTMAX_BACKWARD, {flag, outer, size, inner, out, g, slopes})});
    bench.run_everywhere("softmax", plan, [&](const char* isa) {
        std::vector<float> y = bench.at<float>(out, all), by_x = bench.at<float>(slopes, all);
        size_t wrong = 0;
        for (int64_t column = 0; column < outer * inner; column++) {
            auto at = [&](int64_t i) { return static_cast<size_t>((column / inner * size + i) * inner + column % inner); };
            double highest = -INFINITY, sum = 0, mean = 0;
            for (int64_t i = 0; i < size; i++) highest = std::fmax(highest, x[at(i)]);
            for (int64_t i = 0; i < size; i++) sum += std::exp(x[at(i)] - highest);
            for (int64_t i = 0; i < size; i++) {
                mean += gradient[at(i)] * (logarithms ? 1 : std::exp(x[at(i)] - highest) / sum);
            }
            for (int64_t i = 0; i < size; i++) {
                double share = std::exp(x[at(i)] - highest) / sum;
                double right = logarithms ? x[at(i)] - highest - std::log(sum) : share;
                double slope = logarithms ? gradient[at(i)] - share * mean : share * (gradient[at(i)] - mean);
                wrong += !near(y[at(i)], right, 4, 3e-7 * (range + 4));
                // What the logarithm is off by, its power is off by.
                wrong += !near(by_x[at(i)], slope, 8, 1e-6 * (1 + std::fabs(mean)) * (1 + range));
            }
        }
        CHECK(wrong == 0, "softmax of [%lld, %lld, %lld] on %s: %zu are wrong", static_cast<long long>(outer),
              static_cast<long long>(size), static_cast<long long>(inner), isa, wrong);
    });
}

// The bias wants its gradient where the weight does not.
void gradient_by_bias_alone() {
    constexpr int64_t ROWS = 21, WIDTH = 3;
    std::vector<float> gradient = Numbers(2).reals(ROWS * WIDTH);
    std::vector<double> right(WIDTH);
    for (size_t i = 0; i < gradient.size(); i++) right[i % WIDTH] += gradient[i];
    Bench bench;
    int64_t x = bench.input(Numbers(1).reals(ROWS * WIDTH)), g = bench.input(gradient);
    int64_t inverse = bench.input(std::vector<float>(ROWS, 1)), by_x = bench.result<float>(ROWS * WIDTH);
    int64_t by_bias = bench.result<float>(WIDTH), sums = bench.scratch(64 * WIDTH * 8);
    bench.run_everywhere("a gradient by the bias alone",
                         command(NORM_BACKWARD, {ROWS, WIDTH, x, NONE, inverse, g, NONE, by_x, NONE, by_bias, sums}),
                         [&](const char* isa) {
        CHECK(wrong_of(bench.at<float>(by_bias, WIDTH), right, 1e-6) == 0, "a gradient by the bias alone on %s", isa);
    });
}

// Masked numbers have no share; where there is a NaN, everything is.
void special_numbers() {
    Bench bench;
    int64_t in = bench.input(std::vector<float>{1, -INFINITY, 2, 1, NAN, 2, -INFINITY, -INFINITY, -INFINITY});
    int64_t out = bench.result<float>(9);
    bench.run_everywhere("special numbers", command(SOFTMAX, {0, 3, 3, 1, in, out}), [&](const char* isa) {
        std::vector<float> y = bench.at<float>(out, 9);
        bool right = y[1] == 0 && near(y[0], 1 / (1 + std::exp(1.0)), 4);
        for (size_t i = 3; i < 9; i++) right = right && std::isnan(y[i]);
        CHECK(right, "softmax of special numbers on %s", isa);
    });
}

}  // namespace

void test_normalization() {
    for (Part part : {Part{true, true, true}, Part{true, true, false}, Part{true, false, false}, Part{false, true, false},
                      Part{false, false, false}}) {
        norm(1, 1, part, -1, 1);
        norm(3, 17, part, -2, 2);
        norm(133, 128, part, -1, 3);
        norm(700, 5, part, -2, 2);
        norm(5, 1500, part, 10, 11);
        norm(3, 32, part, -2, 2);
        norm(9, 33, part, -2, 2);
        norm(2, 1024, part, -1, 2);
        norm(9, 1025, part, -1, 2);
        norm(8300, 1, part, -2, 2);
        norm(0, 4, part, -1, 1);
    }
    gradient_by_bias_alone();
    for (bool logarithms : {false, true}) {
        softmax(1, 1, 1, logarithms, 1);
        softmax(37, 65, 1, logarithms, 8);
        softmax(3, 5000, 1, logarithms, 3);
        softmax(2, 9, 131, logarithms, 8);
        softmax(4, 33, 3, logarithms, 80);
        softmax(3, 1, 40, logarithms, 1);
        softmax(3, 33, 31, logarithms, 4);
        softmax(3, 33, 32, logarithms, 4);
        softmax(2, 1024, 1, logarithms, 4);
        softmax(2, 1025, 2, logarithms, 4);
        softmax(1, 1025, 33, logarithms, 4);
        softmax(0, 3, 2, logarithms, 1);
        softmax(2, 0, 2, logarithms, 1);
    }
    special_numbers();
}
