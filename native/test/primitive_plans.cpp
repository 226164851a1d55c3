// Those of primitives and of sums among members, which every core runs.
#include <cmath>

#include "sample_plans.h"

using namespace format;

namespace {

Sample elementwise() {
    Sample sample{"elementwise", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(1);
    Region region({3, 5, 7});
    int64_t x = region.operand(bench.place(WORKSPACE, numbers.reals(105)), F32);
    int64_t bias = region.operand(bench.place(VARIABLES, numbers.reals(7)), F32, {0, 0, 1});
    int64_t turned = region.operand(bench.place(CONSTANTS, std::vector<int32_t>(105, 3)), I32, {1, 3, 15});
    int64_t seed = region.operand(bench.input(std::vector<int64_t>{4}), I64, {0, 0, 0});
    int64_t step = region.operand(bench.input(std::vector<int64_t>{5}), I64, {0, 0, 0});
    int64_t sum = region.instruction(ADD, F32, x, bias);
    int64_t random = region.instruction(UNIFORM, F32, seed, step, NONE, 9);
    int64_t less = region.instruction(LESS, BOOL, random, region.number(F32, 0.5));
    int64_t real = region.instruction(CAST, F32, turned);
    int64_t y = region.instruction(SELECT, F32, less, sum, region.instruction(EXP, F32, real));
    region.output(y, bench.place(OUTPUTS, std::vector<float>(105)), F32);
    region.output(less, bench.place(OUTPUTS, std::vector<uint8_t>(105)), BOOL);
    sample.plan = command(region);
    return sample;
}

Sample scalar() {
    Sample sample{"a scalar", {}, {}};
    Region region({});
    int64_t x = region.operand(sample.bench.place(VARIABLES, std::vector<int64_t>{7}), I64);
    region.output(region.instruction(NEG, I64, x), sample.bench.place(OUTPUTS, std::vector<int64_t>(1)), I64);
    sample.plan = command(region);
    return sample;
}

Sample matmul() {
    Sample sample{"a matrix product", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(2);
    int64_t a = bench.input(numbers.reals(2 * 5 * 3)), b = bench.place(VARIABLES, numbers.reals(3 * 9));
    Region region({2, 5, 9});
    int64_t product = region.operand(NONE, F32);
    int64_t bias = region.operand(bench.place(VARIABLES, numbers.reals(9)), F32, {0, 0, 1});
    int64_t sum = region.instruction(ADD, F32, product, bias);
    int64_t fused = bench.place(WORKSPACE, std::vector<float>(90)), plain = bench.place(OUTPUTS, std::vector<float>(90));
    region.output(region.instruction(RELU, F32, sum), fused, F32);
    sample.plan = joined({command(MATMUL, joined({{2, 5, 9, 3, 0, 1, a, 3, 15, b, 3, 0, NONE, 1}, region.words()})),
                          command(MATMUL, {2, 5, 9, 3, 1, 0, a, 5, 15, b, 9, 0, plain, 0}),
                          // Large enough for its right factor to be turned around first.
                          command(MATMUL, {1, 64, 16, 16, 0, 1, bench.input(numbers.reals(64 * 16)), 16, 0,
                                           bench.input(numbers.reals(16 * 16)), 16, 0, bench.result<float>(64 * 16), 0})});
    return sample;
}

Sample movements() {
    Sample sample{"movements", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(4);
    int64_t x = bench.input(numbers.reals(60)), indices = bench.input(std::vector<int32_t>{3, 0, -1, 9, 3});
    int64_t gathered = bench.result<float>(20);
    sample.plan = joined({command(PAD, {F32, 2, 5, 4, 1, 0, 2, 3, bits_of_double(0.5), x, bench.result<float>(56)}),
                          command(CONCAT, {F32, 3, bench.result<float>(27), 2, 5, x, 4, x}),
                          command(FOLD, {2, 2, 5, 2, 3, 2, 1, 3, 2, 2, 1, 1, x, bench.result<float>(30)}),
                          command(GATHER, {F32, bits_of_double(NAN), 5, 4, 5, x, indices, gathered}),
                          command(SCATTER_ADD, {7, 4, 5, indices, gathered, bench.result<float>(28)})});
    return sample;
}

Sample reductions() {
    Sample sample{"reductions", {}, {}};
    Bench& bench = sample.bench;
    int64_t x = bench.input(Numbers(3).reals(60)), truths = bench.input(std::vector<uint8_t>(60, 1));
    sample.plan = joined({command(REDUCE, {SUM, 3, 5, 4, x, bench.result<float>(12)}),
                          command(REDUCE, {SUM, 12, 5, 1, x, bench.result<float>(12)}),
                          command(REDUCE, {LARGEST, 3, 4, 5, x, bench.result<float>(15)}),
                          command(REDUCE, {ALL, 3, 4, 5, truths, bench.result<uint8_t>(15)}),
                          command(REDUCE, {ARGMAX, 6, 10, 1, x, bench.result<int32_t>(6)})});
    return sample;
}

// In a group of one.
Sample sums() {
    Sample sample{"sums among members", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(8);
    int64_t x = bench.input(numbers.reals(11)), y = bench.place(VARIABLES, numbers.reals(1030));
    sample.plan = joined({command(ALL_REDUCE, {3, x, bench.result<float>(11), 11, y, y, 1030, x, x, 0}),
                          command(ALL_REDUCE, {0})});
    return sample;
}

}  // namespace

std::vector<Sample> primitive_plans() { return {elementwise(), scalar(), matmul(), movements(), reductions(), sums()}; }
