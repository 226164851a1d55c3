// Convolutions with their gradients, with factors of float32, rounded to bfloat16, and by Winograd's method, pooling and
// batch normalization, all against loops in double.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

struct Side {
    int64_t size, kernel, stride, before, after, dilation;
    int64_t results() const { return (before + size + after - dilation * (kernel - 1) - 1) / stride + 1; }
    int64_t element(int64_t result, int64_t tap) const { return result * stride - before + tap * dilation; }
};

struct Sizes {
    int64_t pictures, inputs, outputs, groups;
    Side down, across;
    std::vector<int64_t> words() const {
        std::vector<int64_t> all{pictures, inputs, outputs, groups};
        for (const Side& s : {down, across}) {
            all.insert(all.end(), {s.size, s.kernel, s.results(), s.stride, s.before, s.dilation});
        }
        return all;
    }
};

// Calls each(x, weight, y) with the indices of every product of a convolution.
template <typename Each>
void products(const Sizes& s, Each each) {
    int64_t c = s.inputs / s.groups, o = s.outputs / s.groups;
    int64_t rows = s.down.results(), columns = s.across.results();
    for (int64_t n = 0; n < s.pictures; n++) {
        for (int64_t out = 0; out < s.outputs; out++) {
            for (int64_t y = 0; y < rows; y++) {
                for (int64_t x = 0; x < columns; x++) {
                    for (int64_t in = 0; in < c; in++) {
                        for (int64_t t = 0; t < s.down.kernel * s.across.kernel; t++) {
                            int64_t i = s.down.element(y, t / s.across.kernel), j = s.across.element(x, t % s.across.kernel);
                            if (i >= 0 && i < s.down.size && j >= 0 && j < s.across.size) {
                                int64_t channel = out / o * c + in;
                                each(static_cast<size_t>(((n * s.inputs + channel) * s.down.size + i) * s.across.size + j),
                                     static_cast<size_t>((out * c + in) * s.down.kernel * s.across.kernel + t),
                                     static_cast<size_t>(((n * s.outputs + out) * rows + y) * columns + x));
                            }
                        }
                    }
                }
            }
        }
    }
}

int64_t scratch_bytes(const Sizes& s, int64_t opcode) {
    int64_t most = 0;
    // Room for the most threads that the bench runs.
    CHECK(baton_convolution_scratch(backend_of("baseline", 7), s.words().data(), opcode, &most) == 0, "no scratch: %s",
          baton_last_error());
    return most;
}

void expect(const char* name, const Sizes& s, Bench& bench, int64_t opcode, std::vector<int64_t> places, int64_t out,
            const std::vector<double>& right, double terms, std::vector<int64_t> after = {}) {
    places.push_back(out);
    places.push_back(bench.scratch(static_cast<size_t>(scratch_bytes(s, opcode))));
    places.insert(places.end(), after.begin(), after.end());
    bench.run_everywhere(name, command(static_cast<Opcode>(opcode), joined({s.words(), places})), [&](const char* isa) {
        std::vector<float> got = bench.at<float>(out, right.size());
        size_t wrong = 0;
        for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 4, 3e-7 * std::sqrt(terms) * 4);
        CHECK(wrong == 0, "%s of %lld x [%lld, %lld, %lld] on %s: %zu of %zu are wrong", name,
              static_cast<long long>(s.pictures), static_cast<long long>(s.inputs), static_cast<long long>(s.down.size),
              static_cast<long long>(s.across.size), isa, wrong, right.size());
    });
}

