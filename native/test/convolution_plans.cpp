// Convolutions with their gradients.
#include "sample_plans.h"

using namespace format;

Sample convolution_plan(int64_t variant) {
    Sample sample{"convolutions", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(5);
    int64_t x = bench.input(numbers.reals(2 * 4 * 5 * 6)), weight = bench.input(numbers.reals(6 * 2 * 3 * 2));
    int64_t bias = bench.input(numbers.reals(6)), y = bench.result<float>(2 * 6 * 3 * 6), scratch = bench.scratch(1 << 17);
    std::vector<int64_t> sizes{2, 4, 6, 2, 5, 3, 3, 2, 1, 1, 6, 2, 6, 1, 1, 2};
    auto of = [&](Opcode opcode) { return static_cast<Opcode>(opcode + variant); };
    sample.plan = joined(
        {command(of(CONVOLUTION), joined({sizes, {x, weight, bias, y, scratch}})),
         command(of(CONVOLUTION_RELU), joined({sizes, {x, weight, NONE, y, scratch}})),
         command(of(CONVOLUTION_BY_INPUT), joined({sizes, {y, weight, NONE, bench.result<float>(240), scratch}})),
         command(of(CONVOLUTION_BY_INPUT_RELU), joined({sizes, {y, weight, NONE, bench.result<float>(240), scratch, x}})),
         command(of(CONVOLUTION_BY_WEIGHT), joined({sizes, {x, y, bench.result<float>(72), scratch}}))});
    return sample;
}
