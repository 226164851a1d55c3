// Reductions, cross-entropy, the optimizers' updates, norms and the test for finite values: cut into chunks by shape alone.
#include <algorithm>
#include <atomic>
#include <cmath>

#include "plan.h"
#include "primitive_words.h"
#include "training_words.h"

namespace baton {
namespace {

constexpr int64_t ELEMENTS = 16384;

struct Reduce : Command, ReduceWords {
    explicit Reduce(Decoder& words) : ReduceWords(words) {}

    void run(const Run& run) const override {
        int64_t width = std::min<int64_t>(inner, 128);
        if (width == 0) {
            return;
        }
        int64_t rows = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, reduced * width));
        int64_t across = divided_up(inner, width);
        run.machine.pool.each(divided_up(outer, rows) * across, [&](int64_t chunk, int) {
            int64_t row = chunk / across * rows;
            int64_t column = chunk % across * width;
            run.machine.kernels.reduce(kind, run.at<const char>(in), run.at<char>(out), reduced, inner, row,
                                       std::min(outer, row + rows), column, std::min(inner, column + width));
        });
    }
};

// Rows at once of cross-entropy.
int64_t rows_of(int64_t classes) { return std::max<int64_t>(1, ELEMENTS / 4 / std::max<int64_t>(1, classes)); }

struct CrossEntropy : Command, CrossEntropyForwardWords {
    explicit CrossEntropy(Decoder& in) : CrossEntropyForwardWords(in) {}

    void run(const Run& run) const override {
        int64_t rows = rows_of(classes);
        run.machine.pool.each(divided_up(n, rows), [&](int64_t chunk, int) {
            run.machine.kernels.cross_entropy(classes, smoothing, run.at<const float>(logits), run.at<const int32_t>(labels),
                                              run.at<float>(loss), run.at<float>(log_sum_exp), chunk * rows,
                                              std::min(n, (chunk + 1) * rows));
        });
    }
};

struct CrossEntropyBackward : Command, CrossEntropyBackwardWords {
    explicit CrossEntropyBackward(Decoder& in) : CrossEntropyBackwardWords(in) {}

    void run(const Run& run) const override {
        int64_t rows = rows_of(classes);
        run.machine.pool.each(divided_up(n, rows), [&](int64_t chunk, int) {
            run.machine.kernels.cross_entropy_backward(
                classes, smoothing, run.at<const float>(logits), run.at<const int32_t>(labels),
                run.at<const float>(log_sum_exp), run.at<const float>(gradient), run.at<float>(by_logits), chunk * rows,
                std::min(n, (chunk + 1) * rows));
        });
    }
};

// Parameters in chunks.
template <typename Words>
struct Update : Command, Words {
    using Parameter = UpdateWords::Parameter;
    std::vector<std::pair<size_t, int64_t>> chunks;  // parameter and first element

    explicit Update(Decoder& in) : Words(in) {
        for (size_t i = 0; i < this->parameters.size(); i++) {
            for (int64_t start = 0; start < this->parameters[i].count; start += ELEMENTS) chunks.emplace_back(i, start);
        }
    }

    virtual void update(const Run& run, const Parameter& p, int64_t start, int64_t count) const = 0;

    void run(const Run& run) const override {
        bool applies = *run.at<const uint8_t>(this->finite) != 0;
        run.machine.pool.each(static_cast<int64_t>(chunks.size()), [&](int64_t chunk, int) {
            const auto& [parameter, start] = chunks[static_cast<size_t>(chunk)];
            const Parameter& p = this->parameters[parameter];
            int64_t count = std::min(ELEMENTS, p.count - start);
            if (applies) {
                update(run, p, start, count);
                return;
            }
            for (int state = 0; state < this->states; state++) {
                const float* from = run.at<const float>(p.before[state]) + start;
                float* to = run.at<float>(p.after[state]) + start;
                if (from != to) {
                    std::copy_n(from, count, to);
                }
            }
        });
    }
};

struct Adam : Update<AdamWords> {
    using Update::Update;

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

struct Sgd : Update<SgdWords> {
    using Update::Update;

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

}  // namespace

std::unique_ptr<Command> decode_reduce(Decoder& in) { return std::make_unique<Reduce>(in); }

std::unique_ptr<Command> decode_cross_entropy(Decoder& in) { return std::make_unique<CrossEntropy>(in); }

std::unique_ptr<Command> decode_cross_entropy_backward(Decoder& in) { return std::make_unique<CrossEntropyBackward>(in); }

std::unique_ptr<Command> decode_adam(Decoder& in) { return std::make_unique<Adam>(in); }

std::unique_ptr<Command> decode_sgd(Decoder& in) { return std::make_unique<Sgd>(in); }

std::unique_ptr<Command> decode_all_finite(Decoder& in) { return std::make_unique<AllFinite>(in); }

std::unique_ptr<Command> decode_norms(Decoder& in) { return std::make_unique<Norms>(in); }

}  // namespace baton
