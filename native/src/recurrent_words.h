// What the words of LSTM and GRU say (PLAN_FORMAT.md), read and checked.
#ifndef BATON_RECURRENT_WORDS_H
#define BATON_RECURRENT_WORDS_H

#include "plan_reader.h"

namespace baton {

struct Sequence {
    // Elements between the rows of what one step hands to the next in the plan's scratch memory.
    static constexpr int64_t GAP = 16;
    int64_t n, t, hidden, gates;
    bool reverse;

    // The step that runs as number i, and where a row of an example at it begins.
    int64_t step(int64_t i) const { return reverse ? t - 1 - i : i; }
    int64_t row(int64_t example, int64_t i) const { return example * t + step(i); }
    int64_t width() const { return gates * hidden; }
    int64_t carried(int64_t row_width) const { return n * (row_width + GAP); }
    int64_t backward_scratch() const { return width() * hidden + 2 * carried(width()); }
    // How many elements there are of [n, hidden], [n, t, hidden] and [hidden, width].
    int64_t states() const { return n * hidden; }
    int64_t steps() const { return n * t * hidden; }
    int64_t weights() const { return hidden * width(); }
};

struct LstmWords {
    explicit LstmWords(PlanReader& in);
    Sequence s;
    Reference projected, first_hidden, first_cell, weight, outputs, cells, gates, scratch;
};

struct LstmBackwardWords {
    explicit LstmBackwardWords(PlanReader& in);
    Sequence s;
    Reference gates, cells, first_cell, weight, by_outputs, by_cells, by_projected, by_hidden, by_cell, scratch;
};

struct GruWords {
    explicit GruWords(PlanReader& in);
    Sequence s;
    Reference projected, first_hidden, weight, bias, outputs, gates, scratch;
};

struct GruBackwardWords {
    explicit GruBackwardWords(PlanReader& in);
    Sequence s;
    Reference gates, before, weight, by_outputs, by_projected, by_recurrent, by_hidden, scratch;
};

}  // namespace baton

#endif
