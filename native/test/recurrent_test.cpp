// LSTM and GRU over sequences, and their gradients, against loops in double by their formulas: both directions, sizes that
// fill no tile and that take several, and both ways to cut them.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

const char* const CORES[] = {"Haswell", "SkylakeX"};

struct Size {
    int64_t n, t, h;
    bool reverse;
};

using Reals = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

Reals doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

// The steps of a sequence in the order in which they run.
std::vector<int64_t> order(const Size& s) {
    std::vector<int64_t> steps;
    for (int64_t i = 0; i < s.t; i++) steps.push_back(s.reverse ? s.t - 1 - i : i);
    return steps;
}

size_t place(const Size& s, int64_t example, int64_t step, int64_t width, int64_t unit) {
    return static_cast<size_t>((example * s.t + step) * width + unit);
}

size_t count(int64_t elements) { return static_cast<size_t>(elements); }

// state W, one column: weights [h, width].
double product(const Size& s, const Reals& state, int64_t row, const Reals& weight, int64_t width, int64_t column) {
    double sum = 0;
    for (int64_t k = 0; k < s.h; k++) sum += state[count(row * s.h + k)] * weight[count(k * width + column)];
    return sum;
}

// [width] W^T, one row: what reaches a unit of the state from all columns.
double transposed(const Reals& by, int64_t row, const Reals& weight, int64_t width, int64_t unit) {
    double sum = 0;
    for (int64_t j = 0; j < width; j++) sum += by[count(row * width + j)] * weight[count(unit * width + j)];
    return sum;
}

void compare(const char* what, const char* isa, const Size& s, const std::vector<float>& got, const Reals& right) {
    double largest = 1;
    for (double value : right) largest = std::fmax(largest, std::fabs(value));
    size_t wrong = 0;
    for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 2, 4e-6 * largest);
    CHECK(wrong == 0, "%s of [%lld, %lld, %lld]%s on %s: %zu of %zu are wrong", what, static_cast<long long>(s.n),
          static_cast<long long>(s.t), static_cast<long long>(s.h), s.reverse ? " reversed" : "", isa, wrong, right.size());
}

void lstm(const Size& s, const char* core) {
    Numbers numbers(count(s.n * 100 + s.h));
    int64_t w = 4 * s.h;
    std::vector<float> projected = numbers.reals(count(s.n * s.t * w)), h0 = numbers.reals(count(s.n * s.h), -1, 1);
    std::vector<float> c0 = numbers.reals(count(s.n * s.h)), weight = numbers.reals(count(s.h * w), -0.3f, 0.3f);
    Reals x = doubles(projected), h = doubles(h0), c = doubles(c0), W = doubles(weight);
    Reals outputs(count(s.n * s.t * s.h)), cells(outputs.size()), gates(x.size());
    for (int64_t step : order(s)) {
        Reals last = h;
        for (int64_t n = 0; n < s.n; n++) {
            for (int64_t u = 0; u < s.h; u++) {
                double gate[4];
                for (int64_t g = 0; g < 4; g++) {
                    double sum = x[place(s, n, step, w, g * s.h + u)] + product(s, last, n, W, w, g * s.h + u);
                    gate[g] = gates[place(s, n, step, w, g * s.h + u)] = g == 2 ? std::tanh(sum) : sigmoid(sum);
                }
                double& cell = c[count(n * s.h + u)];
                cell = gate[1] * cell + gate[0] * gate[2];
                h[count(n * s.h + u)] = gate[3] * std::tanh(cell);
                cells[place(s, n, step, s.h, u)] = cell;
                outputs[place(s, n, step, s.h, u)] = h[count(n * s.h + u)];
            }
        }
    }
    Bench bench;
    int64_t out = bench.result<float>(outputs.size()), cell = bench.result<float>(cells.size());
    int64_t gate = bench.result<float>(gates.size());
    int64_t scratch = bench.result<float>(count(2 * s.n * (s.h + 16)));
    bench.run_everywhere("lstm",
                         command(LSTM, {s.n, s.t, s.h, s.reverse, bench.input(projected), bench.input(h0), bench.input(c0),
                                        bench.input(weight), out, cell, gate, scratch}),
                         [&](const char* isa) {
        compare("the outputs of lstm", isa, s, bench.at<float>(out, outputs.size()), outputs);
        compare("the cells of lstm", isa, s, bench.at<float>(cell, cells.size()), cells);
        compare("the gates of lstm", isa, s, bench.at<float>(gate, gates.size()), gates);
    }, core);
}

