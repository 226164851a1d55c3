#include "sample_plans.h"

using namespace format;

Sample attention_plan() {
    Sample sample{"attention", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(7);
    int64_t scale = bits_of_double(0.5);
    // Two examples, two heads, three queries, four keys; queries, keys and values of widths 2, 2 and 3.
    std::vector<int64_t> sizes{2, 2, 3, 4, 2, 3};
    int64_t q = bench.input(numbers.reals(24)), k = bench.input(numbers.reals(32)), v = bench.input(numbers.reals(48));
    int64_t mask = bench.input(std::vector<uint8_t>{1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0});
    int64_t lengths = bench.input(std::vector<int32_t>{4, 2}), sums = bench.result<float>(12), out = bench.result<float>(36);
    int64_t by_q = bench.result<float>(24), by_k = bench.result<float>(32), by_v = bench.result<float>(48);
    std::vector<int64_t> places{q, 12, 4, 2, k, 16, 4, 2, v, 24, 6, 3}, result{out, 18, 6, 3};
    std::vector<int64_t> masked{mask, 0, 0, 4, lengths}, open{NONE, 0, 0, 0, NONE};
    std::vector<int64_t> slopes{by_q, 12, 4, 2, by_k, 16, 4, 2, by_v, 24, 6, 3};
    sample.plan = joined(
        {command(ATTENTION, joined({sizes, {1, scale}, places, masked, result, {sums}})),
         command(ATTENTION_BACKWARD, joined({sizes, {1, scale}, places, masked, result, {sums}, result, slopes})),
         command(ATTENTION, joined({sizes, {0, scale}, places, open, result, {sums}}))});
    return sample;
}
