// Rotary embedding against loops in double.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

void rotary(int64_t outer, int64_t positions, int64_t inner, int64_t width, bool neighbours, bool back) {
    size_t all = static_cast<size_t>(outer * positions * inner * width);
    std::vector<float> x = Numbers(all).reals(all);
    std::vector<double> right(all);
    for (size_t i = 0; i < all; i++) {
        int64_t column = static_cast<int64_t>(i) % width, half = width / 2;
        int64_t t = static_cast<int64_t>(i) / (inner * width) % positions;
        int64_t pair = neighbours ? column / 2 : column % half;
        bool second = neighbours ? column % 2 == 1 : column >= half;
        size_t partner = second ? i - static_cast<size_t>(neighbours ? 1 : half) : i + static_cast<size_t>(neighbours ? 1 : half);
        double angle = (back ? -1 : 1) * static_cast<double>(t) * std::pow(100.0, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
        right[i] = x[i] * std::cos(angle) + (second ? 1 : -1) * x[partner] * std::sin(angle);
    }
    Bench bench;
    int64_t in = bench.input(x), out = bench.result<float>(all);
    bench.run_everywhere("rotary embedding",
                         command(ROTARY, {outer, positions, inner, width, bits_of_double(100), neighbours ? 1 : 0,
                                          back ? 1 : 0, in, out}),
                         [&](const char* isa) {
        std::vector<float> got = bench.at<float>(out, all);
        size_t wrong = 0;
        for (size_t i = 0; i < all; i++) wrong += !near(got[i], right[i], 2, 5e-7);
        CHECK(wrong == 0, "rotary embedding of %lld positions on %s: %zu are wrong", static_cast<long long>(positions), isa, wrong);
    });
}

}  // namespace

void test_rotary() {
    for (bool neighbours : {false, true}) {
        for (bool back : {false, true}) {
            rotary(1, 1, 1, 2, neighbours, back);
            rotary(3, 67, 2, 6, neighbours, back);
            rotary(2, 9, 4, 64, neighbours, back);
            rotary(1, 1, 37, 10, neighbours, back);
            rotary(5, 300, 1, 2, neighbours, back);
            rotary(0, 5, 3, 4, neighbours, back);
            rotary(2, 0, 3, 4, neighbours, back);
            rotary(2, 1LL << 39, 0, 4, neighbours, back);
        }
    }
}
