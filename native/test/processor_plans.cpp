// Plans whose commands the processor's core cuts into tiles.
#include "sample_plans.h"

using namespace format;

namespace {

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

}  // namespace

std::vector<Sample> plans_of_this_core() { return {tiles()}; }
