// Pooling and batch normalization with their gradients, against loops in double.
#include <algorithm>
#include <cmath>

#include "bench.h"
#include "check.h"
#include "rejections.h"
#include "side.h"

using namespace format;

namespace {

void max_pool(const Side& down, const Side& across, int64_t planes) {
    Numbers numbers(9);
    std::vector<float> x;
    // Few different values, so that equal ones meet; a NaN and infinities among them.
    for (int64_t i = 0; i < planes * down.size * across.size; i++) {
        int64_t draw = numbers.below(40);
        x.push_back(draw == 0 ? NAN : draw == 1 ? INFINITY : draw == 2 ? -INFINITY : static_cast<float>(draw % 7));
    }
    int64_t rows = down.results(), columns = across.results();
    size_t results = static_cast<size_t>(planes * rows * columns);
    std::vector<float> gradient = numbers.reals(results), y;
    std::vector<int32_t> index;
    std::vector<double> by_x(x.size(), 0);
    for (size_t r = 0; r < results; r++) {
        int64_t plane = static_cast<int64_t>(r) / (rows * columns);
        int64_t row = static_cast<int64_t>(r) / columns % rows, column = static_cast<int64_t>(r) % columns;
        float best = 0;
        int64_t where = -1, from = -1;
        for (int64_t t = 0; t < down.kernel * across.kernel; t++) {
            int64_t i = down.element(row, t / across.kernel), j = across.element(column, t % across.kernel);
            bool inside = i >= 0 && i < down.size && j >= 0 && j < across.size;
            int64_t place = inside ? (plane * down.size + i) * across.size + j : -1;
            float value = inside ? x[static_cast<size_t>(place)] : -INFINITY;
            if (where < 0 || value > best || (std::isnan(value) && !std::isnan(best))) {
                best = value;
                where = t;
                from = place;
            }
        }
        y.push_back(best);
        index.push_back(static_cast<int32_t>(where));
        if (from >= 0) by_x[static_cast<size_t>(from)] += gradient[r];
    }
    std::vector<int64_t> sizes{planes, down.size, across.size, down.kernel, across.kernel, down.stride, across.stride,
                               down.before, across.before, down.dilation, across.dilation, rows, columns};
    Bench bench;
    int64_t in = bench.input(x), at = bench.result<int32_t>(results), out = bench.result<float>(results);
    bench.run_everywhere("max pool", command(MAX_POOL, joined({sizes, {in, at, out}})), [&](const char* isa) {
        size_t wrong = 0;
        std::vector<float> got = bench.at<float>(out, results);
        std::vector<int32_t> places = bench.at<int32_t>(at, results);
        for (size_t i = 0; i < results; i++) {
            wrong += places[i] != index[i] || !(got[i] == y[i] || (std::isnan(got[i]) && std::isnan(y[i])));
        }
        CHECK(wrong == 0, "max pool on %s: %zu of %zu are wrong", isa, wrong, results);
    });
    int64_t slopes = bench.input(gradient), chosen = bench.input(index), back = bench.result<float>(x.size());
    bench.run_everywhere("max pool backward", command(MAX_POOL_BACKWARD, joined({sizes, {slopes, chosen, back}})),
                         [&](const char* isa) {
        size_t wrong = 0;
        std::vector<float> got = bench.at<float>(back, x.size());
        for (size_t i = 0; i < x.size(); i++) wrong += !near(got[i], by_x[i], 2, 1e-6);
        CHECK(wrong == 0, "max pool backward on %s: %zu of %zu are wrong", isa, wrong, x.size());
    });
}

enum class Norm { PLAIN, RELU, ADDED_RELU };

void batch_norm(int64_t n, int64_t c, int64_t s, float offset, Norm kind) {
    Numbers numbers(11);
    size_t count = static_cast<size_t>(n * c * s), channels = static_cast<size_t>(c);
    std::vector<float> x = numbers.reals(count, offset - 1, offset + 1), gradient = numbers.reals(count);
    std::vector<float> weight = numbers.reals(channels), bias = numbers.reals(channels);
    // The backward pass is given results of its own: what is above 0 does not hang on a rounding.
    std::vector<float> addend = numbers.reals(count), results = numbers.reals(count);
    double epsilon = 1e-5;
    // Of nothing there is no mean.
    std::vector<double> mean(channels, n * s == 0 ? NAN : 0), inverse(mean), y(count), by_x(count), by_weight(channels);
    std::vector<double> by_bias(channels);
    auto channel_of = [&](size_t i) { return i / static_cast<size_t>(s) % channels; };
    double size = static_cast<double>(n * s);
    for (size_t i = 0; i < count; i++) mean[channel_of(i)] += x[i] / size;
    for (size_t i = 0; i < count; i++) inverse[channel_of(i)] += std::pow(x[i] - mean[channel_of(i)], 2) / size;
    for (double& one : inverse) one = 1 / std::sqrt(one + epsilon);
    std::vector<double> slopes(count);
    for (size_t i = 0; i < count; i++) {
        size_t k = channel_of(i);
        double normal = (x[i] - mean[k]) * inverse[k];
        y[i] = normal * weight[k] + bias[k] + (kind == Norm::ADDED_RELU ? addend[i] : 0.0f);
        y[i] = kind == Norm::PLAIN ? y[i] : std::max(y[i], 0.0);
        slopes[i] = kind == Norm::PLAIN || results[i] > 0 ? gradient[i] : 0.0f;
        by_weight[k] += slopes[i] * normal;
        by_bias[k] += slopes[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t k = channel_of(i);
        double normal = (x[i] - mean[k]) * inverse[k];
        by_x[i] = weight[k] * inverse[k] * (slopes[i] - by_bias[k] / size - normal * by_weight[k] / size);
    }
    Bench bench;
    int64_t in = bench.input(x), w = bench.input(weight), b = bench.input(bias), g = bench.input(gradient);
    int64_t added = kind == Norm::ADDED_RELU ? bench.input(addend) : NONE, past = bench.input(results);
    int64_t out = bench.result<float>(count), m = bench.result<float>(channels), v = bench.result<float>(channels);
    int64_t bx = bench.result<float>(count), bw = bench.result<float>(channels), bb = bench.result<float>(channels);
    std::vector<int64_t> forward{n, c, s, bits_of_double(epsilon), in, w, b, m, v, NONE, out, NONE, NONE};
    std::vector<int64_t> backward{n, c, s, 0, in, w, NONE, m, v, g, bx, bw, bb};
    bool plain = kind == Norm::PLAIN;
    if (!plain) {
        forward.push_back(added);
        backward.push_back(past);
    }
    std::vector<int64_t> plan = joined({command(plain ? BATCH_NORM : BATCH_NORM_RELU, forward),
                                        command(plain ? BATCH_NORM_BACKWARD : BATCH_NORM_RELU_BACKWARD, backward)});
    // A deviation is as exact as the differences from the mean are.
    double loose = 2e-6 * (1 + std::fabs(offset));
    bench.run_everywhere("batch norm", plan, [&](const char* isa) {
        auto check = [&](const char* what, int64_t place, const std::vector<double>& right, double distance) {
            std::vector<float> got = bench.at<float>(place, right.size());
            size_t wrong = 0;
            for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 4, distance);
            CHECK(wrong == 0, "%s of [%lld, %lld, %lld] on %s: %zu of %zu are wrong", what, static_cast<long long>(n),
                  static_cast<long long>(c), static_cast<long long>(s), isa, wrong, right.size());
        };
        check("the mean", m, mean, loose);
        check("the inverse deviation", v, inverse, loose);
        check("batch norm", out, y, 4 * loose);
        check("by x", bx, by_x, 8 * loose);
        check("by weight", bw, by_weight, loose * size);
        check("by bias", bb, by_bias, 2e-7 * size);
    });
}

void malformed_words() {
    Bench bench;
    int64_t place = bench.place(WORKSPACE, std::vector<float>(64));
    auto pool = [&](int64_t planes, int64_t side, int64_t kernel, int64_t stride) {
        return command(MAX_POOL, {planes, side, 2, kernel, 2, stride, 1, 0, 0, 1, 1, 1, 1, place, place, place});
    };
    accepted("a window", bench, pool(1, 2, 2, 1));
    rejected("windows of nothing", bench, pool(1, 2, 0, 1), "the side of a window is 0");
    rejected("no stride", bench, pool(1, 2, 2, 0), "the stride is 0");
    rejected("too large a picture", bench, pool(1, (1 << 20) + 1, 2, 1), "the side of a picture is 1048577");
    rejected("planes past the end", bench, pool(33, 1, 2, 1), "66 elements");
    auto norm = [&](int64_t n, int64_t bias, int64_t gradient) {
        return joined({command(BATCH_NORM, {n, 2, 4, 0, place, place, bias, place, place, NONE, place, NONE, NONE}),
                       command(BATCH_NORM_BACKWARD, {n, 2, 4, 0, place, place, NONE, place, place, gradient, place, place,
                                                     place})});
    };
    accepted("batch normalization", bench, norm(8, place, place));
    rejected("no bias", bench, norm(8, NONE, place), "memory space -1");
    rejected("no gradient", bench, norm(8, place, NONE), "memory space -1");
    rejected("examples past the end", bench, norm(9, place, place), "72 elements");
    rejected("too many examples", bench, norm(1LL << 38, place, place), "too many elements");
    accepted("many examples of nothing", bench,
             command(BATCH_NORM, {1LL << 40, 0, 1LL << 40, 0, place, place, place, place, place, NONE, place, NONE,
                                  NONE}));
}

}  // namespace

