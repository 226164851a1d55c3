#include "primitive_words.h"

namespace baton {
namespace {

// A factor of so many rows, as they lie in memory.
Reference factor(PlanReader& in, int64_t batch, int64_t rows, int64_t columns, int64_t& row, int64_t& stride) {
    int64_t word = in.word();
    row = in.within(columns, INT32_MAX, "row stride of a factor");
    stride = in.within(0, int64_t(1) << 40, "batch stride of a factor");
    int64_t matrix = rows == 0 || columns == 0 ? 0 : times(rows - 1, row) + columns;
    int64_t elements = batch == 0 || matrix == 0 ? 0 : times(batch - 1, stride) + matrix;
    return in.resolve(word, elements, Type::F32, false);
}

// A number that fills elements of a type, and so can be converted to it.
double filling(Type type, double value) {
    double largest = type == Type::I64 ? 9007199254740992.0 : type == Type::I8 ? 127.0 : 2147483647.0;
    double least = type == Type::I8 ? -128.0 : -largest;
    if (type != Type::F32 && !(value >= least && value <= largest)) {
        throw Failure("what fills integers is no integer of their type");
    }
    return value;
}

}  // namespace

ElementwiseWords::ElementwiseWords(PlanReader& in) : region(in.region()) {
    if (region.product >= 0) {
        throw Failure("there is no matrix product here");
    }
}

MatmulWords::MatmulWords(PlanReader& in) {
    constexpr int64_t MOST = int64_t(1) << 31;
    batch = in.within(0, MOST - 1, "batch");
    m = in.within(0, MOST - 1, "m");
    n = in.within(0, MOST - 1, "n");
    k = in.within(0, MOST - 1, "k");
    transposed_a = in.within(0, 1, "transposition of A") == 1;
    transposed_b = in.within(0, 1, "transposition of B") == 1;
    a = factor(in, batch, transposed_a ? k : m, transposed_a ? m : k, row_a, stride_a);
    b = factor(in, batch, transposed_b ? n : k, transposed_b ? k : n, row_b, stride_b);
    if (m * n > 0 && batch > (int64_t(1) << 40) / (m * n)) {
        throw Failure("a matrix product has too many elements");
    }
    c = in.reference(batch * m * n, Type::F32, true);
    fused = in.within(0, 1, "flag of the region") == 1;
    if (fused) {
        epilogue = in.region();
        const Region& e = epilogue;
        if (e.rank != 3 || e.sizes[0] != batch || e.sizes[1] != m || e.sizes[2] != n) {
            throw Failure("the region of a matrix product iterates over [batch, m, n]");
        }
    } else if (!c.exists()) {
        throw Failure("a matrix product has neither a result nor a region");
    }
}

ReduceWords::ReduceWords(PlanReader& words) {
    kind = static_cast<Reduction>(words.within(0, static_cast<int64_t>(Reduction::COUNT) - 1, "reduction"));
    outer = words.size("outer size");
    // The largest element's index is an int32.
    bool positions = kind == Reduction::ARGMAX;
    reduced = positions ? words.within(0, INT32_MAX, "reduced size") : words.size("reduced size");
    inner = words.size("inner size");
    int64_t results = times(outer, inner);
    int64_t elements = times(results, reduced);
    Type from = kind == Reduction::ALL ? Type::BOOL : Type::F32;
    in = words.reference(elements, from);
    out = words.reference(results, positions ? Type::I32 : from);
}

PadWords::PadWords(PlanReader& words) {
    type = words.type();
    rank = static_cast<int>(words.within(0, MOST_DIMENSIONS, "rank"));
    int64_t from = 1;
    for (int d = 0; d < rank; d++) from = times(from, sizes[d] = words.size("size"));
    for (int d = 0; d < rank; d++) before[d] = words.size("padding before");
    for (int d = 0; d < rank; d++) {
        after[d] = words.size("padding after");
        padded[d] = before[d] + sizes[d] + after[d];
        elements = times(elements, padded[d]);
    }
    value = filling(type, words.real());
    in = words.reference(from, type);
    out = words.reference(elements, type);
}

ConcatWords::ConcatWords(PlanReader& in) {
    type = in.type();
    outer = in.size("outer size");
    int64_t place = in.word();
    int64_t count = in.size("number of operands");
    for (int64_t i = 0; i < count; i++) {
        int64_t part = in.size("inner size");
        width += part;
        parts.emplace_back(in.reference(times(outer, part), type), part);
    }
    out = in.resolve(place, times(outer, width), type, false);
}

FoldWords::FoldWords(PlanReader& words) {
    outer = words.size("outer size");
    int64_t count = words.within(0, MOST_DIMENSIONS, "number of spatial dimensions");
    for (int64_t d = 0; d < count; d++) {
        Spatial one{};
        one.size = words.size("size");
        one.windows = words.size("number of windows");
        one.kernel = words.size("size of windows");
        one.stride = words.within(1, INT32_MAX, "stride");
        one.dilation = words.within(1, INT32_MAX, "dilation");
        bool fits = one.windows == 0 || one.kernel == 0 ||
                    times(one.windows - 1, one.stride) + times(one.kernel - 1, one.dilation) < one.size;
        if (!fits) {
            throw Failure("windows reach beyond what they are folded to");
        }
        sizes = times(sizes, one.size);
        windows = times(windows, one.windows);
        kernels = times(kernels, one.kernel);
        dimensions.push_back(one);
    }
    in = words.reference(times(outer, times(windows, kernels)), Type::F32);
    out = words.reference(times(outer, sizes), Type::F32);
}

GatherWords::GatherWords(PlanReader& in) {
    type = in.type();
    double number = in.real();
    bool stands_for_none = type != Type::F32 && number != number;
    outside = filling(type, stands_for_none ? 0 : number);
    rows = in.size("number of rows");
    width = in.size("width");
    count = in.size("number of indices");
    table = in.reference(times(rows, width), type);
    indices = in.reference(count, Type::I32);
    out = in.reference(times(count, width), type);
}

ScatterAddWords::ScatterAddWords(PlanReader& in) {
    rows = in.size("number of rows");
    width = in.size("width");
    count = in.size("number of indices");
    indices = in.reference(count, Type::I32);
    values = in.reference(times(count, width), Type::F32);
    out = in.reference(times(rows, width), Type::F32);
}

ArraysWords::ArraysWords(PlanReader& in) {
    int64_t count = in.size("number of inputs");
    for (int64_t i = 0; i < count; i++) {
        int64_t word = in.word();
        int64_t elements = in.size("number of elements");
        arrays.push_back({in.resolve(word, elements, Type::F32, false), elements});
        chunks += arrays.back().chunks();
    }
}

// Members are read in the order of their words.
AllFiniteWords::AllFiniteWords(PlanReader& in) : out(in.reference(1, Type::BOOL)), from(in) {}

NormsWords::NormsWords(PlanReader& in) : places{in.word(), in.word()}, from(in) {
    out = in.resolve(places[0], static_cast<int64_t>(from.arrays.size()), Type::F32, false);
    // As large as doubles, which are no type of a plan. Without elements there are no sums.
    sums = in.resolve(places[1], from.chunks, Type::I64, from.chunks == 0);
}

}  // namespace baton
