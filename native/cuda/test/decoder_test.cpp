// Malformed plans, and commands that this core does not have: each must be turned away with a message that names what is
// wrong. What a region may not be is tested with the CPU's core, whose reader this is.
#include "rejections.h"

using namespace format;

namespace {

void commands() {
    Bench bench;
    for (int64_t opcode : {int64_t(0), int64_t(-1), INT64_MAX, INT64_MIN}) {
        rejected("an impossible opcode", bench, {opcode, 2}, "the opcode is");
    }
    for (int64_t opcode : {31, 37, 67, 142}) {
        rejected("a command that is not there", bench, {opcode, 2},
                 "the CUDA core has no command " + std::to_string(opcode) + " yet");
    }
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8));
    for (int64_t length : {int64_t(0), int64_t(-1), int64_t(7), int64_t(9), INT64_MAX}) {
        rejected("a wrong length", bench, {REDUCE, length, SUM, 2, 2, 2, place, place}, "command 1 says it has");
    }
    rejected("an unknown reduction", bench, {REDUCE, 8, 4, 2, 2, 2, place, place}, "the reduction is 4");
}

void sizes() {
    Bench bench;
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8));
    constexpr int64_t MOST = 1LL << 40;
    auto reduce = [&](int64_t outer, int64_t reduced, int64_t inner) {
        return command(REDUCE, {SUM, outer, reduced, inner, place, place});
    };
    rejected("a negative size", bench, reduce(-1, 2, 2), "the outer size is -1");
    rejected("too many results", bench, reduce(MOST, 0, MOST), "too many elements");
    rejected("more than there are", bench, reduce(1 << 20, 1 << 10, 1), "do not lie in");
    accepted("nothing of much", bench, reduce(0, MOST, MOST));
    rejected("argmax beyond int32", bench, command(REDUCE, {ARGMAX, 0, 1LL << 31, 1, place, place}), "the reduced size is");
    auto product = [&](int64_t batch, int64_t m, int64_t n, int64_t k, int64_t stride, int64_t c) {
        return command(MATMUL, {batch, m, n, k, 0, 0, place, k, stride, place, n, 0, c, 0});
    };
    int64_t more = INT64_C(0x7fffffff);
    rejected("a product into nothing", bench, product(1, 2, 2, 2, 0, NONE), "neither a result nor a region");
    rejected("a product past the end", bench, product(1, 2, 2, 2, 0, reference(WORKSPACE, 20)), "do not lie in");
    rejected("the largest product", bench, product(more, more, more, more, more, place), "too many elements");
    rejected("the largest empty product", bench, product(more, more, more, 0, more, place), "too many elements");
    rejected("rows that overlap", bench, command(MATMUL, {1, 2, 2, 2, 0, 0, place, 1, 0, place, 2, 0, place, 0}),
             "the row stride of a factor is 1");
    rejected("more inputs than words", bench, command(ALL_FINITE, {place, MOST}), "ends in the middle");
    rejected("norms without memory for their sums", bench, command(NORMS, {place, NONE, 1, place, 4}), "space -1");
    rejected("windows too far", bench, command(FOLD, {1, 1, 3, 2, 3, 1, 1, place, place}), "windows reach beyond");
    accepted("no windows of much", bench, command(FOLD, {1, 1, 3, 0, MOST, 1, 1, place, place}));
    accepted("no shares of many", bench, command(SOFTMAX, {0, 2, 0, 1LL << 39, place, place}));
    rejected("a fraction too large for integers", bench, command(PAD, {I32, 1, 1, 0, 0, bits_of_double(1e10), place, place}),
             "no integer of their type");
}

}  // namespace

void test_cuda_decoder() {
    samples_are_valid_and_their_parts_are_not();
    commands();
    sizes();
}
