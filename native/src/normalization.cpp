// Layer norm, root-mean-square norm and softmax: rows in chunks by shape alone. What all rows add to a weight's gradient is
// added up in one place for each chunk of rows, and then over the chunks in their order.
#include <algorithm>

#include "plan.h"

namespace baton {
namespace {

constexpr int64_t ELEMENTS = 8192;

int64_t chunks_of(int64_t count, int64_t size) { return (count + size - 1) / size; }

struct Norm : Command {
    NormRows norm{};
    int64_t rows;
    Reference x, weight, bias, y, mean, inverse;

    void run(const Run& run) const override {
        int64_t at_once = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, norm.width));
        run.machine.pool.each(chunks_of(rows, at_once), [&](int64_t chunk, int) {
            run.machine.kernels.normalize(norm, run.at<const float>(x), optional<const float>(run, weight),
                                          optional<const float>(run, bias), run.at<float>(y), optional<float>(run, mean),
                                          run.at<float>(inverse), chunk * at_once, std::min(rows, (chunk + 1) * at_once));
        });
    }

    template <typename T>
    static T* optional(const Run& run, const Reference& reference) {
        return reference.exists() ? run.at<T>(reference) : nullptr;
    }
};

// At most so many sums are kept apart.
constexpr int64_t MOST_SUMS = 32;
constexpr int64_t FEWEST_ROWS = 8;

struct NormBackward : Command {
    NormRows norm{};
    int64_t rows;
    Reference x, mean, inverse, gradient, weight, by_x, by_weight, by_bias;
    Reference sums;  // for each chunk of rows: by weight, then by bias

    void run(const Run& run) const override {
        int64_t at_once = std::max(FEWEST_ROWS, chunks_of(rows, MOST_SUMS));
        int64_t chunks = chunks_of(rows, at_once);
        int64_t width = norm.width;
        run.machine.pool.each(chunks, [&](int64_t chunk, int) {
            double* own = sums.exists() ? run.at<double>(sums) + chunk * 2 * width : nullptr;
            if (own != nullptr) {
                std::fill_n(own, 2 * width, 0.0);
            }
            run.machine.kernels.normalize_backward(
                norm, run.at<const float>(x), Norm::optional<const float>(run, mean), run.at<const float>(inverse),
                run.at<const float>(gradient), Norm::optional<const float>(run, weight), run.at<float>(by_x),
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
        int64_t width = norm.width;
        if (width == 0) {
            return;
        }
        const double* parts = run.at<const double>(sums) + first;
        constexpr int64_t COLUMNS = 1024;
        run.machine.pool.each(chunks_of(width, COLUMNS), [&](int64_t part, int) {
            for (int64_t i = part * COLUMNS; i < std::min(width, (part + 1) * COLUMNS); i++) {
                double sum = 0;
                for (int64_t chunk = 0; chunk < chunks; chunk++) sum += parts[chunk * 2 * width + i];
                out[i] = static_cast<float>(sum);
            }
        });
    }
};

struct Softmax : Command {
    bool logarithms, backward;
    int64_t outer, size, inner;
    Reference in, gradient, out;

    void run(const Run& run) const override {
        int64_t width = std::min<int64_t>(inner, 128);
        if (width == 0) {
            return;
        }
        int64_t rows = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, size * width));
        int64_t across = chunks_of(inner, width);
        run.machine.pool.each(chunks_of(outer, rows) * across, [&](int64_t chunk, int) {
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

std::unique_ptr<Softmax> softmax(Decoder& in, bool backward) {
    auto command = std::make_unique<Softmax>();
    command->backward = backward;
    command->logarithms = in.within(0, 1, "flag of logarithms") == 1;
    command->outer = in.size("outer size");
    command->size = in.size("size");
    command->inner = in.size("inner size");
    int64_t elements = times(times(command->outer, command->size), command->inner);
    command->in = in.reference(elements, Type::F32);
    if (backward) {
        command->gradient = in.reference(elements, Type::F32);
    }
    command->out = in.reference(elements, Type::F32);
    return command;
}

}  // namespace

std::unique_ptr<Command> decode_norm(Decoder& in) {
    auto command = std::make_unique<Norm>();
    command->rows = in.size("number of rows");
    command->norm.width = in.within(0, int64_t(1) << 31, "width");
    command->norm.epsilon = in.real();
    int64_t elements = times(command->rows, command->norm.width);
    command->x = in.reference(elements, Type::F32);
    command->weight = in.reference(command->norm.width, Type::F32, true);
    command->bias = in.reference(command->norm.width, Type::F32, true);
    if (command->bias.exists() && !command->weight.exists()) {
        throw Failure("a norm has a bias and no weight");
    }
    command->y = in.reference(elements, Type::F32);
    command->mean = in.reference(command->rows, Type::F32, true);
    command->inverse = in.reference(command->rows, Type::F32);
    return command;
}

std::unique_ptr<Command> decode_norm_backward(Decoder& in) {
    auto command = std::make_unique<NormBackward>();
    command->rows = in.size("number of rows");
    command->norm.width = in.within(0, int64_t(1) << 31, "width");
    int64_t width = command->norm.width;
    int64_t elements = times(command->rows, width);
    command->x = in.reference(elements, Type::F32);
    command->mean = in.reference(command->rows, Type::F32, true);
    command->inverse = in.reference(command->rows, Type::F32);
    command->gradient = in.reference(elements, Type::F32);
    command->weight = in.reference(width, Type::F32, true);
    command->by_x = in.reference(elements, Type::F32);
    command->by_weight = in.reference(width, Type::F32, true);
    command->by_bias = in.reference(width, Type::F32, true);
    command->sums = in.reference(times(2 * MOST_SUMS, width), Type::I64, true);
    bool adds = width > 0 && (command->by_weight.exists() || command->by_bias.exists());
    if (adds && !command->sums.exists()) {
        throw Failure("a norm's gradient by its weight needs memory for its sums");
    }
    return command;
}

std::unique_ptr<Command> decode_softmax(Decoder& in) { return softmax(in, false); }

std::unique_ptr<Command> decode_softmax_backward(Decoder& in) { return softmax(in, true); }

}  // namespace baton
