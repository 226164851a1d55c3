// Convolutions and their gradients by Winograd's method, against loops in double.
#include <cmath>
#include <cstring>

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
    }
    refuses_by_winograd("taps of 5 x 3", {1, 2, 2, 1, {7, 5, 1, 1, 1, 1}, same(7)});
    refuses_by_winograd("a stride", {1, 2, 2, 1, same(7), {7, 3, 2, 1, 1, 1}});
    refuses_by_winograd("a dilation", {1, 2, 2, 1, same(7), {7, 3, 1, 2, 2, 2}});
    refuses_by_winograd("wide padding", {1, 2, 2, 1, {7, 3, 1, 3, 0, 1}, same(7)});
    refuses_by_winograd("groups", {1, 2, 2, 2, same(7), same(7)});
}
