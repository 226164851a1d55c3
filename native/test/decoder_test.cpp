// Malformed plans: each must be turned away with a message that names what is wrong.
#include "rejections.h"

using namespace format;

namespace {

void commands() {
    Bench bench;
    for (int64_t opcode : {int64_t(0), int64_t(31), int64_t(38), int64_t(-1), INT64_MAX, INT64_MIN}) {
        rejected("an unknown opcode", bench, {opcode, 2}, "the opcode is");
    }
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8));
    for (int64_t length : {int64_t(0), int64_t(-1), int64_t(2), int64_t(7), int64_t(9), INT64_MAX, INT64_MIN}) {
        rejected("a wrong length", bench, {REDUCE, length, SUM, 2, 2, 2, place, place}, "says it has");
    }
    rejected("words behind the last command", bench, {REDUCE, 8, SUM, 2, 2, 2, place, place, 777}, "the opcode is 777");
    rejected("an unknown reduction", bench, {REDUCE, 8, 4, 2, 2, 2, place, place}, "the reduction is 4");
}

void references() {
    Bench bench;
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8)), input = bench.input(std::vector<float>(4));
    auto sum = [&](int64_t in, int64_t out) { return command(REDUCE, {SUM, 2, 2, 2, in, out}); };
    accepted("the last bytes", bench, sum(place, reference(WORKSPACE, 16)));
    rejected("past the end", bench, sum(place, reference(WORKSPACE, 20)), "do not lie in space 0 of 32 bytes");
    rejected("far past the end", bench, sum(place, reference(WORKSPACE, (1LL << 48) - 4)), "do not lie in space 0");
    rejected("past an input's end", bench, sum(input, place), "8 elements at byte 0 do not lie in space 4 of 16 bytes");
    rejected("an empty space", bench, sum(place, reference(OUTPUTS, 0)), "do not lie in space 3 of 0 bytes");
    for (int64_t offset : {1, 2, 3, 6}) {
        rejected("between elements", bench, sum(place, reference(WORKSPACE, offset)), "do not lie in");
    }
    rejected("an unknown space", bench, sum(place, reference(5, 0)), "there is no memory space 5");
    rejected("the last space there can be", bench, sum(place, reference(32767, 0)), "there is no memory space 32767");
    rejected("a negative space", bench, sum(place, INT64_MIN), "there is no memory space");
    rejected("no place", bench, sum(place, NONE), "there is no memory space -1");
    int64_t wide = bench.place(CONSTANTS, std::vector<int64_t>(2));
    Region region({1});
    region.output(region.operand(wide + 4, I64), place, I64);
    rejected("an int64 at byte 4", bench, command(region), "do not lie in");
}

void sizes() {
    Bench bench;
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8));
    constexpr int64_t MOST = 1LL << 40;
    auto reduce = [&](int64_t outer, int64_t reduced, int64_t inner) {
        return command(REDUCE, {SUM, outer, reduced, inner, place, place});
    };
    rejected("a negative size", bench, reduce(-1, 2, 2), "the outer size is -1");
    rejected("a size too large", bench, reduce(MOST + 1, 1, 1), "the outer size is");
    rejected("too many results", bench, reduce(MOST, 0, MOST), "too many elements");
    rejected("too many elements", bench, reduce(1 << 20, 1 << 20, 2), "too many elements");
    rejected("more than there are", bench, reduce(1 << 20, 1 << 10, 1), "do not lie in");
    accepted("nothing of much", bench, reduce(0, MOST, MOST));
    rejected("argmax beyond int32", bench, command(REDUCE, {ARGMAX, 0, 1LL << 31, 1, place, place}), "the reduced size is");
    auto product = [&](int64_t batch, int64_t m, int64_t n, int64_t k, int64_t stride, int64_t c = NONE, int64_t turned = 0) {
        return command(MATMUL, {batch, m, n, k, turned, 0, place, k, stride, place, n, 0, c, 0});
    };
    int64_t more = INT64_C(0x7fffffff);
    accepted("a product", bench, product(1, 2, 2, 2, 0, reference(WORKSPACE, 16)));
    rejected("a product into nothing", bench, product(1, 2, 2, 2, 0), "neither a result nor a region");
    rejected("a product past the end", bench, product(1, 2, 2, 2, 0, reference(WORKSPACE, 20)), "do not lie in");
    rejected("an unknown transposition", bench, product(1, 2, 2, 2, 0, place, 2), "transposition of A is 2");
    rejected("the largest product", bench, product(more, more, more, more, more), "too many elements");
    rejected("the largest empty product", bench, product(more, more, more, 0, more, place), "too many elements");
    rejected("m beyond int32", bench, product(1, more + 1, 1, 1, 0), "the m is");
    rejected("a negative batch stride", bench, product(2, 1, 1, 1, -1, place), "the batch stride of a factor is -1");
    rejected("rows that overlap", bench, command(MATMUL, {1, 2, 2, 2, 0, 0, place, 1, 0, place, 2, 0, place, 0}),
             "the row stride of a factor is 1");
    rejected("the last row past the end", bench, command(MATMUL, {1, 2, 1, 2, 0, 0, place, 7, 0, place, 1, 0, place, 0}),
             "9 elements at byte 0");
    rejected("the last matrix past the end", bench, product(3, 2, 1, 2, 3, place), "10 elements at byte 0");
    int64_t number = bench.place(VARIABLES, std::vector<float>(4));
    rejected("no classes", bench, command(CROSS_ENTROPY, {1, 0, 0, place, place, number, number}), "number of classes is 0");
    rejected("too many rows", bench, command(CROSS_ENTROPY, {MOST, 1LL << 31, 0, place, place, number, number}), "too many");
    rejected("too many logits", bench, command(CROSS_ENTROPY, {MOST, 3, 0, place, place, number, number}), "too many");
    rejected("too many labels", bench, command(CROSS_ENTROPY, {8, 1, 0, place, number, place, place}), "8 elements");
    rejected("momentum without velocity", bench,
             command(SGD, {bits_of_double(0.9), 0, 0, place, place, 1, 2, place, place, place, NONE, NONE}), "space -1");
    rejected("a parameter too large", bench, command(SGD, {0, 0, 0, place, place, 1, 9, place, place, place, NONE, NONE}),
             "9 elements");
    rejected("more parameters than words", bench, command(SGD, {0, 0, 0, place, place, MOST}), "ends in the middle");
    rejected("more inputs than words", bench, command(ALL_FINITE, {place, MOST}), "ends in the middle");
    rejected("too many inputs", bench, command(ALL_FINITE, {place, MOST + 1}), "number of inputs");
    rejected("too many norms", bench, command(NORMS, {place, place, 9, place, 1, place, 1, place, 1, place, 1, place, 1,
                                                      place, 1, place, 1, place, 1, place, 1}), "9 elements");
    rejected("norms without memory for their sums", bench, command(NORMS, {place, NONE, 1, place, 4}), "space -1");
}