// What is added to the opcodes: PAIRED, with factors that are rounded to bfloat16, WINOGRAD, or 0.
void convolution(const Sizes& s, int64_t variant) {
    auto factor = [&](float value) { return static_cast<double>(variant == PAIRED ? rounded_to_bfloat16(value) : value); };
    Numbers numbers(static_cast<uint64_t>(s.inputs * 100 + s.outputs));
    size_t taps = static_cast<size_t>(s.down.kernel * s.across.kernel);
    std::vector<float> x = numbers.reals(static_cast<size_t>(s.pictures * s.inputs * s.down.size * s.across.size), -1, 1);
    std::vector<float> weight = numbers.reals(static_cast<size_t>(s.outputs * (s.inputs / s.groups)) * taps, -1, 1);
    size_t results = static_cast<size_t>(s.pictures * s.outputs * s.down.results() * s.across.results());
    std::vector<float> gradient = numbers.reals(results, -1, 1), bias = numbers.reals(static_cast<size_t>(s.outputs));
    std::vector<double> y(results), by_x(x.size(), 0), by_weight(weight.size(), 0);
    for (size_t i = 0; i < results; i++) {
        y[i] = bias[i / static_cast<size_t>(s.down.results() * s.across.results()) % static_cast<size_t>(s.outputs)];
    }
    std::vector<double> plain(results, 0);
    products(s, [&](size_t i, size_t w, size_t r) {
        y[r] += factor(x[i]) * factor(weight[w]);
        plain[r] += factor(x[i]) * factor(weight[w]);
        by_x[i] += factor(gradient[r]) * factor(weight[w]);
        by_weight[w] += factor(gradient[r]) * factor(x[i]);
    });
    Bench bench;
    int64_t px = bench.input(x), pw = bench.input(weight), pb = bench.input(bias), pg = bench.input(gradient);
    double terms = static_cast<double>(s.inputs / s.groups) * static_cast<double>(taps);
    expect("convolution with bias", s, bench, variant + CONVOLUTION, {px, pw, pb}, bench.result<float>(results), y, terms);
    std::vector<double> rectified(y);
    for (double& value : rectified) value = std::max(value, 0.0);
    expect("convolution with bias and relu", s, bench, variant + CONVOLUTION_RELU, {px, pw, pb}, bench.result<float>(results),
           rectified, terms);
    std::vector<double> rectified_plain(plain);
    for (double& value : rectified_plain) value = std::max(value, 0.0);
    expect("convolution with relu", s, bench, variant + CONVOLUTION_RELU, {px, pw, NONE}, bench.result<float>(results), rectified_plain,
           terms);
    expect("convolution", s, bench, variant + CONVOLUTION, {px, pw, NONE}, bench.result<float>(results), plain, terms);
    expect("convolution by input", s, bench, variant + CONVOLUTION_BY_INPUT, {pg, pw, NONE}, bench.result<float>(x.size()), by_x,
           static_cast<double>(s.outputs / s.groups) * static_cast<double>(taps));
    std::vector<double> kept(by_x);
    for (size_t i = 0; i < kept.size(); i++) kept[i] = x[i] > 0 ? kept[i] : 0;
    expect("convolution by input with relu", s, bench, variant + CONVOLUTION_BY_INPUT_RELU, {pg, pw, NONE},
           bench.result<float>(x.size()), kept, static_cast<double>(s.outputs / s.groups) * static_cast<double>(taps), {px});
    if (variant == WINOGRAD) return;
    expect("convolution by weight", s, bench, variant + CONVOLUTION_BY_WEIGHT, {px, pg}, bench.result<float>(weight.size()), by_weight,
           static_cast<double>(s.pictures * s.down.results() * s.across.results()));
}

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
    std::vector<double> mean(channels), inverse(channels), y(count), by_x(count), by_weight(channels), by_bias(channels);
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

void refuses_by_winograd(const char* name, const Sizes& s) {
    int64_t bytes = 0;
    int32_t status = baton_convolution_scratch(backend_of("baseline", 1), s.words().data(), CONVOLUTION + WINOGRAD, &bytes);
    CHECK(status != 0 && std::strstr(baton_last_error(), "Winograd") != nullptr, "Winograd's method took %s", name);
}

}  // namespace

