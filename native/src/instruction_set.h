// Which of the kernels' instruction sets runs here.
#ifndef BATON_INSTRUCTION_SET_H
#define BATON_INSTRUCTION_SET_H

#include "kernels.h"
#include "pairs.h"

namespace baton {

struct InstructionSet {
    const char* name;
    const Kernels& kernels;
    const PairKernels* pairs;  // of bfloat16; null where there are none
    const Int8Kernels& int8;   // products of bytes
    bool own_wide;             // whether wide products are faster with our own kernel than with OpenBLAS's for small matrices
    bool own_large;            // whether the largest are faster with it than where OpenBLAS packs them first
};

// The one of this name, or for null and "" the best that this processor has; fails in words.
InstructionSet choose_instruction_set(const char* name);

// The processor's own name.
const char* processor_name();

}  // namespace baton

#endif
