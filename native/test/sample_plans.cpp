#include "sample_plans.h"

using namespace format;

namespace {

Sample pictures() {
    Sample sample{"pictures", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(5);
    int64_t x = bench.input(numbers.reals(2 * 4 * 5 * 6)), weight = bench.input(numbers.reals(6 * 2 * 3 * 2));
    std::vector<int64_t> sizes{2, 4, 6, 2, 5, 3, 3, 2, 1, 1, 6, 2, 6, 1, 1, 2};
    int64_t y = bench.result<float>(2 * 6 * 3 * 6), scratch = bench.scratch(1 << 17);
    int64_t index = bench.result<int32_t>(2 * 4 * 2 * 3), pooled = bench.result<float>(2 * 4 * 2 * 3);
    int64_t channel = bench.input(numbers.reals(6)), mean = bench.result<float>(6), deviation = bench.result<float>(6);
    sample.plan = joined(
        {command(CONVOLUTION, joined({sizes, {x, weight, channel, y, scratch}})),
         command(CONVOLUTION_RELU, joined({sizes, {x, weight, NONE, y, scratch}})),
         command(CONVOLUTION_BY_INPUT, joined({sizes, {y, weight, NONE, bench.result<float>(240), scratch}})),
         command(CONVOLUTION_BY_INPUT_RELU, joined({sizes, {y, weight, NONE, bench.result<float>(240), scratch, x}})),
         command(CONVOLUTION_BY_WEIGHT, joined({sizes, {x, y, bench.result<float>(72), scratch}})),
         command(MAX_POOL, {8, 5, 6, 3, 2, 2, 2, 1, 0, 1, 1, 2, 3, x, index, pooled}),
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

Sample attention() {
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

Sample recurrences() {
    Sample sample{"recurrences", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(6);
    constexpr int64_t N = 2, T = 3, H = 5;
    int64_t wide = bench.input(numbers.reals(N * T * 4 * H)), states = bench.input(numbers.reals(N * T * H));
    int64_t first = bench.input(numbers.reals(N * H)), weight = bench.place(VARIABLES, numbers.reals(H * 4 * H));
    int64_t outputs = bench.result<float>(N * T * H), cells = bench.result<float>(N * T * H);
    int64_t gates = bench.result<float>(N * T * 4 * H), by_hidden = bench.result<float>(N * H);
    int64_t by_cell = bench.result<float>(N * H), by_wide = bench.result<float>(N * T * 4 * H);
    int64_t scratch = bench.place(WORKSPACE, std::vector<float>(4 * H * H + 2 * N * (4 * H + 16)));
    sample.plan = joined(
        {command(LSTM, {N, T, H, 0, wide, first, first, weight, outputs, cells, gates, scratch}),
         command(LSTM_BACKWARD, {N, T, H, 1, wide, states, first, weight, states, NONE, by_wide, by_hidden, by_cell, scratch}),
         command(GRU, {N, T, H, 1, wide, first, weight, wide, outputs, gates, scratch}),
         command(GRU_BACKWARD, {N, T, H, 0, wide, states, weight, states, by_wide, gates, by_hidden, scratch})});
    return sample;
}

}  // namespace

std::vector<Sample> sample_plans() {
    std::vector<Sample> plans = primitive_plans();
    for (auto family : {training_plans, normalization_plans, rotary_plans}) {
        for (const Sample& sample : family()) plans.push_back(sample);
    }
    for (const Sample& sample : {pictures(), attention(), recurrences(), tiles(), Sample{"nothing", {}, {}}}) {
        plans.push_back(sample);
    }
    return plans;
}
