#include "convolution_cases.h"

#include <algorithm>
#include <cmath>

#include "check.h"

using namespace format;

namespace {

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

// Weights [outputs, inputs, 3, 3] as [16, outputs, inputs] for Winograd's method, the outputs rounded up to eights: each as
// G w G' with the matrix G of its paper.
std::vector<float> transformed(const Sizes& s, const std::vector<float>& weight) {
    const double matrix[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
    int64_t rows = (s.outputs + 7) / 8 * 8;
    std::vector<float> result(static_cast<size_t>(16 * rows * s.inputs));
    for (int64_t pair = 0; pair < s.outputs * s.inputs; pair++) {
        for (int64_t place = 0; place < 16; place++) {
            double sum = 0;
            for (int64_t tap = 0; tap < 9; tap++) {
                sum += matrix[place / 4][tap / 3] * matrix[place % 4][tap % 3] * weight[static_cast<size_t>(9 * pair + tap)];
            }
            result[static_cast<size_t>(place * rows * s.inputs + pair)] = static_cast<float>(sum);
        }
    }
    return result;
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

}  // namespace

int64_t scratch_bytes(const Sizes& s, int64_t opcode) {
    int64_t most = 0;
    CHECK(baton_convolution_scratch(backend_of(BASELINE, 7), s.words().data(), opcode, &most) == 0, "no scratch: %s",
          baton_last_error());
    return most;
}

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
    bool is_transformed = variant == TRANSFORMED;
    int64_t px = bench.input(x), pw = bench.input(is_transformed ? transformed(s, weight) : weight), pb = bench.input(bias), pg = bench.input(gradient);
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
    if (is_transformed) return;
    expect("convolution by input", s, bench, variant + CONVOLUTION_BY_INPUT, {pg, pw, NONE}, bench.result<float>(x.size()), by_x,
           static_cast<double>(s.outputs / s.groups) * static_cast<double>(taps));
    std::vector<double> kept(by_x);
    for (size_t i = 0; i < kept.size(); i++) kept[i] = x[i] > 0 ? kept[i] : 0;
    expect("convolution by input with relu", s, bench, variant + CONVOLUTION_BY_INPUT_RELU, {pg, pw, NONE},
           bench.result<float>(x.size()), kept, static_cast<double>(s.outputs / s.groups) * static_cast<double>(taps), {px});
    expect("convolution by weight", s, bench, variant + CONVOLUTION_BY_WEIGHT, {px, pg}, bench.result<float>(weight.size()), by_weight,
           static_cast<double>(s.pictures * s.down.results() * s.across.results()));
}
