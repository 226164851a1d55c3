// Convolutions and their gradients by Winograd's method, against loops in double.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "check.h"
#include "convolution_cases.h"

using namespace format;

namespace {

// A side whose results are as many as its elements.
Side same(int64_t size) { return {size, 3, 1, 1, 1, 1}; }

void refuses_by_winograd(const char* name, const Sizes& s) {
    for (int64_t opcode : {CONVOLUTION, CONVOLUTION_BY_INPUT, CONVOLUTION_BY_WEIGHT}) {
        int64_t bytes = 0;
        int32_t status = baton_convolution_scratch(backend_of(BASELINE, 1), s.words().data(), opcode + WINOGRAD, &bytes);
        CHECK(status != 0 && std::strstr(baton_last_error(), "Winograd") != nullptr, "Winograd's method took %s", name);
    }
}

// Elements at one place and gradients at four belong to four taps: the gradients of the others are 0 to the last bit, as an
// optimizer may divide by how large they are. What is no number is not taken for an error of rounding.
void tells_nothing_from_errors() {
    const Sizes s{40, 20, 35, 1, same(6), same(6)};
    const size_t planes = 40 * 20, results = 40 * 35, picture = 36, taps = 35 * 20 * 9;
    for (bool finite : {true, false}) {
        Numbers numbers(17);
        std::vector<float> x(planes * picture, 0), gradient(results * picture, 0);
        std::vector<float> elements = numbers.reals(planes, -1, 1), slopes = numbers.reals(4 * results, -1, 1);
        for (size_t i = 0; i < planes; i++) x[i * picture + 3 * 6 + 3] = elements[i];
        for (size_t i = 0; i < 4 * results; i++) {
            gradient[i / 4 * picture + (2 + i / 2 % 2) * 6 + 2 + i % 2] = finite ? slopes[i] : NAN;
        }
        Bench bench;
        int64_t px = bench.input(x), pg = bench.input(gradient), out = bench.result<float>(taps);
        int64_t scratch = bench.scratch(static_cast<size_t>(scratch_bytes(s, CONVOLUTION_BY_WEIGHT + WINOGRAD)));
        auto words = command(static_cast<Opcode>(CONVOLUTION_BY_WEIGHT + WINOGRAD), joined({s.words(), {px, pg, out, scratch}}));
        bench.run_everywhere("gradients of four taps", words, [&](const char* isa) {
            std::vector<float> got = bench.at<float>(out, taps);
            size_t wrong = 0;
            for (size_t i = 0; i < taps; i++) {
                bool seen = i % 9 / 3 > 0 && i % 3 > 0;
                wrong += finite ? (got[i] != 0) != seen : seen && !std::isnan(got[i]);
            }
            CHECK(wrong == 0, "gradients of four taps%s on %s: %zu are wrong", finite ? "" : " without numbers", isa, wrong);
        });
    }
}

// A convolution in the words of F(2x2, 3x3) with factors that are rounded after they were transformed: pictures [n, c, h, w]
// and taps(output, input, number) to results [n, o, rows, columns], the elements before the first one padding.
std::vector<double> by_rounded_tiles(const std::vector<float>& x, int64_t pictures, int64_t inputs, int64_t height, int64_t width,
                                     int64_t before_down, int64_t before_across, int64_t outputs, int64_t rows, int64_t columns,
                                     const std::function<float(int64_t, int64_t, int64_t)>& taps) {
    const float of_elements[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
    const float of_taps[4][3] = {{1, 0, 0}, {0.5f, 0.5f, 0.5f}, {0.5f, -0.5f, 0.5f}, {0, 0, 1}};
    const double of_results[2][4] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
    std::vector<float> weights(static_cast<size_t>(outputs * inputs * 16));
    for (int64_t pair = 0; pair < outputs * inputs; pair++) {
        for (int64_t place = 0; place < 16; place++) {
            float sum = 0;
            for (int64_t t = 0; t < 9; t++) {
                sum += of_taps[place / 4][t / 3] * of_taps[place % 4][t % 3] * taps(pair / inputs, pair % inputs, t);
            }
            weights[static_cast<size_t>(pair * 16 + place)] = rounded_to_bfloat16(sum);
        }
    }
    std::vector<double> results(static_cast<size_t>(pictures * outputs * rows * columns));
    for (int64_t tile = 0; tile < pictures * ((rows + 1) / 2) * ((columns + 1) / 2); tile++) {
        int64_t picture = tile / ((rows + 1) / 2) / ((columns + 1) / 2);
        int64_t top = tile / ((columns + 1) / 2) % ((rows + 1) / 2) * 2, left = tile % ((columns + 1) / 2) * 2;
        std::vector<float> elements(static_cast<size_t>(inputs * 16));
        for (int64_t i = 0; i < inputs * 16; i++) {
            float sum = 0;
            for (int64_t e = 0; e < 16; e++) {
                int64_t y = top + e / 4 - before_down, z = left + e % 4 - before_across;
                if (y >= 0 && y < height && z >= 0 && z < width) {
                    size_t at = static_cast<size_t>(((picture * inputs + i / 16) * height + y) * width + z);
                    sum += of_elements[i % 16 / 4][e / 4] * of_elements[i % 4][e % 4] * x[at];
                }
            }
            elements[static_cast<size_t>(i)] = rounded_to_bfloat16(sum);
        }
        for (int64_t output = 0; output < outputs; output++) {
            double products[16] = {};
            for (int64_t i = 0; i < inputs * 16; i++) {
                products[i % 16] += static_cast<double>(elements[static_cast<size_t>(i)]) *
                                    static_cast<double>(weights[static_cast<size_t>(output * inputs * 16 + i)]);
            }
            for (int64_t r = 0; r < 4; r++) {
                int64_t y = top + r / 2, z = left + r % 2;
                double sum = 0;
                for (int64_t p = 0; p < 16; p++) sum += of_results[r / 2][p / 4] * of_results[r % 2][p % 4] * products[p];
                if (y < rows && z < columns) {
                    results[static_cast<size_t>(((picture * outputs + output) * rows + y) * columns + z)] = sum;
                }
            }
        }
    }
    return results;
}

// Elements and weights are quarters, so that transforming them rounds nothing and only one way to round to bfloat16 is left.
void rounds_what_it_transforms(const Sizes& s) {
    Numbers numbers(static_cast<uint64_t>(s.inputs * 100 + s.outputs));
    auto quarters = [&](int64_t count) {
        std::vector<float> all = numbers.reals(static_cast<size_t>(count), -200, 200);
        for (float& value : all) value = std::nearbyint(value) / 4;
        return all;
    };
    const int64_t rows = s.down.results(), columns = s.across.results();
    std::vector<float> x = quarters(s.pictures * s.inputs * s.down.size * s.across.size), weight = quarters(s.outputs * s.inputs * 9);
    std::vector<float> gradient = quarters(s.pictures * s.outputs * rows * columns), bias = quarters(s.outputs);
    auto tap = [&](int64_t output, int64_t input, int64_t number) {
        return weight[static_cast<size_t>((output * s.inputs + input) * 9 + number)];
    };
    std::vector<double> y = by_rounded_tiles(x, s.pictures, s.inputs, s.down.size, s.across.size, s.down.before, s.across.before,
                                             s.outputs, rows, columns, tap);
    std::vector<double> rectified(y);
    for (size_t i = 0; i < y.size(); i++) {
        double shift = bias[i / static_cast<size_t>(rows * columns) % static_cast<size_t>(s.outputs)];
        rectified[i] = std::max(y[i] + shift, 0.0);
    }
    std::vector<double> by_x =
        by_rounded_tiles(gradient, s.pictures, s.outputs, rows, columns, 2 - s.down.before, 2 - s.across.before, s.inputs,
                         s.down.size, s.across.size, [&](int64_t output, int64_t input, int64_t t) { return tap(input, output, 8 - t); });
    std::vector<double> kept(by_x);
    for (size_t i = 0; i < kept.size(); i++) kept[i] = x[i] > 0 ? by_x[i] : 0;
    Bench bench;
    int64_t px = bench.input(x), pw = bench.input(weight), pb = bench.input(bias), pg = bench.input(gradient);
    auto expect = [&](const char* name, Opcode opcode, std::vector<int64_t> places, const std::vector<double>& right,
                      std::vector<int64_t> after = {}) {
        int64_t out = bench.result<float>(right.size());
        int64_t scratch = bench.scratch(static_cast<size_t>(scratch_bytes(s, opcode + WINOGRAD_PAIRED)));
        places.insert(places.end(), {out, scratch});
        auto words = command(static_cast<Opcode>(opcode + WINOGRAD_PAIRED), joined({s.words(), places, after}));
        bench.run_everywhere(name, words, [&](const char* isa) {
            std::vector<float> got = bench.at<float>(out, right.size());
            size_t wrong = 0;
            // Sums of float32, of numbers of some thousands.
            for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 4, 0.02 * std::sqrt(s.inputs + s.outputs));
            CHECK(wrong == 0, "%s of rounded tiles [%lld, %lld, %lld, %lld] on %s: %zu of %zu are wrong", name,
                  static_cast<long long>(s.pictures), static_cast<long long>(s.inputs), static_cast<long long>(s.down.size),
                  static_cast<long long>(s.across.size), isa, wrong, right.size());
        });
    };
    expect("convolution", CONVOLUTION, {px, pw, NONE}, y);
    expect("convolution with bias and relu", CONVOLUTION_RELU, {px, pw, pb}, rectified);
    expect("convolution by input", CONVOLUTION_BY_INPUT, {pg, pw, NONE}, by_x);
    expect("convolution by input with relu", CONVOLUTION_BY_INPUT_RELU, {pg, pw, NONE}, kept, {px});
}

}  // namespace

