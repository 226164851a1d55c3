#include "normalization_words.h"

namespace baton {

NormWords::NormWords(PlanReader& in) {
    rows = in.size("number of rows");
    width = in.within(0, int64_t(1) << 31, "width");
    epsilon = in.real();
    int64_t elements = times(rows, width);
    x = in.reference(elements, Type::F32);
    weight = in.reference(width, Type::F32, true);
    bias = in.reference(width, Type::F32, true);
    if (bias.exists() && !weight.exists()) {
        throw Failure("a norm has a bias and no weight");
    }
    y = in.reference(elements, Type::F32);
    mean = in.reference(rows, Type::F32, true);
    inverse = in.reference(rows, Type::F32);
}

NormBackwardWords::NormBackwardWords(PlanReader& in) {
    rows = in.size("number of rows");
    width = in.within(0, int64_t(1) << 31, "width");
    int64_t elements = times(rows, width);
    x = in.reference(elements, Type::F32);
    mean = in.reference(rows, Type::F32, true);
    inverse = in.reference(rows, Type::F32);
    gradient = in.reference(elements, Type::F32);
    weight = in.reference(width, Type::F32, true);
    by_x = in.reference(elements, Type::F32);
    by_weight = in.reference(width, Type::F32, true);
    by_bias = in.reference(width, Type::F32, true);
    // As large as doubles, which are no type of a plan.
    sums = in.reference(times(2 * MOST_SUMS, width), Type::I64, true);
    bool adds = width > 0 && (by_weight.exists() || by_bias.exists());
    if (adds && !sums.exists()) {
        throw Failure("a norm's gradient by its weight needs memory for its sums");
    }
}

SoftmaxWords::SoftmaxWords(PlanReader& words, bool is_backward) : backward(is_backward) {
    logarithms = words.within(0, 1, "flag of logarithms") == 1;
    outer = words.size("outer size");
    size = words.size("size");
    inner = words.size("inner size");
    int64_t elements = times(times(outer, size), inner);
    in = words.reference(elements, Type::F32);
    if (backward) {
        gradient = words.reference(elements, Type::F32);
    }
    out = words.reference(elements, Type::F32);
}

}  // namespace baton
