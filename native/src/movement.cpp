// Padding, joining, folding, and rows by their number. Work is cut by shape alone, and every sum is added up by one
// thread in one order. Copies are memmove's: a damaged plan may name overlapping places, and that must not be undefined.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "plan.h"
#include "primitive_words.h"

namespace baton {
namespace {

constexpr int64_t ELEMENTS = 16384;

void fill(char* out, int64_t count, Type type, double value) {
    switch (type) {
        case Type::F32: std::fill_n(reinterpret_cast<float*>(out), count, static_cast<float>(value)); break;
        case Type::I32: std::fill_n(reinterpret_cast<int32_t*>(out), count, static_cast<int32_t>(value)); break;
        case Type::I64: std::fill_n(reinterpret_cast<int64_t*>(out), count, static_cast<int64_t>(value)); break;
        case Type::BOOL: std::fill_n(out, count, static_cast<char>(value != 0)); break;
        case Type::I8: std::fill_n(reinterpret_cast<int8_t*>(out), count, static_cast<int8_t>(value)); break;
    }
}

// Row by row of the result: a row is what lies along the last dimension.
struct Pad : Command, PadWords {
    int64_t rows;

    explicit Pad(Decoder& words) : PadWords(words) {
        if (rank == 0) {
            rank = 1;
            sizes[0] = padded[0] = 1;
            before[0] = after[0] = 0;
        }
        rows = padded[rank - 1] == 0 ? 0 : elements / padded[rank - 1];
    }

    void run(const Run& run) const override {
        int last = rank - 1;
        int64_t width = size_of(type);
        int64_t at_once = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, padded[last]));
        run.machine.pool.each(divided_up(rows, at_once), [&](int64_t chunk, int) {
            int64_t to = std::min(rows, (chunk + 1) * at_once);
            for (int64_t row = chunk * at_once; row < to; row++) {
                char* target = run.at<char>(out) + row * padded[last] * width;
                int64_t source = source_row(row);
                if (source < 0) {
                    fill(target, padded[last], type, value);
                    continue;
                }
                fill(target, before[last], type, value);
                target += before[last] * width;
                std::memmove(target, run.at<char>(in) + source * sizes[last] * width, static_cast<size_t>(sizes[last] * width));
                fill(target + sizes[last] * width, after[last], type, value);
            }
        });
    }

    // The row of the operand that a row of the result holds; -1 for one that is all padding.
    int64_t source_row(int64_t row) const {
        int64_t source = 0;
        int64_t step = 1;
        for (int d = rank - 2; d >= 0; d--) {
            int64_t index = row % padded[d] - before[d];
            row /= padded[d];
            if (index < 0 || index >= sizes[d]) {
                return -1;
            }
            source += index * step;
            step *= sizes[d];
        }
        return source;
    }
};

struct Concat : Command, ConcatWords {
    explicit Concat(Decoder& in) : ConcatWords(in) {}

    void run(const Run& run) const override {
        int64_t element = size_of(type), bytes = width * element;
        int64_t at_once = std::max<int64_t>(1, 4 * ELEMENTS / std::max<int64_t>(1, bytes));
        run.machine.pool.each(divided_up(outer, at_once), [&](int64_t chunk, int) {
            int64_t to = std::min(outer, (chunk + 1) * at_once);
            for (int64_t row = chunk * at_once; row < to; row++) {
                char* target = run.at<char>(out) + row * bytes;
                for (const auto& [from, elements] : parts) {
                    int64_t part = elements * element;
                    std::memmove(target, run.at<char>(from) + row * part, static_cast<size_t>(part));
                    target += part;
                }
            }
        });
    }
};

// One thread folds everything that belongs to one outer index.
struct Fold : Command, FoldWords {
    explicit Fold(Decoder& words) : FoldWords(words) {}

    void run(const Run& run) const override {
        run.machine.pool.each(outer, [&](int64_t index, int) {
            float* target = run.at<float>(out) + index * sizes;
            std::fill_n(target, sizes, 0.0f);
            add(run.at<float>(in) + index * windows * kernels, target);
        });
    }

    void add(const float* source, float* target) const {
        size_t count = dimensions.size();
        std::vector<int64_t> index(2 * count, 0);
        for (int64_t i = 0; i < windows * kernels; i++) {
            int64_t place = 0;
            for (size_t d = 0; d < count; d++) {
                const Spatial& one = dimensions[d];
                place = place * one.size + index[d] * one.stride + index[count + d] * one.dilation;
            }
            target[place] += source[i];
            for (size_t d = 2 * count; d-- > 0;) {
                const Spatial& one = dimensions[d % count];
                if (++index[d] < (d < count ? one.windows : one.kernel)) {
                    break;
                }
                index[d] = 0;
            }
        }
    }
};

struct Gather : Command, GatherWords {
    explicit Gather(Decoder& in) : GatherWords(in) {}

    void run(const Run& run) const override {
        int64_t bytes = width * size_of(type);
        int64_t at_once = std::max<int64_t>(1, 4 * ELEMENTS / std::max<int64_t>(1, bytes));
        run.machine.pool.each(divided_up(count, at_once), [&](int64_t chunk, int) {
            int64_t to = std::min(count, (chunk + 1) * at_once);
            for (int64_t i = chunk * at_once; i < to; i++) {
                int64_t row = run.at<int32_t>(indices)[i];
                char* target = run.at<char>(out) + i * bytes;
                if (row < 0 || row >= rows) {
                    fill(target, width, type, outside);
                } else {
                    std::memmove(target, run.at<char>(table) + row * bytes, static_cast<size_t>(bytes));
                }
            }
        });
    }
};

// Cut into columns, so that one thread adds up whatever comes to one place, in the order of the rows.
struct ScatterAdd : Command, ScatterAddWords {
    explicit ScatterAdd(Decoder& in) : ScatterAddWords(in) {}

    void run(const Run& run) const override {
        constexpr int64_t COLUMNS = 64;
        run.machine.pool.each(divided_up(width, COLUMNS), [&](int64_t chunk, int) {
            int64_t from = chunk * COLUMNS;
            int64_t columns = std::min(COLUMNS, width - from);
            float* table = run.at<float>(out) + from;
            for (int64_t row = 0; row < rows; row++) {
                std::fill_n(table + row * width, columns, 0.0f);
            }
            for (int64_t i = 0; i < count; i++) {
                int64_t row = run.at<int32_t>(indices)[i];
                if (row >= 0 && row < rows) {
                    const float* source = run.at<float>(values) + i * width + from;
                    float* target = table + row * width;
                    for (int64_t j = 0; j < columns; j++) target[j] += source[j];
                }
            }
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_pad(Decoder& in) { return std::make_unique<Pad>(in); }

std::unique_ptr<Command> decode_concat(Decoder& in) { return std::make_unique<Concat>(in); }

std::unique_ptr<Command> decode_fold(Decoder& in) { return std::make_unique<Fold>(in); }

std::unique_ptr<Command> decode_gather(Decoder& in) { return std::make_unique<Gather>(in); }

std::unique_ptr<Command> decode_scatter_add(Decoder& in) { return std::make_unique<ScatterAdd>(in); }

}  // namespace baton