void lstm_backward(const Size& s, bool with_cells, const char* core) {
    Numbers numbers(count(s.n * 100 + s.h));
    int64_t w = 4 * s.h;
    std::vector<float> gates = numbers.reals(count(s.n * s.t * w), -0.9f, 0.9f), cells = numbers.reals(count(s.n * s.t * s.h));
    std::vector<float> c0 = numbers.reals(count(s.n * s.h)), weight = numbers.reals(count(s.h * w), -0.3f, 0.3f);
    std::vector<float> by_outputs = numbers.reals(cells.size()), by_cells = numbers.reals(cells.size());
    Reals g = doubles(gates), c = doubles(cells), W = doubles(weight);
    Reals by_projected(g.size()), by_h(count(s.n * s.h)), by_c(by_h.size());
    std::vector<int64_t> steps = order(s);
    for (int64_t i = s.t - 1; i >= 0; i--) {
        Reals by(count(s.n * w));
        for (int64_t n = 0; n < s.n; n++) {
            for (int64_t u = 0; u < s.h; u++) {
                size_t state = count(n * s.h + u), at = place(s, n, steps[count(i)], s.h, u);
                double gate[4], tanh_c = std::tanh(c[at]);
                for (int64_t k = 0; k < 4; k++) gate[k] = g[place(s, n, steps[count(i)], w, k * s.h + u)];
                double before = i == 0 ? c0[state] : c[place(s, n, steps[count(i - 1)], s.h, u)];
                double h = by_outputs[at] + by_h[state];
                double cell = h * gate[3] * (1 - tanh_c * tanh_c) + by_c[state] + (with_cells ? by_cells[at] : 0);
                double to[] = {cell * gate[2] * gate[0] * (1 - gate[0]), cell * before * gate[1] * (1 - gate[1]),
                               cell * gate[0] * (1 - gate[2] * gate[2]), h * tanh_c * gate[3] * (1 - gate[3])};
                by_c[state] = cell * gate[1];
                for (int64_t k = 0; k < 4; k++) {
                    by[count(n * w + k * s.h + u)] = by_projected[place(s, n, steps[count(i)], w, k * s.h + u)] = to[k];
                }
            }
        }
        for (int64_t e = 0; e < s.n * s.h; e++) by_h[count(e)] = transposed(by, e / s.h, W, w, e % s.h);
    }
    Bench bench;
    int64_t out = bench.result<float>(g.size()), hidden = bench.result<float>(by_h.size());
    int64_t cell = bench.result<float>(by_c.size());
    int64_t scratch = bench.result<float>(count(w * s.h + 2 * s.n * (w + 16)));
    bench.run_everywhere("lstm backward",
                         command(LSTM_BACKWARD,
                                 {s.n, s.t, s.h, s.reverse, bench.input(gates), bench.input(cells), bench.input(c0),
                                  bench.input(weight), bench.input(by_outputs), with_cells ? bench.input(by_cells) : NONE,
                                  out, hidden, cell, scratch}),
                         [&](const char* isa) {
        compare("lstm backward by its inputs", isa, s, bench.at<float>(out, g.size()), by_projected);
        compare("lstm backward by the first state", isa, s, bench.at<float>(hidden, by_h.size()), by_h);
        compare("lstm backward by the first cell", isa, s, bench.at<float>(cell, by_c.size()), by_c);
    }, core);
}

void gru(const Size& s, const char* core) {
    Numbers numbers(count(s.n * 100 + s.h));
    int64_t w = 3 * s.h;
    std::vector<float> projected = numbers.reals(count(s.n * s.t * w)), h0 = numbers.reals(count(s.n * s.h), -1, 1);
    std::vector<float> weight = numbers.reals(count(s.h * w), -0.3f, 0.3f), bias = numbers.reals(count(w));
    Reals x = doubles(projected), h = doubles(h0), W = doubles(weight);
    Reals outputs(count(s.n * s.t * s.h)), gates(count(s.n * s.t * 4 * s.h));
    for (int64_t step : order(s)) {
        Reals last = h;
        for (int64_t n = 0; n < s.n; n++) {
            for (int64_t u = 0; u < s.h; u++) {
                double in[3], recurrent[3];
                for (int64_t k = 0; k < 3; k++) {
                    in[k] = x[place(s, n, step, w, k * s.h + u)];
                    recurrent[k] = product(s, last, n, W, w, k * s.h + u) + bias[count(k * s.h + u)];
                }
                double r = sigmoid(in[0] + recurrent[0]), z = sigmoid(in[1] + recurrent[1]);
                double candidate = std::tanh(in[2] + r * recurrent[2]), saved[] = {r, z, candidate, recurrent[2]};
                h[count(n * s.h + u)] = (1 - z) * candidate + z * last[count(n * s.h + u)];
                outputs[place(s, n, step, s.h, u)] = h[count(n * s.h + u)];
                for (int64_t k = 0; k < 4; k++) gates[place(s, n, step, 4 * s.h, k * s.h + u)] = saved[k];
            }
        }
    }
    Bench bench;
    int64_t out = bench.result<float>(outputs.size()), gate = bench.result<float>(gates.size());
    int64_t scratch = bench.result<float>(count(2 * s.n * (s.h + 16)));
    bench.run_everywhere("gru",
                         command(GRU, {s.n, s.t, s.h, s.reverse, bench.input(projected), bench.input(h0),
                                       bench.input(weight), bench.input(bias), out, gate, scratch}),
                         [&](const char* isa) {
        compare("the outputs of gru", isa, s, bench.at<float>(out, outputs.size()), outputs);
        compare("the gates of gru", isa, s, bench.at<float>(gate, gates.size()), gates);
    }, core);
}

