// A convolution of some sizes with its gradients, against loops in double.
#ifndef BATON_CONVOLUTION_CASES_H
#define BATON_CONVOLUTION_CASES_H

#include "bench.h"
#include "side.h"

struct Sizes {
    int64_t pictures, inputs, outputs, groups;
    Side down, across;
    std::vector<int64_t> words() const {
        std::vector<int64_t> all{pictures, inputs, outputs, groups};
        for (const Side& s : {down, across}) {
            all.insert(all.end(), {s.size, s.kernel, s.results(), s.stride, s.before, s.dilation});
        }
        return all;
    }
};

// The scratch memory that a command with this opcode wants with as many threads as the bench ever runs.
int64_t scratch_bytes(const Sizes& s, int64_t opcode);

// What is added to the opcodes: PAIRED, with factors that are rounded to bfloat16, WINOGRAD, TRANSFORMED, or 0.
void convolution(const Sizes& s, int64_t variant);

#endif
