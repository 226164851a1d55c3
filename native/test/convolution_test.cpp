// Convolutions with their gradients, with factors of float32 and rounded to bfloat16, against loops in double.
#include "convolution_cases.h"
#include "rejections.h"

using namespace format;

namespace {

// A gradient by the input has as many channels as the input, and so would its bias.
void too_short_a_bias() {
    Sizes s{1, 5, 2, 1, {1, 1, 1, 0, 0, 1}, {1, 1, 1, 0, 0, 1}};
    Bench bench;
    int64_t gradient = bench.input(std::vector<float>(2)), weight = bench.input(std::vector<float>(10));
    int64_t bias = bench.input(std::vector<float>(4)), out = bench.result<float>(5), scratch = bench.scratch(1 << 12);
    rejected("a bias too short", bench,
             command(CONVOLUTION_BY_INPUT, joined({s.words(), {gradient, weight, bias, out, scratch}})), "5 elements at byte");
}

}  // namespace

void test_convolution() {
    Side three{7, 3, 1, 1, 1, 1};
    for (const Sizes& s : {
             Sizes{1, 1, 1, 1, {1, 1, 1, 0, 0, 1}, {1, 1, 1, 0, 0, 1}},
             Sizes{2, 3, 9, 1, three, {9, 3, 1, 1, 1, 1}},
             Sizes{17, 2, 5, 1, three, {6, 3, 1, 1, 1, 1}},
             Sizes{3, 4, 6, 2, {8, 3, 2, 1, 1, 1}, {9, 2, 2, 0, 1, 1}},
             Sizes{2, 3, 3, 3, {6, 3, 1, 2, 0, 1}, {35, 5, 1, 2, 2, 1}},
             Sizes{2, 2, 4, 1, {9, 1, 2, 0, 0, 1}, {9, 1, 2, 0, 0, 1}},
             Sizes{1, 2, 3, 1, {11, 3, 3, 2, 1, 2}, {12, 2, 3, 1, 0, 3}},
             Sizes{20, 16, 17, 1, {4, 3, 1, 1, 1, 1}, {4, 3, 1, 1, 1, 1}},
             Sizes{2, 5, 33, 1, {3, 2, 1, 0, 0, 1}, {50, 4, 1, 1, 3, 1}},
             // A channel of its own for each group, groups of one output and of several, and strides beyond the picture.
             Sizes{2, 5, 5, 5, three, {10, 3, 2, 1, 1, 1}},
             Sizes{3, 6, 3, 3, {5, 2, 1, 1, 0, 1}, {6, 3, 1, 1, 1, 1}},
             Sizes{2, 3, 18, 3, {5, 2, 1, 1, 0, 1}, {33, 3, 2, 1, 1, 1}},
             Sizes{2, 6, 5, 1, {3, 2, 7, 0, 0, 1}, {2, 1, 5, 0, 0, 1}},
             Sizes{3, 5, 6, 1, {1, 1, 1, 0, 0, 1}, {1, 3, 1, 1, 1, 1}},
             Sizes{1, 2, 3, 1, {4, 3, 2, 5, 4, 3}, {5, 2, 3, 4, 0, 2}},
             Sizes{0, 2, 3, 1, three, three},
         }) {
        convolution(s, 0);
        convolution(s, PAIRED);
    }
    too_short_a_bias();
}
