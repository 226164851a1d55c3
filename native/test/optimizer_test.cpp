// Adam, AdamW and gradient descent against loops in double by their papers; steps that are not finite change nothing;
// the test whether everything is finite.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

// One parameter's gradient and state before a step.
struct Parameter {
    std::vector<float> gradient, weight, first, second;
    explicit Parameter(size_t count) {
        Numbers numbers(count);
        gradient = numbers.reals(count);
        weight = numbers.reals(count);
        first = numbers.reals(count, -0.5, 0.5);
        second = numbers.reals(count, 0, 0.5);
    }
    size_t count() const { return weight.size(); }
};

// A parameter's places: values after a step lie where those before it did, or apart.
struct Places {
    int64_t gradient, before[3], after[3];
    Places(Bench& bench, const Parameter& p, bool apart) : gradient(bench.input(p.gradient)) {
        const std::vector<float>* values[] = {&p.weight, &p.first, &p.second};
        for (int i = 0; i < 3; i++) {
            before[i] = bench.input(*values[i]);
            after[i] = apart ? bench.result<float>(p.count()) : before[i];
        }
    }
};

const std::vector<size_t> COUNTS{1, 17, 16389, 0, 2048, 515};

constexpr float RATE = 0.01f;

void compare(const char* name, const char* isa, const Bench& bench, int64_t place, const std::vector<double>& right) {
    std::vector<float> got = bench.at<float>(place, right.size());
    size_t wrong = 0;
    for (size_t i = 0; i < right.size(); i++) wrong += !near(got[i], right[i], 4, 1e-6);
    CHECK(wrong == 0, "%s on %s: %zu of %zu are wrong", name, isa, wrong, right.size());
}

// A step of several parameters. update(gradient, weight, first, second) is the oracle for one element.
template <typename Update>
void step(const char* name, Opcode opcode, int states, const std::vector<int64_t>& head, bool finite, bool apart, Update update) {
    Bench bench;
    int64_t flag = bench.input(std::vector<uint8_t>{finite});
    int64_t rate = bench.input(std::vector<float>{RATE});
    std::vector<int64_t> words = head;
    words.insert(words.end(), {flag, rate});
    if (opcode == ADAM) {
        words.push_back(bench.input(std::vector<float>{1 - 0.729f}));
        words.push_back(bench.input(std::vector<float>{0.002997f}));
    }
    words.push_back(static_cast<int64_t>(COUNTS.size()));
    std::vector<Parameter> parameters;
    std::vector<Places> places;
    for (size_t count : COUNTS) {
        parameters.emplace_back(count);
        places.emplace_back(bench, parameters.back(), apart);
        words.insert(words.end(), {static_cast<int64_t>(count), places.back().gradient});
        for (int i = 0; i < states; i++) words.insert(words.end(), {places.back().before[i], places.back().after[i]});
        if (states == 1) words.insert(words.end(), {NONE, NONE});
    }
    bench.run_everywhere(name, command(opcode, words), [&](const char* isa) {
        for (size_t p = 0; p < parameters.size(); p++) {
            const Parameter& one = parameters[p];
            std::vector<double> right[3];
            for (size_t i = 0; i < one.count(); i++) {
                double weight = one.weight[i], first = one.first[i], second = one.second[i];
                if (finite) update(one.gradient[i], weight, first, second);
                right[0].push_back(weight);
                right[1].push_back(first);
                right[2].push_back(second);
            }
            for (int i = 0; i < states; i++) {
                compare(name, isa, bench, places[p].after[i], right[i]);
                if (!finite) {
                    const std::vector<float>* before[] = {&one.weight, &one.first, &one.second};
                    CHECK(bench.at<float>(places[p].after[i], one.count()) == *before[i], "%s changed bits on %s", name, isa);
                }
            }
        }
    });
}

void adam(bool decoupled, double decay, bool finite, bool apart) {
    double beta1 = 0.9, beta2 = 0.999, epsilon = 0.5;
    step(decoupled ? "AdamW" : "Adam", ADAM, 3,
         {bits_of_double(beta1), bits_of_double(beta2), bits_of_double(epsilon), bits_of_double(decay), decoupled}, finite,
         apart, [=](double g, double& weight, double& mean, double& square) {
        double shrunk = decoupled ? weight - RATE * decay * weight : weight;
        g += decoupled ? 0 : decay * weight;
        mean = beta1 * mean + (1 - beta1) * g;
        square = beta2 * square + (1 - beta2) * g * g;
        weight = shrunk - RATE * (mean / (1 - 0.729f)) / (std::sqrt(square / 0.002997f) + epsilon);
    });
}

