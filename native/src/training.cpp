// Reductions, cross-entropy, the optimizers' updates, norms and the test for finite values: cut into chunks by shape alone.
#include <algorithm>
#include <atomic>
#include <cmath>

#include "plan.h"
#include "primitive_words.h"

namespace baton {
namespace {

constexpr int64_t ELEMENTS = 16384;

int64_t chunks_of(int64_t count, int64_t size) { return (count + size - 1) / size; }

struct Reduce : Command, ReduceWords {
    explicit Reduce(Decoder& words) : ReduceWords(words) {}

    void run(const Run& run) const override {
        int64_t width = std::min<int64_t>(inner, 128);
        if (width == 0) {
            return;
        }
        int64_t rows = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, reduced * width));
        int64_t across = chunks_of(inner, width);
        run.machine.pool.each(chunks_of(outer, rows) * across, [&](int64_t chunk, int) {
            int64_t row = chunk / across * rows;
            int64_t column = chunk % across * width;
            run.machine.kernels.reduce(kind, run.at<const char>(in), run.at<char>(out), reduced, inner, row,
                                       std::min(outer, row + rows), column, std::min(inner, column + width));
        });
    }
};

struct CrossEntropy : Command {
    int64_t n, classes;
    float smoothing;
    Reference logits, labels, loss, log_sum_exp, gradient, by_logits;
    bool backward = false;

    void run(const Run& run) const override {
        int64_t rows = std::max<int64_t>(1, ELEMENTS / 4 / std::max<int64_t>(1, classes));
        const Kernels& kernels = run.machine.kernels;
        run.machine.pool.each(chunks_of(n, rows), [&](int64_t chunk, int) {
            int64_t from = chunk * rows;
            int64_t to = std::min(n, from + rows);
            if (backward) {
                kernels.cross_entropy_backward(classes, smoothing, run.at<const float>(logits), run.at<const int32_t>(labels),
                                               run.at<const float>(log_sum_exp), run.at<const float>(gradient),
                                               run.at<float>(by_logits), from, to);
            } else {
                kernels.cross_entropy(classes, smoothing, run.at<const float>(logits), run.at<const int32_t>(labels),
                                      run.at<float>(loss), run.at<float>(log_sum_exp), from, to);
            }
        });
    }
};

// One parameter of an update: its gradient, then each value of its state before and after.
struct Parameter {
    int64_t count;
    Reference gradient;
    Reference before[3], after[3];
};

// What the optimizers share: parameters in chunks, and nothing happens where the step is not finite.
struct Update : Command {
    int states;
    Reference finite, rate;
    std::vector<Parameter> parameters;
    std::vector<std::pair<int32_t, int64_t>> chunks;  // parameter and first element

    void decode_parameters(Decoder& in) {
        int64_t count = in.size("number of parameters");
        for (int64_t i = 0; i < count; i++) {
            Parameter p{};
            p.count = in.size("number of elements");
            p.gradient = in.reference(p.count, Type::F32);
            for (int state = 0; state < 2 || state < states; state++) {
                bool optional = state >= states;
                p.before[state] = in.reference(p.count, Type::F32, optional);
                p.after[state] = in.reference(p.count, Type::F32, optional);
            }
            for (int64_t start = 0; start < p.count; start += ELEMENTS) {
                chunks.emplace_back(static_cast<int32_t>(i), start);
            }
            parameters.push_back(p);
        }
    }

    virtual void update(const Run& run, const Parameter& p, int64_t start, int64_t count) const = 0;

    void run(const Run& run) const override {
        bool applies = *run.at<const uint8_t>(finite) != 0;
        run.machine.pool.each(static_cast<int64_t>(chunks.size()), [&](int64_t chunk, int) {
            const Parameter& p = parameters[chunks[chunk].first];
            int64_t start = chunks[chunk].second;
            int64_t count = std::min(ELEMENTS, p.count - start);
            if (applies) {
                update(run, p, start, count);
                return;
            }
            for (int state = 0; state < states; state++) {
                const float* from = run.at<const float>(p.before[state]) + start;
                float* to = run.at<float>(p.after[state]) + start;
                if (from != to) {
                    std::copy_n(from, count, to);
                }
            }
        });
    }
};

struct Adam : Update {
    AdamRates rates{};
    Reference correction1, correction2;

    void update(const Run& run, const Parameter& p, int64_t start, int64_t count) const override {
        AdamRates now = rates;
        now.rate = *run.at<const float>(rate);
        now.correction1 = *run.at<const float>(correction1);
        now.correction2 = *run.at<const float>(correction2);
        run.machine.kernels.adam(now, count, run.at<const float>(p.gradient) + start, run.at<const float>(p.before[0]) + start,
                                 run.at<const float>(p.before[1]) + start, run.at<const float>(p.before[2]) + start,
                                 run.at<float>(p.after[0]) + start, run.at<float>(p.after[1]) + start,
                                 run.at<float>(p.after[2]) + start);
    }
};

struct Sgd : Update {
    SgdRates rates{};

    void update(const Run& run, const Parameter& p, int64_t start, int64_t count) const override {
        SgdRates now = rates;
        now.rate = *run.at<const float>(rate);
        bool moves = states == 2;
        run.machine.kernels.sgd(now, count, run.at<const float>(p.gradient) + start, run.at<const float>(p.before[0]) + start,
                                moves ? run.at<const float>(p.before[1]) + start : nullptr, run.at<float>(p.after[0]) + start,
                                moves ? run.at<float>(p.after[1]) + start : nullptr);
    }
};

