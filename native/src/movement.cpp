// Padding, joining, folding, and rows by their number. Work is cut by shape alone, and every sum is added up by one
// thread in one order. Copies are memmove's: a damaged plan may name overlapping places, and that must not be undefined.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "plan.h"

namespace baton {
namespace {

constexpr int64_t ELEMENTS = 16384;

int64_t chunks_of(int64_t count, int64_t size) { return (count + size - 1) / size; }

void fill(char* out, int64_t count, Type type, double value) {
    switch (type) {
        case Type::F32: std::fill_n(reinterpret_cast<float*>(out), count, static_cast<float>(value)); break;
        case Type::I32: std::fill_n(reinterpret_cast<int32_t*>(out), count, static_cast<int32_t>(value)); break;
        case Type::I64: std::fill_n(reinterpret_cast<int64_t*>(out), count, static_cast<int64_t>(value)); break;
        case Type::BOOL: std::fill_n(out, count, static_cast<char>(value != 0)); break;
    }
}

// Whether a number can be converted to the type.
void check_number(Type type, double value) {
    double largest = type == Type::I64 ? 9007199254740992.0 : 2147483647.0;
    if (type != Type::F32 && !(value >= -largest && value <= largest)) {
        throw Failure("what fills integers is no integer of their type");
    }
}

// Row by row of the result: a row is what lies along the last dimension.
struct Pad : Command {
    Type type;
    int rank;
    int64_t sizes[MOST_DIMENSIONS], before[MOST_DIMENSIONS], after[MOST_DIMENSIONS], padded[MOST_DIMENSIONS];
    int64_t rows = 1;
    double value;
    Reference in, out;