void gru_backward(const Size& s, const char* core) {
    Numbers numbers(count(s.n * 100 + s.h));
    int64_t w = 3 * s.h;
    std::vector<float> gates = numbers.reals(count(s.n * s.t * 4 * s.h), -0.9f, 0.9f);
    std::vector<float> before = numbers.reals(count(s.n * s.t * s.h)), by_outputs = numbers.reals(before.size());
    std::vector<float> weight = numbers.reals(count(s.h * w), -0.3f, 0.3f);
    Reals g = doubles(gates), W = doubles(weight);
    Reals by_projected(count(s.n * s.t * w)), by_recurrent(by_projected.size()), by_h(count(s.n * s.h));
    std::vector<int64_t> steps = order(s);
    for (int64_t i = s.t - 1; i >= 0; i--) {
        Reals by(count(s.n * w)), kept(by_h.size());
        for (int64_t n = 0; n < s.n; n++) {
            for (int64_t u = 0; u < s.h; u++) {
                size_t at = place(s, n, steps[count(i)], s.h, u);
                double gate[4];
                for (int64_t k = 0; k < 4; k++) gate[k] = g[place(s, n, steps[count(i)], 4 * s.h, k * s.h + u)];
                double h = by_outputs[at] + by_h[count(n * s.h + u)];
                double candidate = h * (1 - gate[1]) * (1 - gate[2] * gate[2]);
                double z = h * (before[at] - gate[2]) * gate[1] * (1 - gate[1]);
                double r = candidate * gate[3] * gate[0] * (1 - gate[0]);
                double in[] = {r, z, candidate}, recurrent[] = {r, z, candidate * gate[0]};
                kept[count(n * s.h + u)] = h * gate[1];
                for (int64_t k = 0; k < 3; k++) {
                    size_t to = place(s, n, steps[count(i)], w, k * s.h + u);
                    by_projected[to] = in[k];
                    by[count(n * w + k * s.h + u)] = by_recurrent[to] = recurrent[k];
                }
            }
        }
        for (int64_t e = 0; e < s.n * s.h; e++) {
            by_h[count(e)] = kept[count(e)] + transposed(by, e / s.h, W, w, e % s.h);
        }
    }
    Bench bench;
    int64_t out = bench.result<float>(by_projected.size()), recurrent = bench.result<float>(by_projected.size());
    int64_t hidden = bench.result<float>(by_h.size());
    int64_t scratch = bench.result<float>(count(w * s.h + 2 * s.n * (w + 16)));
    bench.run_everywhere("gru backward",
                         command(GRU_BACKWARD, {s.n, s.t, s.h, s.reverse, bench.input(gates), bench.input(before),
                                                bench.input(weight), bench.input(by_outputs), out, recurrent, hidden,
                                                scratch}),
                         [&](const char* isa) {
        compare("gru backward by its inputs", isa, s, bench.at<float>(out, by_projected.size()), by_projected);
        compare("gru backward by the product", isa, s, bench.at<float>(recurrent, by_projected.size()), by_recurrent);
        compare("gru backward by the first state", isa, s, bench.at<float>(hidden, by_h.size()), by_h);
    }, core);
}

}  // namespace

void test_recurrences() {
    for (const char* core : CORES) {
        for (bool reverse : {false, true}) {
            for (Size s : {Size{1, 1, 1, reverse}, Size{3, 4, 5, reverse}, Size{1, 3, 33, reverse}, Size{70, 2, 17, reverse},
                           Size{5, 2, 150, reverse}, Size{2, 2, 64, reverse}, Size{4, 3, 6, reverse},
                           Size{9, 1, 131, reverse}, Size{0, 3, 2, reverse}}) {
                lstm(s, core);
                lstm_backward(s, false, core);
                lstm_backward(s, true, core);
                gru(s, core);
                gru_backward(s, core);
            }
        }
    }
}