void sgd(double momentum, bool nesterov, double decay, bool finite, bool apart) {
    step("gradient descent", SGD, momentum > 0 ? 2 : 1, {bits_of_double(momentum), nesterov, bits_of_double(decay)}, finite,
         apart, [=](double g, double& weight, double& velocity, double&) {
        g += decay * weight;
        velocity = momentum * velocity + g;
        weight -= RATE * (nesterov ? g + momentum * velocity : velocity);
        if (momentum == 0) velocity = 0;
    });
}

void all_finite() {
    constexpr size_t LONG = 33001;
    auto run = [](const char* what, const std::vector<std::vector<float>>& inputs, bool right) {
        Bench bench;
        int64_t out = bench.result<uint8_t>(1);
        std::vector<int64_t> words{out, static_cast<int64_t>(inputs.size())};
        for (const auto& values : inputs) {
            words.insert(words.end(), {bench.input(values), static_cast<int64_t>(values.size())});
        }
        bench.run_everywhere(what, command(ALL_FINITE, words), [&](const char* isa) {
            CHECK(bench.at<uint8_t>(out, 1)[0] == (right ? 1 : 0), "%s on %s", what, isa);
        });
    };
    run("nothing is finite", {}, true);
    run("empty arrays are finite", {{}, {}}, true);
    std::vector<float> values = Numbers(1).reals(LONG);
    for (size_t i = 0; i < LONG; i += 9) values[i] = i % 2 == 0 ? 3.4e38f : 1e-44f;
    run("all are finite", {values, {1, 2, 3}, {}}, true);
    for (float bad : {INFINITY, -INFINITY, static_cast<float>(NAN)}) {
        for (size_t at : {size_t(0), size_t(32767), size_t(32768), LONG - 1}) {
            std::vector<float> damaged = values;
            damaged[at] = bad;
            run("one is not finite", {{1, 2, 3}, damaged, {}}, false);
        }
    }
    run("a single one is not finite", {values, {INFINITY}}, false);
}

void norms() {
    constexpr size_t LONG = 70'001;
    auto run = [](const char* what, const std::vector<std::vector<float>>& inputs) {
        Bench bench;
        int64_t out = bench.result<float>(inputs.size());
        std::vector<int64_t> words{out, bench.scratch(8 * (LONG / 32768 + 1 + inputs.size())),
                                   static_cast<int64_t>(inputs.size())};
        for (const auto& values : inputs) {
            words.insert(words.end(), {bench.input(values), static_cast<int64_t>(values.size())});
        }
        bench.run_everywhere(what, command(NORMS, words), [&](const char* isa) {
            for (size_t i = 0; i < inputs.size(); i++) {
                double sum = 0;
                for (float value : inputs[i]) sum += double(value) * value;
                double right = std::sqrt(sum);
                float norm = bench.at<float>(out, inputs.size())[i];
                bool too_large = sum > 3.4e38;
                CHECK(too_large ? norm == INFINITY : std::isnan(right) ? std::isnan(norm) : std::fabs(norm - right) <= 1e-6 * right,
                      "%s on %s: norm %zu is %g and not %g", what, isa, i, norm, right);
            }
        });
    };
    std::vector<float> values = Numbers(1).reals(LONG);
    std::vector<float> few(values.begin(), values.begin() + 33);
    run("one long", {values});
    run("empty ones among others", {{}, few, {}, {3, 4}, {}});
    run("zeros", {std::vector<float>(100), {0}});
    run("many", {few, few, values, {1}, few, {2}, {-3}});
    for (float bad : {static_cast<float>(NAN), INFINITY, -INFINITY, 1e20f}) {
        for (size_t at : {size_t(0), size_t(2047), size_t(32768), LONG - 1}) {
            std::vector<float> damaged = values;
            damaged[at] = bad;
            run("one is too large or no number", {few, damaged, few});
        }
    }
}

}  // namespace

void test_optimizers() {
    for (bool apart : {false, true}) {
        for (bool finite : {true, false}) {
            adam(false, 0, finite, apart);
            adam(false, 0.01, finite, apart);
            adam(true, 0.01, finite, apart);
            sgd(0, false, 0.01, finite, apart);
            sgd(0.9, false, 0, finite, apart);
            sgd(0.9, true, 0.01, finite, apart);
        }
    }
}

void test_finiteness_and_norms() {
    all_finite();
    norms();
}
