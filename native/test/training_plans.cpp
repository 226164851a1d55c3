#include "sample_plans.h"

using namespace format;

namespace {

Sample cross_entropy() {
    Sample sample{"cross-entropy", {}, {}};
    Bench& bench = sample.bench;
    int64_t logits = bench.input(Numbers(4).reals(6 * 5)), smoothing = bits_of_double(0.1);
    int64_t labels = bench.input(std::vector<int32_t>{0, 4, 2, -1, 5, 3});
    int64_t gradient = bench.place(CONSTANTS, std::vector<float>(6, 1.0f / 6)), sums = bench.result<float>(6);
    sample.plan = joined({command(CROSS_ENTROPY, {6, 5, smoothing, logits, labels, bench.result<float>(6), sums}),
                          command(CROSS_ENTROPY_BACKWARD,
                                  {6, 5, smoothing, logits, labels, sums, gradient, bench.result<float>(30)})});
    return sample;
}

Sample optimizers() {
    Sample sample{"optimizers", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(5);
    auto real = [](double value) { return bits_of_double(value); };
    int64_t finite = bench.place(WORKSPACE, std::vector<uint8_t>{0});
    int64_t rate = bench.input(std::vector<float>{0.01f}), correction = bench.input(std::vector<float>{0.1f});
    int64_t gradient = bench.input(numbers.reals(11)), weight = bench.place(VARIABLES, numbers.reals(11));
    int64_t mean = bench.place(VARIABLES, numbers.reals(11)), square = bench.place(VARIABLES, numbers.reals(11, 0, 1));
    int64_t apart = bench.place(WORKSPACE, numbers.reals(11));
    int64_t norms = bench.place(WORKSPACE, numbers.reals(2)), sums = bench.place(WORKSPACE, std::vector<int64_t>(2));
    sample.plan = joined(
        {command(ALL_FINITE, {finite, 2, gradient, 11, rate, 1}), command(NORMS, {norms, sums, 2, gradient, 11, rate, 1}),
         command(ADAM, {real(0.9), real(0.999), real(1e-8), real(0.01), 1, finite, rate, correction, correction, 1, 11,
                        gradient, weight, weight, mean, mean, square, square}),
         command(SGD, {real(0.9), 1, real(0), finite, rate, 1, 11, gradient, weight, apart, mean, mean}),
         command(SGD, {real(0), 0, real(0.1), finite, rate, 2, 11, gradient, weight, weight, NONE, NONE, 3, gradient,
                       weight, weight, NONE, NONE})});
    return sample;
}

}  // namespace

std::vector<Sample> training_plans() { return {cross_entropy(), optimizers()}; }
