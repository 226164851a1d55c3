// Products of a library whose matrix units read float32 with 10 bits of the mantissa: as far from the right ones as that makes
// them, and no farther. Convolutions are such products too.
#include <cmath>
#include <string>

#include "bench.h"
#include "check.h"
#include "side.h"

using namespace format;

namespace {

constexpr double READ = 0x1p-10;  // how far off a factor may be, whichever way it is cut

struct Sum {
    double value = 0, magnitudes = 0;
    void add(float x, float y) {
        value += static_cast<double>(x) * y;
        magnitudes += std::fabs(static_cast<double>(x) * y);
    }
};

// The plan's only result, on a backend with such products.
void check(const char* what, const std::string& products, Bench& bench, const std::vector<int64_t>& plan, int64_t result,
           const std::vector<Sum>& right) {
    baton_backend* backend = backend_of(products.c_str(), 1);
    CHECK(backend != nullptr && bench.run(backend, plan) == 0, "%s: %s", what, baton_last_error());
    std::vector<float> got = bench.at<float>(result, right.size());
    size_t wrong = 0;
    double farthest = 0;
    for (size_t i = 0; i < got.size(); i++) {
        double off = std::fabs(got[i] - right[i].value) / right[i].magnitudes;
        wrong += !(off <= 2 * READ);
        farthest = std::max(farthest, off);
    }
    CHECK(wrong == 0, "%s: %zu of %zu are wrong", what, wrong, got.size());
    CHECK(farthest > 0x1p-20, "%s: float32 was read as it is, %g", what, farthest);
}

void product(const std::string& products) {
    constexpr int64_t M = 40, N = 24, K = 56;
    Numbers numbers(5);
    std::vector<float> a = numbers.reals(M * K), b = numbers.reals(K * N);
    std::vector<Sum> right(M * N);
    for (int64_t i = 0; i < M * N; i++) {
        for (int64_t k = 0; k < K; k++) {
            right[static_cast<size_t>(i)].add(a[static_cast<size_t>(i / N * K + k)], b[static_cast<size_t>(k * N + i % N)]);
        }
    }
    Bench bench;
    int64_t pa = bench.input(a), pb = bench.input(b), c = bench.result<float>(right.size());
    check("a product in TF32", products, bench, command(MATMUL, {1, M, N, K, 0, 0, pa, K, 0, pb, N, 0, c, 0}), c, right);
}

void pointwise_convolution(const std::string& products) {
    constexpr int64_t PICTURES = 3, INPUTS = 16, OUTPUTS = 8, SIZE = 4, PLACES = SIZE * SIZE;
    Numbers numbers(6);
    std::vector<float> x = numbers.reals(PICTURES * INPUTS * PLACES), weight = numbers.reals(OUTPUTS * INPUTS);
    std::vector<Sum> right(PICTURES * OUTPUTS * PLACES);
    for (int64_t i = 0; i < PICTURES * OUTPUTS * PLACES; i++) {
        int64_t picture = i / PLACES / OUTPUTS, output = i / PLACES % OUTPUTS, place = i % PLACES;
        for (int64_t input = 0; input < INPUTS; input++) {
            right[static_cast<size_t>(i)].add(x[static_cast<size_t>((picture * INPUTS + input) * PLACES + place)],
                                              weight[static_cast<size_t>(output * INPUTS + input)]);
        }
    }
    Bench bench;
    int64_t px = bench.input(x), pw = bench.input(weight), out = bench.result<float>(right.size());
    std::vector<int64_t> side{SIZE, 1, SIZE, 1, 0, 1};
    check("a convolution in TF32", products, bench,
          command(CONVOLUTION, joined({{PICTURES, INPUTS, OUTPUTS, 1}, side, side, {px, pw, NONE, out, bench.scratch(0)}})), out,
          right);
}

}  // namespace

void test_library() {
    std::string best = baton_backend_isa(backend_of(BASELINE, 1));
    if (best.size() == 4) {
        std::printf("not tested here: cuBLASLt, which is not installed\n");
        return;
    }
    product(best + "+tf32");
    pointwise_convolution(best + "+tf32");
}
