#include "sample_plans.h"

using namespace format;

namespace {

// Convolutions by Winograd's method.
Sample tiles() {
    Sample sample{"tiles", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(6);
    int64_t x = bench.input(numbers.reals(2 * 3 * 5 * 6)), weight = bench.input(numbers.reals(4 * 3 * 9));
    int64_t bias = bench.input(numbers.reals(4)), y = bench.result<float>(2 * 4 * 5 * 6), by_x = bench.result<float>(180);
    int64_t scratch = bench.scratch(1 << 17);
    std::vector<int64_t> sizes{2, 3, 4, 1, 5, 3, 5, 1, 1, 1, 6, 3, 6, 1, 1, 1};
    auto of = [](Opcode opcode) { return static_cast<Opcode>(opcode + WINOGRAD); };
    sample.plan = joined({command(of(CONVOLUTION), joined({sizes, {x, weight, bias, y, scratch}})),
                          command(of(CONVOLUTION_RELU), joined({sizes, {x, weight, NONE, y, scratch}})),
                          command(of(CONVOLUTION_BY_INPUT), joined({sizes, {y, weight, NONE, by_x, scratch}})),
                          command(of(CONVOLUTION_BY_INPUT_RELU), joined({sizes, {y, weight, NONE, by_x, scratch, x}}))});
    return sample;
}

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

Sample normalization() {
    Sample sample{"normalization", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(6);
    int64_t x = bench.input(numbers.reals(60)), weight = bench.place(VARIABLES, numbers.reals(5)), epsilon = bits_of_double(1e-5);
    int64_t bias = bench.place(VARIABLES, numbers.reals(5)), y = bench.result<float>(60), mean = bench.result<float>(12);
    int64_t inverse = bench.result<float>(12), sums = bench.place(WORKSPACE, std::vector<int64_t>(64 * 5));
    int64_t by_x = bench.result<float>(60), by_weight = bench.result<float>(5), by_bias = bench.result<float>(5);
    sample.plan = joined(
        {command(NORM, {12, 5, epsilon, x, weight, bias, y, mean, inverse}),
         command(NORM_BACKWARD, {12, 5, x, mean, inverse, y, weight, by_x, by_weight, by_bias, sums}),
         command(NORM, {12, 5, epsilon, x, NONE, NONE, y, NONE, inverse}),
         command(NORM_BACKWARD, {12, 5, x, NONE, inverse, y, NONE, by_x, NONE, NONE, NONE}),
         command(SOFTMAX, {0, 12, 5, 1, x, y}), command(SOFTMAX_BACKWARD, {0, 12, 5, 1, y, x, by_x}),
         command(SOFTMAX, {1, 3, 5, 4, x, y}), command(SOFTMAX_BACKWARD, {1, 3, 5, 4, y, x, by_x})});
    return sample;
}

Sample rotary() {
    Sample sample{"rotary embedding", {}, {}};
    Bench& bench = sample.bench;
    int64_t x = bench.input(Numbers(7).reals(24)), y = bench.result<float>(24);
    sample.plan = command(ROTARY, {2, 3, 2, 2, bits_of_double(10), 1, 0, x, y});
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

std::vector<Sample> sample_plans() {
    std::vector<Sample> plans = primitive_plans();
    for (const Sample& sample : {cross_entropy(), optimizers(), convolution_plan(0), picture_plan(), normalization(),
                                 attention_plan(), rotary(), recurrent_plan(), tiles(), Sample{"nothing", {}, {}}}) {
        plans.push_back(sample);
    }
    return plans;
}
