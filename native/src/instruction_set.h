// Which of the kernels' instruction sets runs here.
#ifndef BATON_INSTRUCTION_SET_H
#define BATON_INSTRUCTION_SET_H

#include "kernels.h"

namespace baton {

// The kernels of this name, or for null and "" the best that this processor has; fails in words.
const Kernels& choose_kernels(const char* name);

// The processor's own name.
const char* processor_name();

}  // namespace baton

#endif
