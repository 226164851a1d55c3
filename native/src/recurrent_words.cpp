#include "recurrent_words.h"

namespace baton {
namespace {

// None of the numbers of elements is beyond every memory.
Sequence sequence(PlanReader& in, int64_t gates) {
    Sequence s{};
    s.gates = gates;
    s.n = in.size("number of sequences");
    s.t = in.within(1, INT32_MAX, "number of steps");
    s.hidden = in.within(1, INT32_MAX / 8, "number of hidden units");
    s.reverse = in.within(0, 1, "flag of the reverse direction") == 1;
    times(times(times(s.n, s.t), s.hidden), 4);
    times(s.n, s.width() + Sequence::GAP);
    times(s.width(), s.hidden);
    return s;
}

}  // namespace

LstmWords::LstmWords(PlanReader& in) : s(sequence(in, 4)) {
    projected = in.reference(4 * s.steps(), Type::F32);
    first_hidden = in.reference(s.states(), Type::F32);
    first_cell = in.reference(s.states(), Type::F32);
    weight = in.reference(s.weights(), Type::F32);
    outputs = in.reference(s.steps(), Type::F32);
    cells = in.reference(s.steps(), Type::F32);
    gates = in.reference(4 * s.steps(), Type::F32);
    scratch = in.reference(2 * s.carried(s.hidden), Type::F32);
}

LstmBackwardWords::LstmBackwardWords(PlanReader& in) : s(sequence(in, 4)) {
    gates = in.reference(4 * s.steps(), Type::F32);
    cells = in.reference(s.steps(), Type::F32);
    first_cell = in.reference(s.states(), Type::F32);
    weight = in.reference(s.weights(), Type::F32);
    by_outputs = in.reference(s.steps(), Type::F32);
    by_cells = in.reference(s.steps(), Type::F32, true);
    by_projected = in.reference(4 * s.steps(), Type::F32);
    by_hidden = in.reference(s.states(), Type::F32);
    by_cell = in.reference(s.states(), Type::F32);
    scratch = in.reference(s.backward_scratch(), Type::F32);
}

GruWords::GruWords(PlanReader& in) : s(sequence(in, 3)) {
    projected = in.reference(3 * s.steps(), Type::F32);
    first_hidden = in.reference(s.states(), Type::F32);
    weight = in.reference(s.weights(), Type::F32);
    bias = in.reference(s.width(), Type::F32);
    outputs = in.reference(s.steps(), Type::F32);
    gates = in.reference(4 * s.steps(), Type::F32);
    scratch = in.reference(2 * s.carried(s.hidden), Type::F32);
}

GruBackwardWords::GruBackwardWords(PlanReader& in) : s(sequence(in, 3)) {
    gates = in.reference(4 * s.steps(), Type::F32);
    before = in.reference(s.steps(), Type::F32);
    weight = in.reference(s.weights(), Type::F32);
    by_outputs = in.reference(s.steps(), Type::F32);
    by_projected = in.reference(3 * s.steps(), Type::F32);
    by_recurrent = in.reference(3 * s.steps(), Type::F32);
    by_hidden = in.reference(s.states(), Type::F32);
    scratch = in.reference(s.backward_scratch(), Type::F32);
}

}  // namespace baton
