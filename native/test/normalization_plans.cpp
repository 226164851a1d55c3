#include "sample_plans.h"

using namespace format;

namespace {

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

}  // namespace

std::vector<Sample> normalization_plans() { return {normalization()}; }
