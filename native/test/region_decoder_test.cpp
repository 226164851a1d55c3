// Malformed regions: shapes, strides, operands, instructions and outputs that the decoder must turn away.
#include <string>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

struct Case {
    Bench bench;
    int64_t reals = bench.place(WORKSPACE, std::vector<float>(64));
    int64_t wholes = bench.place(VARIABLES, std::vector<int64_t>(64));
    int64_t out = bench.place(OUTPUTS, std::vector<float>(64));

    int32_t run(const std::vector<int64_t>& plan) { return bench.run(backend_of(BASELINE, 1), plan); }

    void rejected(const char* what, const std::vector<int64_t>& plan, const char* words) {
        bool said = run(plan) != 0 && std::string(baton_last_error()).find(words) != std::string::npos;
        CHECK(said, "%s: the last message is: %s", what, baton_last_error());
    }
    void rejected(const char* what, const Region& region, const char* words) { rejected(what, command(region), words); }
    void accepted(const char* what, const Region& region) { CHECK(run(command(region)) == 0, "%s: %s", what, baton_last_error()); }
};

constexpr int64_t MOST = 1LL << 40;

void shapes() {
    Case c;
    // A copy over a shape with these strides.
    auto copy = [&](const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
        Region region(shape);
        region.output(region.operand(c.reals, F32, strides), c.out, F32);
        return region;
    };
    c.accepted("all 64", copy({4, 16}, {16, 1}));
    c.accepted("every other of 33", copy({32}, {2}));
    c.rejected("rank 9", copy({1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}), "the rank is 9");
    c.rejected("a negative rank", command(ELEMENTWISE, {-1, 0, 0, 0}), "the rank is -1");
    c.rejected("a negative size", copy({-4, 4}, {4, 1}), "the size is -4");
    c.rejected("too many elements", copy({MOST, 2}, {0, 0}), "too many elements");
    c.rejected("a size too large", copy({MOST + 1}, {0}), "the size is");
    c.rejected("a product that wraps around", copy({1LL << 32, 1LL << 32}, {0, 0}), "too many elements");
    c.rejected("a negative stride", copy({4, 4}, {-4, 1}), "the stride is -4");
    c.rejected("a stride too large", copy({2}, {MOST + 1}), "the stride is");
    c.rejected("strides far out", copy({1 << 30}, {1 << 30}), "out of every memory");
    c.rejected("a stride past the end", copy({4, 4}, {17, 5}), "67 elements at byte 0");
    c.rejected("one element too many", copy({65}, {1}), "65 elements at byte 0");
    c.rejected("an output too small", copy({65}, {0}), "65 elements at byte 0");
    c.accepted("no elements, far strides", copy({0, 5}, {MOST, MOST / 5}));
    c.accepted("no elements of a large shape", copy({0, MOST, MOST, MOST}, {1, 1, 1, 1}));
}

void operands() {
    Case c;
    Region product({4});
    product.output(product.operand(NONE, F32), c.out, F32);
    c.rejected("a product without one", product, "there is no matrix product here");
    auto fused = [&](const Region& region) {
        return command(MATMUL, joined({{1, 2, 2, 2, 0, 0, c.reals, 2, 0, c.reals, 2, 0, NONE, 1}, region.words()}));
    };
    auto epilogue = [&](const std::vector<int64_t>& shape, Type type, const std::vector<int64_t>& strides, int times) {
        Region region(shape);
        for (int i = 0; i < times; i++) region.operand(NONE, type, strides);
        region.output(0, c.out, type);
        return region;
    };
    CHECK(c.run(fused(epilogue({1, 2, 2}, F32, {4, 2, 1}, 1))) == 0, "a fused product: %s", baton_last_error());
    c.rejected("two products", fused(epilogue({1, 2, 2}, F32, {4, 2, 1}, 2)), "one matrix product at most");
    c.rejected("a transposed product", fused(epilogue({1, 2, 2}, F32, {4, 1, 2}, 1)), "without gaps");
    c.rejected("a product of integers", fused(epilogue({1, 2, 2}, I32, {4, 2, 1}, 1)), "as float32");
    c.rejected("another shape", fused(epilogue({1, 2, 3}, F32, {6, 3, 1}, 1)), "iterates over [batch, m, n]");
    c.rejected("another rank", fused(epilogue({2, 2}, F32, {2, 1}, 1)), "iterates over [batch, m, n]");
    c.rejected("a scalar", fused(epilogue({}, F32, {}, 1)), "iterates over [batch, m, n]");
    c.rejected("an unknown type", command(ELEMENTWISE, {1, 4, 1, c.reals, 5, 1, 0, 1, 0, c.out, 5}), "the type is 5");
    c.rejected("193 operands", command(ELEMENTWISE, {0, 193}), "the number of operands is 193");
    c.rejected("many operands", command(ELEMENTWISE, {0, INT64_MAX}), "the number of operands is");
    Region most({4});
    for (int i = 0; i < 192; i++) most.operand(c.reals, F32);
    most.instruction(NEG, F32, 0);
    most.output(0, c.out, F32);
    c.rejected("192 operands and an instruction", most, "the number of instructions is 1");
}

