#include "sample_plans.h"

#include <cmath>

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
                          command(MATMUL, {2, 5, 9, 3, 1, 0, a, 5, 15, b, 9, 0, plain, 0})});
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

Sample cross_entropy() {
    Sample sample{"cross-entropy", {}, {}};
    Bench& bench = sample.bench;
    int64_t logits = bench.input(Numbers(4).reals(6 * 5)), smoothing = bits_of_double(0.1);
    int64_t labels = bench.input(std::vector<int32_t>{0, 4, 2, -1, 5, 3});
    int64_t gradient = bench.place(CONSTANTS, std::vector<float>(6, 1.0f / 6)), sums = bench.result<float>(6);
    sample.plan = joined({command(CROSS_ENTROPY, {6, 5, smoothing, logits, labels, bench.result<float>(6), sums}),
                          command(CROSS_ENTROPY_BACKWARD,
                                  {6, 5, smoothing, logits, labels, sums, gradient, bench.result<float>(30)})});
    return sample;
}

Sample optimizers() {
    Sample sample{"optimizers", {}, {}};
    Bench& bench = sample.bench;
    Numbers numbers(5);
    auto real = [](double value) { return bits_of_double(value); };
    int64_t finite = bench.place(WORKSPACE, std::vector<uint8_t>{0});
    int64_t rate = bench.input(std::vector<float>{0.01f}), correction = bench.input(std::vector<float>{0.1f});
    int64_t gradient = bench.input(numbers.reals(11)), weight = bench.place(VARIABLES, numbers.reals(11));
    int64_t mean = bench.place(VARIABLES, numbers.reals(11)), square = bench.place(VARIABLES, numbers.reals(11, 0, 1));
    int64_t apart = bench.place(WORKSPACE, numbers.reals(11));
    sample.plan = joined(
        {command(ALL_FINITE, {finite, 2, gradient, 11, rate, 1}),
         command(ADAM, {real(0.9), real(0.999), real(1e-8), real(0.01), 1, finite, rate, correction, correction, 1, 11,
                        gradient, weight, weight, mean, mean, square, square}),
         command(SGD, {real(0.9), 1, real(0), finite, rate, 1, 11, gradient, weight, apart, mean, mean}),
         command(SGD, {real(0), 0, real(0.1), finite, rate, 2, 11, gradient, weight, weight, NONE, NONE, 3, gradient,
                       weight, weight, NONE, NONE})});
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
    return {elementwise(),   scalar(),     matmul(),    reductions(),
            cross_entropy(), optimizers(), movements(), recurrences(), Sample{"nothing", {}, {}}};
}
