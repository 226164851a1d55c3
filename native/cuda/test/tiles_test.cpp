// Products and convolutions so large that their tiles are large, and sums that are cut into parts.
#include "check.h"
#include "convolution_cases.h"

using namespace format;

namespace {

// The first rows of a product alone, which small tiles compute, have the same bits.
void rows_alone(int64_t variant) {
    constexpr int64_t M = 513, N = 515, K = 7, FEW = 3;
    Bench bench;
    int64_t a = bench.input(Numbers(1).reals(M * K)), b = bench.input(Numbers(2).reals(K * N));
    int64_t all = bench.result<float>(M * N), alone = bench.result<float>(FEW * N);
    auto product = [&](int64_t rows, int64_t c) {
        return command(static_cast<Opcode>(MATMUL + variant), {1, rows, N, K, 0, 0, a, K, 0, b, N, 0, c, 0});
    };
    bench.run_everywhere("rows of a product", joined({product(M, all), product(FEW, alone)}), [&](const char* isa) {
        CHECK(bench.at<float>(all, FEW * N) == bench.at<float>(alone, FEW * N), "rows alone have other bits on %s", isa);
    });
}

// The same of a convolution's first picture, and of its gradient by the input.
void picture_alone(int64_t variant) {
    constexpr int64_t MANY = 150;
    auto sizes = [](int64_t pictures) {
        return Sizes{pictures, 9, 10, 1, {29, 3, 2, 1, 1, 1}, {31, 2, 1, 1, 0, 1}}.words();
    };
    constexpr size_t INPUT = 9 * 29 * 31, RESULT = 10 * 15 * 31;
    Bench bench;
    int64_t x = bench.input(Numbers(1).reals(MANY * INPUT)), y = bench.input(Numbers(2).reals(MANY * RESULT));
    int64_t weight = bench.input(Numbers(3).reals(9 * 10 * 6)), scratch = bench.scratch(0);
    for (Opcode opcode : {CONVOLUTION, CONVOLUTION_BY_INPUT}) {
        size_t count = opcode == CONVOLUTION ? RESULT : INPUT;
        int64_t in = opcode == CONVOLUTION ? x : y;
        int64_t all = bench.result<float>(MANY * count), alone = bench.result<float>(count);
        Opcode whole = static_cast<Opcode>(opcode + variant);
        bench.run_everywhere("a picture of many",
                             joined({command(whole, joined({sizes(MANY), {in, weight, NONE, all, scratch}})),
                                     command(whole, joined({sizes(1), {in, weight, NONE, alone, scratch}}))}),
                             [&](const char* isa) {
            CHECK(bench.at<float>(all, count) == bench.at<float>(alone, count), "a picture alone has other bits on %s", isa);
        });
    }
}

}  // namespace

void test_tiles() {
    for (int64_t variant : {int64_t(0), PAIRED}) {
        rows_alone(variant);
        picture_alone(variant);
        convolution({40, 1, 33, 1, {29, 3, 1, 1, 1, 1}, {31, 1, 1, 0, 0, 1}}, variant);
        convolution({90, 9, 2, 1, {29, 3, 2, 1, 1, 1}, {31, 2, 3, 1, 0, 2}}, variant);
    }
}
