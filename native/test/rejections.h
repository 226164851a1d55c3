// What tests of the boundary and of the decoder ask: that something fails in words, or that it does not.
#ifndef BATON_REJECTIONS_H
#define BATON_REJECTIONS_H

#include <string>

#include "bench.h"

// The status is a failure's, in words that contain these.
void fails(const char* what, int32_t status, const char* words);

// The plan is turned away, in words that contain these.
void rejected(const char* what, Bench& bench, const std::vector<int64_t>& plan, const std::string& words);

void accepted(const char* what, Bench& bench, const std::vector<int64_t>& plan);

// The sample plans run, and so does what ends behind a command; what ends elsewhere is turned away.
void samples_are_valid_and_their_parts_are_not();

#endif
