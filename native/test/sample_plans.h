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

// Those of primitives and of sums among members, which every core runs.
std::vector<Sample> primitive_plans();

// Those of a family of commands each. What is added to the opcodes of convolutions is PAIRED or 0.
Sample attention_plan();
Sample convolution_plan(int64_t variant);
std::vector<Sample> normalization_plans();
Sample picture_plan();
Sample recurrent_plan();
std::vector<Sample> rotary_plans();
std::vector<Sample> training_plans();

// Those of commands that are cut in the core's own way, or that it alone has.
std::vector<Sample> plans_of_this_core();

#endif