    void run(const Run& run) const override {
        int last = rank - 1;
        int64_t width = size_of(type);
        int64_t at_once = std::max<int64_t>(1, ELEMENTS / std::max<int64_t>(1, padded[last]));
        run.machine.pool.each(chunks_of(rows, at_once), [&](int64_t chunk, int) {
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

struct Concat : Command {
    int64_t outer, width = 0;  // bytes of a whole row
    Reference out;
    std::vector<std::pair<Reference, int64_t>> parts;  // and the bytes of each one's part of a row

    void run(const Run& run) const override {
        int64_t at_once = std::max<int64_t>(1, 4 * ELEMENTS / std::max<int64_t>(1, width));
        run.machine.pool.each(chunks_of(outer, at_once), [&](int64_t chunk, int) {
            int64_t to = std::min(outer, (chunk + 1) * at_once);
            for (int64_t row = chunk * at_once; row < to; row++) {
                char* target = run.at<char>(out) + row * width;
                for (const auto& part : parts) {
                    std::memmove(target, run.at<char>(part.first) + row * part.second, static_cast<size_t>(part.second));
                    target += part.second;
                }
            }
        });
    }
};

struct Spatial {
    int64_t size, windows, kernel, stride, dilation;
};

// One thread folds everything that belongs to one outer index.
struct Fold : Command {
    int64_t outer;
    std::vector<Spatial> dimensions;
    int64_t sizes = 1, windows = 1, kernels = 1;
    Reference in, out;

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

struct Gather : Command {
    Type type;
    double outside;
    int64_t rows, width, count;
    Reference table, indices, out;

    void run(const Run& run) const override {
        int64_t bytes = width * size_of(type);
        int64_t at_once = std::max<int64_t>(1, 4 * ELEMENTS / std::max<int64_t>(1, bytes));
        run.machine.pool.each(chunks_of(count, at_once), [&](int64_t chunk, int) {
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
struct ScatterAdd : Command {
    int64_t rows, width, count;
    Reference indices, values, out;

    void run(const Run& run) const override {
        constexpr int64_t COLUMNS = 64;
        run.machine.pool.each(chunks_of(width, COLUMNS), [&](int64_t chunk, int) {
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

std::unique_ptr<Command> decode_pad(Decoder& in) {
    auto command = std::make_unique<Pad>();
    command->type = in.type();
    command->rank = static_cast<int>(in.within(0, MOST_DIMENSIONS, "rank"));
    int64_t from = 1, to = 1;
    for (int d = 0; d < command->rank; d++) from = times(from, command->sizes[d] = in.size("size"));
    for (int d = 0; d < command->rank; d++) command->before[d] = in.size("padding before");
    for (int d = 0; d < command->rank; d++) {
        command->after[d] = in.size("padding after");
        command->padded[d] = command->before[d] + command->sizes[d] + command->after[d];
        to = times(to, command->padded[d]);
    }
    command->value = in.real();
    check_number(command->type, command->value);
    command->in = in.reference(from, command->type);
    command->out = in.reference(to, command->type);
    if (command->rank == 0) {
        command->rank = 1;
        command->sizes[0] = command->padded[0] = 1;
        command->before[0] = command->after[0] = 0;
    }
    command->rows = command->padded[command->rank - 1] == 0 ? 0 : to / command->padded[command->rank - 1];
    return command;
}

std::unique_ptr<Command> decode_concat(Decoder& in) {
    auto command = std::make_unique<Concat>();
    Type type = in.type();
    command->outer = in.size("outer size");
    int64_t place = in.word();
    int64_t parts = in.size("number of operands");
    int64_t inner = 0;
    for (int64_t i = 0; i < parts; i++) {
        int64_t part = in.size("inner size");
        inner += part;
        command->parts.emplace_back(in.reference(times(command->outer, part), type), part * size_of(type));
    }
    command->width = inner * size_of(type);
    command->out = in.resolve(place, times(command->outer, inner), type, false);
    return command;
}

std::unique_ptr<Command> decode_fold(Decoder& in) {
    auto command = std::make_unique<Fold>();
    command->outer = in.size("outer size");
    int64_t count = in.within(0, MOST_DIMENSIONS, "number of spatial dimensions");
    for (int64_t d = 0; d < count; d++) {
        Spatial one{};
        one.size = in.size("size");
        one.windows = in.size("number of windows");
        one.kernel = in.size("size of windows");
        one.stride = in.within(1, INT32_MAX, "stride");
        one.dilation = in.within(1, INT32_MAX, "dilation");
        bool fits = one.windows == 0 || one.kernel == 0 ||
                    times(one.windows - 1, one.stride) + times(one.kernel - 1, one.dilation) < one.size;
        if (!fits) {
            throw Failure("windows reach beyond what they are folded to");
        }
        command->sizes = times(command->sizes, one.size);
        command->windows = times(command->windows, one.windows);
        command->kernels = times(command->kernels, one.kernel);
        command->dimensions.push_back(one);
    }
    command->in = in.reference(times(command->outer, times(command->windows, command->kernels)), Type::F32);
    command->out = in.reference(times(command->outer, command->sizes), Type::F32);
    return command;
}

std::unique_ptr<Command> decode_gather(Decoder& in) {
    auto command = std::make_unique<Gather>();
    command->type = in.type();
    command->outside = in.real();
    if (command->type != Type::F32 && command->outside != command->outside) {
        command->outside = 0;
    }
    check_number(command->type, command->outside);
    command->rows = in.size("number of rows");
    command->width = in.size("width");
    command->count = in.size("number of indices");
    command->table = in.reference(times(command->rows, command->width), command->type);
    command->indices = in.reference(command->count, Type::I32);
    command->out = in.reference(times(command->count, command->width), command->type);
    return command;
}

std::unique_ptr<Command> decode_scatter_add(Decoder& in) {
    auto command = std::make_unique<ScatterAdd>();
    command->rows = in.size("number of rows");
    command->width = in.size("width");
    command->count = in.size("number of indices");
    command->indices = in.reference(command->count, Type::I32);
    command->values = in.reference(times(command->count, command->width), Type::F32);
    command->out = in.reference(times(command->rows, command->width), Type::F32);
    return command;
}

}  // namespace baton
