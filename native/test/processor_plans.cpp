// Plans whose commands are the processor's alone.
#include "int8_cases.h"
#include "sample_plans.h"

using namespace format;

namespace {

Sample tiles() {
    Sample sample{"tiles", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(6);
    int64_t x = bench.input(numbers.reals(2 * 3 * 5 * 6)), weight = bench.input(numbers.reals(4 * 3 * 9));
    int64_t bias = bench.input(numbers.reals(4)), y = bench.result<float>(2 * 4 * 5 * 6), by_x = bench.result<float>(180);
    int64_t by_weight = bench.result<float>(4 * 3 * 9);
    int64_t scratch = bench.scratch(1 << 19);
    std::vector<int64_t> sizes{2, 3, 4, 1, 5, 3, 5, 1, 1, 1, 6, 3, 6, 1, 1, 1};
    int64_t transformed = bench.input(numbers.reals(16 * 8 * 3));
    auto of = [](Opcode opcode, int64_t variant = WINOGRAD) { return static_cast<Opcode>(opcode + variant); };
    sample.plan = joined({command(of(CONVOLUTION), joined({sizes, {x, weight, bias, y, scratch}})),
                          command(of(CONVOLUTION_RELU), joined({sizes, {x, weight, NONE, y, scratch}})),
                          command(of(CONVOLUTION_BY_INPUT), joined({sizes, {y, weight, NONE, by_x, scratch}})),
                          command(of(CONVOLUTION_BY_INPUT_RELU), joined({sizes, {y, weight, NONE, by_x, scratch, x}})),
                          command(of(CONVOLUTION_BY_WEIGHT), joined({sizes, {x, y, by_weight, scratch}})),
                          command(of(CONVOLUTION, TRANSFORMED), joined({sizes, {x, transformed, bias, y, scratch}})),
                          command(of(CONVOLUTION_RELU, TRANSFORMED), joined({sizes, {x, transformed, NONE, y, scratch}}))});
    return sample;
}

Sample caches() {
    Sample sample{"caches", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(8);
    // Two rows, two examples, two heads, three tokens, four positions, widths 2 and 3.
    std::vector<int64_t> sizes{2, 2, 2, 3, 4, 2, 3, bits_of_double(0.5)};
    int64_t q = bench.input(numbers.reals(24)), k = bench.input(numbers.reals(24)), v = bench.input(numbers.reals(36));
    int64_t keys = bench.input(numbers.reals(32)), values = bench.input(numbers.reals(48));
    int64_t keys_out = bench.result<float>(32), values_out = bench.result<float>(48), out = bench.result<float>(36);
    int64_t first = bench.input(std::vector<int32_t>{1, 3});
    std::vector<int64_t> places{q, 12, 4, 2, k, 12, 4, 2, v, 18, 6, 3}, result{out, 18, 6, 3};
    sample.plan = joined(
        {command(CACHED_ATTENTION, joined({sizes, places, {keys, keys_out, values, values_out, first}, result})),
         command(CACHED_ATTENTION, joined({sizes, places, {keys, keys, values, values, first}, result}))});
    return sample;
}

Sample bytes() {
    Sample sample{"bytes", {}, {}};
    Bench& bench = sample.bench;
    Int8Sizes sizes{2, 3, 5, {4, 3, 4, 1, 1}, {5, 3, 5, 1, 1}, -1};
    auto of = [](int64_t count) { return std::vector<int8_t>(static_cast<size_t>(count), 3); };
    int64_t x = bench.input(of(sizes.read())), weight = bench.input(of(sizes.weights())), y = bench.input(of(sizes.written()));
    int64_t scales = bench.input(Numbers(8).reals(5)), bias = bench.input(std::vector<int32_t>(5));
    int64_t half = bits_of_double(0.5), out = bench.result<float>(static_cast<size_t>(sizes.written()));
    sample.plan = joined(
        {command(INT8_PRODUCT, joined({sizes.words(), {GELU, 1, half, 2, 0, 0, x, weight, scales, bias, NONE, y}})),
         command(INT8_PRODUCT, joined({sizes.words(), {0, 0, 0, 0, half, 1, x, weight, scales, bias, y, out}}))});
    return sample;
}

}  // namespace

std::vector<Sample> plans_of_this_core() { return {tiles(), caches(), bytes()}; }
