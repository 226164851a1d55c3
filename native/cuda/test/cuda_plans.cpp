// Plans whose commands the CUDA core cuts in its own way, and of products of bfloat16, which it has everywhere.
#include "sample_plans.h"

using namespace format;

namespace {

Sample long_rows() {
    Sample sample{"long rows", {}, {}};
    Bench& bench = sample.bench;
    int64_t x = bench.input(Numbers(3).reals(60)), row = bench.input(Numbers(5).reals(300));
    int64_t finite = bench.place(WORKSPACE, std::vector<uint8_t>{0});
    int64_t norms = bench.result<float>(2), sums = bench.place(WORKSPACE, std::vector<int64_t>(2));
    sample.plan = joined({command(REDUCE, {SUM, 1, 150, 2, row, bench.result<float>(2)}),
                          command(ALL_FINITE, {finite, 2, x, 11, row, 1}),
                          command(NORMS, {norms, sums, 2, x, 60, row, 300})});
    return sample;
}

Sample rounded_matmul() {
    Sample sample{"a matrix product of bfloat16", {}, {}};
    Bench& bench = sample.bench;
    int64_t a = bench.input(Numbers(2).reals(2 * 5 * 3)), b = bench.input(Numbers(3).reals(3 * 9));
    int64_t c = bench.result<float>(90);
    sample.plan = command(static_cast<Opcode>(MATMUL + PAIRED), {2, 5, 9, 3, 0, 1, a, 3, 15, b, 3, 0, c, 0});
    return sample;
}

}  // namespace

std::vector<Sample> plans_of_this_core() { return {long_rows(), convolution_plan(PAIRED), rounded_matmul()}; }
