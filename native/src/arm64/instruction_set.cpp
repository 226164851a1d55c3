// The instruction set of 64-bit ARM processors: there is one, which all of them have.
#include "instruction_set.h"

#include <cstring>
#include <string>

#include "plan.h"

namespace baton {

InstructionSet choose_instruction_set(const char* name) {
    const InstructionSet neon{"neon", NEON_KERNELS, nullptr, NEON_KERNELS.int8, false, false};
    if (name == nullptr || *name == '\0' || std::strcmp(name, neon.name) == 0) {
        return neon;
    }
    throw Failure(std::string("there is no instruction set '") + name + "' on 64-bit ARM: neon is known");
}

// The processor does not say its name; OpenBLAS's choice tells which one it is.
const char* processor_name() { return "64-bit ARM"; }

}  // namespace baton