void norms_and_attention() {
    Bench bench;
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8)), sums = bench.place(VARIABLES, std::vector<int64_t>(127));
    rejected("a bias without a weight", bench, command(NORM, {4, 2, 0, place, NONE, place, place, NONE, place}), "no weight");
    rejected("a norm past the end", bench, command(NORM, {5, 2, 0, place, NONE, NONE, place, NONE, place}), "10 elements");
    auto backward = [&](int64_t by_weight, int64_t memory) {
        return command(NORM_BACKWARD, {4, 2, place, NONE, place, place, NONE, place, by_weight, NONE, memory});
    };
    accepted("no gradient by a weight", bench, backward(NONE, NONE));
    rejected("no memory for sums", bench, backward(place, NONE), "needs memory for its sums");
    rejected("too little memory for sums", bench, backward(place, sums), "128 elements");
    rejected("too many shares", bench, command(SOFTMAX, {0, 1 << 20, 1 << 20, 2, place, place}), "too many elements");
    accepted("no shares of many", bench, command(SOFTMAX, {0, 2, 0, 1LL << 39, place, place}));
    rejected("a flag of 2", bench, command(SOFTMAX, {2, 1, 1, 1, place, place}), "flag of logarithms is 2");
    int64_t places = bench.place(CONSTANTS, std::vector<int32_t>(2));
    auto attention = [&](int64_t position, int64_t head, int64_t mask, int64_t mask_stride) {
        return command(ATTENTION, {1, 2, 2, 2, 2, 2, 0, 0, place, 8, position, head, place, 8, 4, 2, place, 8, 4, 2, mask, 0, 0,
                                   mask_stride, NONE, place, 8, 4, 2, place});
    };
    accepted("attention", bench, attention(4, 2, NONE, 0));
    rejected("positions that overlap", bench, attention(1, 2, NONE, 0), "the stride of a position is 1");
    rejected("a head past the end", bench, attention(4, 3, NONE, 0), "9 elements");
    rejected("a head far past the end", bench, attention(4, 1LL << 40, NONE, 0), "do not lie in");
    rejected("a position far past the end", bench, attention(INT32_MAX, 2, NONE, 0), "do not lie in");
    accepted("a mask at the end", bench, attention(4, 2, reference(WORKSPACE, 0), 2));
    rejected("a mask past the end", bench, attention(4, 2, reference(WORKSPACE, 30), 1), "3 elements at byte 30");
    auto cached = [&](int64_t rows, int64_t positions, int64_t first) {
        return command(CACHED_ATTENTION, {rows, 2, 1, 1, positions, 1, 1, 0, place, 1, 1, 1, place, 1, 1, 1, place, 1, 1, 1,
                                          place, place, place, place, first, place, 1, 1, 1});
    };
    accepted("cached attention", bench, cached(4, 2, places));
    rejected("more examples than rows", bench, cached(1, 2, places), "number of examples is 2");
    rejected("a cache past the end", bench, cached(3, 3, places), "9 elements");
    rejected("caches beyond every memory", bench, cached(INT32_MAX, INT32_MAX, places), "too many elements");
    rejected("no positions", bench, cached(4, 2, NONE), "space -1");
    rejected("an odd width", bench, command(ROTARY, {1, 1, 1, 3, 0, 0, 0, place, place}), "odd width");
    accepted("no position of many", bench, command(ROTARY, {0, 1LL << 40, 1, 2, 0, 0, 0, place, place}));
}

}  // namespace

void test_decoder() {
    norms_and_attention();
    samples_are_valid_and_their_parts_are_not();
    commands();
    references();
    sizes();
}