void test_winograd() {
    tells_nothing_from_errors();
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
             // Bands of one picture, the last of which is lower, and rows of more tiles than are computed at once.
             Sizes{1, 3, 20, 1, same(37), same(16)},
             Sizes{2, 2, 3, 1, same(5), same(200)},
             // Several blocks of channels, and several parts of the pictures whose sums are added up.
             Sizes{2, 67, 130, 1, same(9), same(7)},
             Sizes{40, 20, 35, 1, same(13), same(12)},
             Sizes{1, 18, 66, 1, same(50), same(46)},
         }) {
        convolution(s, WINOGRAD);
        convolution(s, TRANSFORMED);
        rounds_what_it_transforms(s);
    }
    refuses_by_winograd("taps of 5 x 3", {1, 2, 2, 1, {7, 5, 1, 1, 1, 1}, same(7)});
    refuses_by_winograd("a stride", {1, 2, 2, 1, same(7), {7, 3, 2, 1, 1, 1}});
    refuses_by_winograd("a dilation", {1, 2, 2, 1, same(7), {7, 3, 1, 2, 2, 2}});
    refuses_by_winograd("wide padding", {1, 2, 2, 1, {7, 3, 1, 3, 0, 1}, same(7)});
    refuses_by_winograd("groups", {1, 2, 2, 2, same(7), same(7)});
}