void test_convolution() {
    Side three{7, 3, 1, 1, 1, 1};
    for (const Sizes& s : {
             Sizes{1, 1, 1, 1, {1, 1, 1, 0, 0, 1}, {1, 1, 1, 0, 0, 1}},
             Sizes{2, 3, 9, 1, three, {9, 3, 1, 1, 1, 1}},
             Sizes{17, 2, 5, 1, three, {6, 3, 1, 1, 1, 1}},
             Sizes{3, 4, 6, 2, {8, 3, 2, 1, 1, 1}, {9, 2, 2, 0, 1, 1}},
             Sizes{2, 3, 3, 3, {6, 3, 1, 2, 0, 1}, {35, 5, 1, 2, 2, 1}},
             Sizes{2, 2, 4, 1, {9, 1, 2, 0, 0, 1}, {9, 1, 2, 0, 0, 1}},
             Sizes{1, 2, 3, 1, {11, 3, 3, 2, 1, 2}, {12, 2, 3, 1, 0, 3}},
             Sizes{20, 16, 17, 1, {4, 3, 1, 1, 1, 1}, {4, 3, 1, 1, 1, 1}},
             Sizes{2, 5, 33, 1, {3, 2, 1, 0, 0, 1}, {50, 4, 1, 1, 3, 1}},
             Sizes{0, 2, 3, 1, three, three},
         }) {
        convolution(s, 0);
        convolution(s, PAIRED);
    }
    auto same = [](int64_t size) { return Side{size, 3, 1, 1, 1, 1}; };
    for (const Sizes& s : {
             // Rows of whole vectors, of halves and quarters of one, and of any other width; alone and many together.
             Sizes{1, 2, 3, 1, same(4), same(64)},
             Sizes{2, 3, 9, 1, same(6), same(32)},
             Sizes{17, 5, 8, 1, same(16), same(16)},
             Sizes{19, 2, 17, 1, same(8), same(8)},
             Sizes{16, 3, 1, 1, same(4), same(4)},
             Sizes{1, 70, 33, 1, same(8), same(8)},
             Sizes{3, 17, 19, 1, same(7), same(15)},
             Sizes{18, 4, 5, 1, same(1), same(1)},
             Sizes{1, 1, 1, 1, same(3), same(99)},
             Sizes{2, 3, 4, 1, {9, 3, 1, 0, 0, 1}, {10, 3, 1, 2, 2, 1}},
             Sizes{20, 4, 3, 1, {5, 3, 1, 2, 0, 1}, {6, 3, 1, 0, 1, 1}},
             Sizes{0, 2, 3, 1, same(5), same(5)},
         }) {
        convolution(s, WINOGRAD);
    }
    refuses_by_winograd("taps of 5 x 3", {1, 2, 2, 1, {7, 5, 1, 1, 1, 1}, same(7)});
    refuses_by_winograd("a stride", {1, 2, 2, 1, same(7), {7, 3, 2, 1, 1, 1}});
    refuses_by_winograd("a dilation", {1, 2, 2, 1, same(7), {7, 3, 1, 2, 2, 2}});
    refuses_by_winograd("wide padding", {1, 2, 2, 1, {7, 3, 1, 3, 0, 1}, same(7)});
    refuses_by_winograd("groups", {1, 2, 2, 2, same(7), same(7)});
    max_pool({8, 2, 2, 0, 0, 1}, {9, 2, 2, 0, 0, 1}, 5);
    max_pool({5, 2, 2, 0, 0, 1}, {131, 2, 2, 0, 0, 1}, 3);
    max_pool({7, 3, 2, 1, 1, 1}, {6, 3, 2, 1, 1, 1}, 3);
    max_pool({9, 2, 1, 1, 0, 3}, {5, 3, 3, 2, 1, 2}, 2);
    max_pool({3, 1, 1, 0, 0, 1}, {40, 5, 2, 2, 2, 1}, 1);
    for (Norm kind : {Norm::PLAIN, Norm::RELU, Norm::ADDED_RELU}) {
        batch_norm(2, 3, 5, 0, kind);
        batch_norm(1, 1, 2, 0, kind);
        batch_norm(4, 17, 1, 1, kind);
        batch_norm(3, 2, 1031, 10, kind);
    }
}
