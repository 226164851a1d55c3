// Which of the kernels' instruction sets runs here.
#ifndef BATON_INSTRUCTION_SET_H
#define BATON_INSTRUCTION_SET_H

#include "kernels.h"
#include "pairs.h"

namespace baton {

// The kernels of this name, or for null and "" the best that this processor has; fails in words.
const Kernels& choose_kernels(const char* name);

// The kernels of pairs of bfloat16 beside these; null where there are none.
const PairKernels* choose_pairs(const Kernels& kernels);

// Whether wide products are faster with our own kernel than with OpenBLAS's for small matrices.
bool has_own_wide_products(const Kernels& kernels);

// The processor's own name.
const char* processor_name();

}  // namespace baton

#endif