void instructions() {
    Case c;
    // Registers: 0 float32, 1 int64, 2 bool, 3 one int64 for all, 4 one float32 for all, 5 int8.
    auto region = [&](Function function, Type type, int64_t a, int64_t b, int64_t d) {
        Region all({8});
        all.operand(c.reals, F32);
        all.operand(c.wholes, I64);
        all.operand(c.wholes, BOOL);
        all.operand(c.wholes, I64, {0});
        all.operand(c.reals, F32, {0});
        all.operand(c.wholes, I8);
        all.output(all.instruction(function, type, a, b, d), c.out, type);
        return all;
    };
    auto wrong = [&](Function function, Type type, int64_t a, int64_t b = NONE, int64_t d = NONE) {
        std::string name = "function " + std::to_string(function) + " to type " + std::to_string(type);
        c.rejected(name.c_str(), region(function, type, a, b, d), "does not take operands of these types");
    };
    for (Function function : {FLOOR, EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, SIN, COS, RELU, EXPM1, LOG1P}) {
        wrong(function, I64, 1);
        wrong(function, BOOL, 2);
        wrong(function, BOOL, 0);
    }
    for (Function function : {COPY, NEG, ABS, SIGN}) wrong(function, I64, 0);
    for (Function function : {NEG, ABS, SIGN}) wrong(function, BOOL, 2);
    for (Function function : {ADD, SUB, MUL, DIV, POW, MAX, MIN}) {
        wrong(function, F32, 0, 1);
        wrong(function, BOOL, 2, 2);
        wrong(function, I64, 0, 0);
    }
    for (Function function : {DIV, POW}) wrong(function, I64, 1, 1);
    for (Function function : {EQUAL, LESS, LESS_EQUAL}) {
        wrong(function, BOOL, 0, 1);
        wrong(function, BOOL, 2, 2);
        wrong(function, F32, 0, 0);
    }
    for (Function function : {AND, OR}) wrong(function, BOOL, 2, 0);
    for (Function function : {NEG, ABS, SIGN}) wrong(function, I8, 5);
    for (Function function : {ADD, MAX}) wrong(function, I8, 5, 5);
    for (Function function : {EQUAL, LESS}) wrong(function, BOOL, 5, 5);
    wrong(TO_INT8, F32, 0);
    wrong(TO_INT8, I8, 1);
    wrong(TO_INT8, I8, 5);
    wrong(NOT, BOOL, 1);
    wrong(IS_FINITE, F32, 0);
    wrong(IS_FINITE, BOOL, 1);
    wrong(SELECT, F32, 0, 0, 0);
    wrong(SELECT, F32, 2, 0, 1);
    wrong(UNIFORM, I64, 3, 3);
    wrong(UNIFORM, F32, 3, 4);
    c.rejected("random numbers of many seeds", region(UNIFORM, F32, 1, 3, NONE), "the same for every element");
    c.accepted("random numbers", region(UNIFORM, F32, 3, 3, NONE));
    c.rejected("one operand too few", region(ADD, F32, 0, NONE, NONE), "a function of 2 operands lacks one");
    c.rejected("no operand", region(NEG, F32, NONE, NONE, NONE), "a function of 1 operands lacks one");
    c.rejected("no third operand", region(SELECT, F32, 2, 0, NONE), "a function of 3 operands lacks one");
    c.rejected("a cycle", region(NEG, F32, 6, NONE, NONE), "the register is 6");
    c.rejected("a register of later", region(ADD, F32, 0, 7, NONE), "the register is 7");
    c.rejected("a register far out", region(SELECT, F32, 2, 0, INT64_MAX), "the register is");
    c.rejected("a negative register", region(NEG, F32, -2, NONE, NONE), "the register is -2");
    std::string unknown = "the function is " + std::to_string(FUNCTIONS);
    c.rejected("an unknown function", region(FUNCTIONS, F32, 0, NONE, NONE), unknown.c_str());
    c.rejected("a negative function", region(static_cast<Function>(-1), F32, 0, NONE, NONE), "the function is -1");
    c.rejected("an unknown type", region(NEG, static_cast<Type>(5), 0, NONE, NONE), "the type is 5");
}

void outputs() {
    Case c;
    auto region = [&](int64_t value, int64_t place, Type type) {
        Region one({8});
        one.operand(c.reals, F32);
        one.output(value, place, type);
        return one;
    };
    c.accepted("an output", region(0, c.out, F32));
    c.rejected("a register that is not there", region(1, c.out, F32), "the register is 1");
    c.rejected("a negative register", region(-1, c.out, F32), "the register is -1");
    c.rejected("another type", region(0, c.out, I32), "another type than its register");
    c.rejected("nowhere", region(0, NONE, F32), "there is no memory space -1");
    c.rejected("past the end", region(0, c.out + 57 * 4, F32), "8 elements at byte 228");
    c.rejected("no output", command(ELEMENTWISE, {1, MOST, 0, 0, 0}), "the number of outputs is 0");
    c.rejected("193 outputs", command(ELEMENTWISE, {1, 4, 0, 0, 193}), "the number of outputs is 193");
}

}  // namespace

void test_region_decoder() {
    shapes();
    operands();
    instructions();
    outputs();
}