void test_pictures() {
    max_pool({8, 2, 2, 0, 0, 1}, {9, 2, 2, 0, 0, 1}, 5);
    max_pool({5, 2, 2, 0, 0, 1}, {131, 2, 2, 0, 0, 1}, 3);
    // Windows side by side, of every width around those that are taken at once.
    for (int64_t width = 2; width < 80; width++) max_pool({6, 2, 2, 0, 0, 1}, {width, 2, 2, 0, 0, 1}, 2);
    max_pool({7, 3, 2, 1, 1, 1}, {6, 3, 2, 1, 1, 1}, 3);
    max_pool({9, 2, 1, 1, 0, 3}, {5, 3, 3, 2, 1, 2}, 2);
    max_pool({3, 1, 1, 0, 0, 1}, {40, 5, 2, 2, 2, 1}, 1);
    max_pool({4, 7, 1, 3, 3, 1}, {10, 2, 3, 0, 0, 1}, 2);
    max_pool({11, 3, 2, 2, 2, 2}, {9, 3, 2, 1, 4, 3}, 3);
    max_pool({0, 1, 1, 1, 1, 1}, {5, 2, 1, 0, 0, 1}, 2);
    max_pool({1, 1, 1, 0, 0, 1}, {1, 1, 1, 0, 0, 1}, 0);
    max_pool({1, 1, 1, 0, 0, 1}, {1, 1, 1, 0, 0, 1}, 700);
    for (Norm kind : {Norm::PLAIN, Norm::RELU, Norm::ADDED_RELU}) {
        batch_norm(2, 3, 5, 0, kind);
        batch_norm(1, 1, 2, 0, kind);
        batch_norm(4, 17, 1, 1, kind);
        batch_norm(3, 2, 1031, 10, kind);
        batch_norm(1, 1, 1, 3, kind);
        batch_norm(0, 3, 5, 0, kind);
        batch_norm(5, 0, 2, 0, kind);
        batch_norm(4, 3, 0, 0, kind);
        // Examples of fewer elements than a warp has threads, of as many and of more; whole parts of channels and others.
        batch_norm(33, 5, 7, -3, kind);
        batch_norm(64, 3, 8, 2, kind);
        batch_norm(57, 4, 9, 2, kind);
        batch_norm(19, 5, 31, 1, kind);
        batch_norm(16, 2, 32, 1, kind);
        batch_norm(70, 3, 49, 5, kind);
        batch_norm(16, 40, 1, 1, kind);
        // More parts than a block has threads.
        batch_norm(5000, 3, 1, 1, kind);
        batch_norm(2, 2, 70001, 4, kind);
    }
    malformed_words();
}