// The chunks of several arrays: which array each is of, and where it starts there.
class Chunks {
  public:
    explicit Chunks(const std::vector<ArraysWords::Array>& arrays) {
        for (size_t i = 0; i < arrays.size(); i++) {
            for (int64_t start = 0; start < arrays[i].count; start += ArraysWords::CHUNK) starts_.emplace_back(i, start);
        }
    }

    // task(chunk, values, count), side by side.
    template <typename Task>
    void each(const Run& run, const std::vector<ArraysWords::Array>& arrays, Task task) const {
        run.machine.pool.each(static_cast<int64_t>(starts_.size()), [&](int64_t chunk, int) {
            const auto& [array, start] = starts_[static_cast<size_t>(chunk)];
            const auto& [from, count] = arrays[array];
            task(chunk, run.at<const float>(from) + start, std::min(ArraysWords::CHUNK, count - start));
        });
    }

  private:
    std::vector<std::pair<size_t, int64_t>> starts_;
};

struct AllFinite : Command, AllFiniteWords {
    Chunks chunks;

    explicit AllFinite(Decoder& in) : AllFiniteWords(in), chunks(from.arrays) {}

    void run(const Run& run) const override {
        std::atomic<bool> finite{true};
        chunks.each(run, from.arrays, [&](int64_t, const float* values, int64_t count) {
            if (!run.machine.kernels.all_finite(values, count)) {
                finite = false;
            }
        });
        *run.at<uint8_t>(out) = finite ? 1 : 0;
    }
};

struct Norms : Command, NormsWords {
    Chunks chunks;

    explicit Norms(Decoder& in) : NormsWords(in), chunks(from.arrays) {}

    void run(const Run& run) const override {
        double* chunk_sums = run.at<double>(sums);
        chunks.each(run, from.arrays, [&](int64_t chunk, const float* values, int64_t count) {
            chunk_sums[chunk] = run.machine.kernels.sum_of_squares(values, count);
        });
        float* norms = run.at<float>(out);
        for (size_t i = 0; i < from.arrays.size(); i++) {
            double sum = 0;
            for (int64_t left = from.arrays[i].chunks(); left > 0; left--) sum += *chunk_sums++;
            norms[i] = static_cast<float>(std::sqrt(sum));
        }
    }
};

std::unique_ptr<CrossEntropy> cross_entropy(Decoder& in) {
    auto command = std::make_unique<CrossEntropy>();
    command->n = in.size("number of rows");
    command->classes = in.within(1, int64_t(1) << 31, "number of classes");
    command->smoothing = static_cast<float>(in.real());
    command->logits = in.reference(times(command->n, command->classes), Type::F32);
    command->labels = in.reference(command->n, Type::I32);
    return command;
}

}  // namespace

std::unique_ptr<Command> decode_reduce(Decoder& in) { return std::make_unique<Reduce>(in); }

std::unique_ptr<Command> decode_cross_entropy(Decoder& in) {
    auto command = cross_entropy(in);
    command->loss = in.reference(command->n, Type::F32);
    command->log_sum_exp = in.reference(command->n, Type::F32);
    return command;
}

std::unique_ptr<Command> decode_cross_entropy_backward(Decoder& in) {
    auto command = cross_entropy(in);
    command->backward = true;
    command->log_sum_exp = in.reference(command->n, Type::F32);
    command->gradient = in.reference(command->n, Type::F32);
    command->by_logits = in.reference(command->n * command->classes, Type::F32);
    return command;
}

std::unique_ptr<Command> decode_adam(Decoder& in) {
    auto command = std::make_unique<Adam>();
    command->states = 3;
    double beta1 = in.real();
    double beta2 = in.real();
    command->rates.beta1 = static_cast<float>(beta1);
    command->rates.beta2 = static_cast<float>(beta2);
    command->rates.new1 = static_cast<float>(1 - beta1);
    command->rates.new2 = static_cast<float>(1 - beta2);
    command->rates.epsilon = static_cast<float>(in.real());
    command->rates.decay = static_cast<float>(in.real());
    command->rates.decoupled = in.within(0, 1, "flag of decoupled decay") == 1;
    command->finite = in.reference(1, Type::BOOL);
    command->rate = in.reference(1, Type::F32);
    command->correction1 = in.reference(1, Type::F32);
    command->correction2 = in.reference(1, Type::F32);
    command->decode_parameters(in);
    return command;
}

std::unique_ptr<Command> decode_sgd(Decoder& in) {
    auto command = std::make_unique<Sgd>();
    command->rates.momentum = static_cast<float>(in.real());
    command->rates.nesterov = in.within(0, 1, "flag of Nesterov's momentum") == 1;
    command->rates.decay = static_cast<float>(in.real());
    command->states = command->rates.momentum > 0 ? 2 : 1;
    command->finite = in.reference(1, Type::BOOL);
    command->rate = in.reference(1, Type::F32);
    command->decode_parameters(in);
    return command;
}

std::unique_ptr<Command> decode_all_finite(Decoder& in) { return std::make_unique<AllFinite>(in); }

std::unique_ptr<Command> decode_norms(Decoder& in) { return std::make_unique<Norms>(in); }

}  // namespace baton
