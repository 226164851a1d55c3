// Layer norm, root-mean-square norm and softmax: rows in chunks by shape alone. What all rows add to a weight's gradient is
// added up in one place for each chunk of rows, and then over the chunks in their order.
#include <algorithm>

#include "normalization_words.h"
#include "plan.h"

namespace baton {
namespace {

constexpr int64_t ELEMENTS = 8192;

struct Norm : Command, NormWords {
    explicit Norm(Decoder& in) : NormWords(in) {}

    void run(const Run& run) const override {
        NormRows norm{width, epsilon};
        int64_t at_once = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, width));
        run.machine.pool.each(divided_up(rows, at_once), [&](int64_t chunk, int) {
            run.machine.kernels.normalize(norm, run.at<const float>(x), run.optional<const float>(weight),
                                          run.optional<const float>(bias), run.at<float>(y), run.optional<float>(mean),
                                          run.at<float>(inverse), chunk * at_once, std::min(rows, (chunk + 1) * at_once));
        });
    }
};

constexpr int64_t FEWEST_ROWS = 8;

// The sums are for each chunk of rows: by weight, then by bias.
struct NormBackward : Command, NormBackwardWords {
    explicit NormBackward(Decoder& in) : NormBackwardWords(in) {}

    void run(const Run& run) const override {
        NormRows norm{width, 0};
        int64_t at_once = std::max(FEWEST_ROWS, divided_up(rows, MOST_SUMS));
        int64_t chunks = divided_up(rows, at_once);
        run.machine.pool.each(chunks, [&](int64_t chunk, int) {
            double* own = sums.exists() ? run.at<double>(sums) + chunk * 2 * width : nullptr;
            if (own != nullptr) {
                std::fill_n(own, 2 * width, 0.0);
            }
            run.machine.kernels.normalize_backward(
                norm, run.at<const float>(x), run.optional<const float>(mean), run.at<const float>(inverse),
                run.at<const float>(gradient), run.optional<const float>(weight), run.at<float>(by_x),
                by_weight.exists() ? own : nullptr, by_bias.exists() ? own + width : nullptr, chunk * at_once,
                std::min(rows, (chunk + 1) * at_once));
        });
        if (by_weight.exists()) {
            add_up(run, 0, chunks, run.at<float>(by_weight));
        }
        if (by_bias.exists()) {
            add_up(run, width, chunks, run.at<float>(by_bias));
        }
    }

    void add_up(const Run& run, int64_t first, int64_t chunks, float* out) const {
        if (width == 0) {
            return;
        }
        const double* parts = run.at<const double>(sums) + first;
        constexpr int64_t COLUMNS = 1024;
        run.machine.pool.each(divided_up(width, COLUMNS), [&](int64_t part, int) {
            for (int64_t i = part * COLUMNS; i < std::min(width, (part + 1) * COLUMNS); i++) {
                double sum = 0;
                for (int64_t chunk = 0; chunk < chunks; chunk++) sum += parts[chunk * 2 * width + i];
                out[i] = static_cast<float>(sum);
            }
        });
    }
};

struct Softmax : Command, SoftmaxWords {
    Softmax(Decoder& words, bool is_backward) : SoftmaxWords(words, is_backward) {}

    void run(const Run& run) const override {
        int64_t width = std::min<int64_t>(inner, 128);
        // Without elements there is no bound on the rows and columns.
        if (size * width == 0) {
            return;
        }
        int64_t rows = std::max<int64_t>(1, ELEMENTS / (size * width));
        int64_t across = divided_up(inner, width);
        run.machine.pool.each(divided_up(outer, rows) * across, [&](int64_t chunk, int) {
            int64_t row = chunk / across * rows;
            int64_t column = chunk % across * width;
            SoftmaxPart part{logarithms, size, inner, row, std::min(outer, row + rows), column, std::min(inner, column + width)};
            if (backward) {
                run.machine.kernels.softmax_backward(part, run.at<const float>(in), run.at<const float>(gradient),
                                                     run.at<float>(out));
            } else {
                run.machine.kernels.softmax(part, run.at<const float>(in), run.at<float>(out));
            }
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_norm(Decoder& in) { return std::make_unique<Norm>(in); }

std::unique_ptr<Command> decode_norm_backward(Decoder& in) { return std::make_unique<NormBackward>(in); }

std::unique_ptr<Command> decode_softmax(Decoder& in) { return std::make_unique<Softmax>(in, false); }

std::unique_ptr<Command> decode_softmax_backward(Decoder& in) { return std::make_unique<Softmax>(in, true); }

}  // namespace baton
