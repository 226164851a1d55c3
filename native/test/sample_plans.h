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

// Those of a family of commands each.
std::vector<Sample> training_plans();
std::vector<Sample> normalization_plans();
std::vector<Sample> rotary_plans();

#endif
