// The bias of a product: a row that is added to each of its rows. The tile begins with it, and the product is added to it,
// which costs nothing where a pass over the tile would.
#ifndef BATON_BIAS_H
#define BATON_BIAS_H

#include "plan.h"

namespace baton {

// Registers of a region: reads of one become reads of another, and those behind a removed one move up.
inline void rename(Region& region, int32_t from, int32_t to) {
    auto each = [&](int32_t& reg) { reg = reg == from ? to : reg; };
    for (Instruction& one : region.instructions) {
        for (int32_t* reg : {&one.a, &one.b, &one.c}) each(*reg);
    }
    for (Output& output : region.outputs) each(output.value);
}

inline void close_gap(Region& region, int32_t removed) {
    auto each = [&](int32_t& reg) { reg -= reg > removed; };
    for (Instruction& one : region.instructions) {
        for (int32_t* reg : {&one.a, &one.b, &one.c}) each(*reg);
    }
    for (Output& output : region.outputs) each(output.value);
    each(region.product);
}

inline int64_t uses(const Region& region, int32_t reg) {
    int64_t count = 0;
    for (const Instruction& one : region.instructions) count += (one.a == reg) + (one.b == reg) + (one.c == reg);
    for (const Output& output : region.outputs) count += output.value == reg;
    return count;
}

// Takes the addition of a row out of a region where that is all that the product itself is used for; gives the row's place,
// none where there is no such addition.
inline Reference take_bias(Region& region) {
    if (region.product < 0 || uses(region, region.product) != 1) {
        return {};
    }
    int32_t operands = static_cast<int32_t>(region.operands.size());
    for (size_t i = 0; i < region.instructions.size(); i++) {
        Instruction one = region.instructions[i];
        int32_t row = one.a == region.product ? one.b : one.a;
        bool adds = one.function == Function::ADD && (one.a == region.product || one.b == region.product);
        if (!adds || row >= operands || !region.operands[row].row) {
            continue;
        }
        Reference bias = region.operands[row].from;
        int32_t sum = operands + static_cast<int32_t>(i);
        region.instructions.erase(region.instructions.begin() + static_cast<int64_t>(i));
        rename(region, sum, region.product);
        close_gap(region, sum);
        if (uses(region, row) == 0) {
            region.operands.erase(region.operands.begin() + row);
            close_gap(region, row);
        }
        return bias;
    }
    return {};
}

}  // namespace baton

#endif
