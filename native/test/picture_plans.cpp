// Those of pooling and batch normalization.
#include "sample_plans.h"

using namespace format;

Sample picture_plan() {
    Sample sample{"pictures", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(5);
    int64_t x = bench.input(numbers.reals(2 * 4 * 5 * 6)), y = bench.input(numbers.reals(2 * 6 * 3 * 6));
    int64_t index = bench.result<int32_t>(2 * 4 * 2 * 3), pooled = bench.result<float>(2 * 4 * 2 * 3);
    int64_t channel = bench.input(numbers.reals(6)), mean = bench.result<float>(6), deviation = bench.result<float>(6);
    sample.plan = joined(
        {command(MAX_POOL, {8, 5, 6, 3, 2, 2, 2, 1, 0, 1, 1, 2, 3, x, index, pooled}),
         command(MAX_POOL_BACKWARD, {8, 5, 6, 3, 2, 2, 2, 1, 0, 1, 1, 2, 3, pooled, index, bench.result<float>(240)}),
         command(BATCH_NORM, {2, 6, 18, bits_of_double(1e-5), y, channel, channel, mean, deviation, NONE,
                              bench.result<float>(216), NONE, NONE}),
         command(BATCH_NORM_BACKWARD, {2, 6, 18, 0, y, channel, NONE, mean, deviation, y, bench.result<float>(216),
                                       bench.result<float>(6), bench.result<float>(6)}),
         command(BATCH_NORM_RELU, {2, 6, 18, bits_of_double(1e-5), y, channel, channel, mean, deviation, NONE,
                                   bench.result<float>(216), NONE, NONE, y}),
         command(BATCH_NORM_RELU, {2, 6, 18, bits_of_double(1e-5), y, channel, channel, mean, deviation, NONE,
                                   bench.result<float>(216), NONE, NONE, NONE}),
         command(BATCH_NORM_RELU_BACKWARD, {2, 6, 18, 0, y, channel, NONE, mean, deviation, y, bench.result<float>(216),
                                            bench.result<float>(6), bench.result<float>(6), y})});
    return sample;
}
