// Those of recurrences.
#include "sample_plans.h"

using namespace format;

Sample recurrent_plan() {
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
