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

#endif
