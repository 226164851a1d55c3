// What the words of the primitives' commands say (PLAN_FORMAT.md), read and checked: what every core's command of the same
// name begins with.
#ifndef BATON_PRIMITIVE_WORDS_H
#define BATON_PRIMITIVE_WORDS_H

#include <utility>

#include "plan_reader.h"

namespace baton {

struct ElementwiseWords {
    explicit ElementwiseWords(PlanReader& in);
    Region region;
};

struct MatmulWords {
    explicit MatmulWords(PlanReader& in);
    int64_t batch, m, n, k;
    bool transposed_a, transposed_b;
    Reference a, b, c;
    int64_t row_a, row_b;  // elements from one row, as it lies in memory, to the next
    int64_t stride_a, stride_b;
    bool fused;  // whether there is an epilogue
    Region epilogue;
};

struct ReduceWords {
    explicit ReduceWords(PlanReader& in);
    Reduction kind;
    int64_t outer, reduced, inner;
    Reference in, out;
};

struct PadWords {
    explicit PadWords(PlanReader& in);
    Type type;
    int rank;
    int64_t sizes[MOST_DIMENSIONS], before[MOST_DIMENSIONS], after[MOST_DIMENSIONS], padded[MOST_DIMENSIONS];
    int64_t elements = 1;  // of the result
    double value;
    Reference in, out;
};

struct ConcatWords {
    explicit ConcatWords(PlanReader& in);
    Type type;
    int64_t outer, width = 0;  // elements of a row of the result
    Reference out;
    std::vector<std::pair<Reference, int64_t>> parts;  // and the elements of each one's part of a row
};

struct Spatial {
    int64_t size, windows, kernel, stride, dilation;
};

struct FoldWords {
    explicit FoldWords(PlanReader& in);
    int64_t outer;
    std::vector<Spatial> dimensions;
    int64_t sizes = 1, windows = 1, kernels = 1;
    Reference in, out;
};

struct GatherWords {
    explicit GatherWords(PlanReader& in);
    Type type;
    double outside;
    int64_t rows, width, count;
    Reference table, indices, out;
};

struct ScatterAddWords {
    explicit ScatterAddWords(PlanReader& in);
    int64_t rows, width, count;
    Reference indices, values, out;
};

// Any number of arrays of float32, cut into chunks.
struct ArraysWords {
    static constexpr int64_t CHUNK = 32768;  // elements
    struct Array {
        Reference from;
        int64_t count;
        int64_t chunks() const { return divided_up(count, CHUNK); }
    };
    explicit ArraysWords(PlanReader& in);
    std::vector<Array> arrays;
    int64_t chunks = 0;  // of all of them
};

struct AllFiniteWords {
    explicit AllFiniteWords(PlanReader& in);
    Reference out;
    ArraysWords from;
};

struct NormsWords {
    explicit NormsWords(PlanReader& in);
    int64_t places[2];  // the words of the two below, which are known to fit once the arrays have been read
    ArraysWords from;
    Reference out, sums;  // a double for each chunk
};

}  // namespace baton

#endif
