// A small valid plan of every command, with its memory: what the tests of the decoder take apart.
#ifndef BATON_SAMPLE_PLANS_H
#define BATON_SAMPLE_PLANS_H

#include "bench.h"

struct Sample {
    const char* name;
    Bench bench;
    std::vector<int64_t> plan;
};

std::vector<Sample> sample_plans();

// Those of primitives, which every core runs.
std::vector<Sample> primitive_plans();

// Those of one family of commands each. What is added to the opcodes of convolutions is PAIRED or 0.
Sample attention_plan();
Sample convolution_plan(int64_t variant);
Sample picture_plan();
Sample recurrent_plan();

#endif
