// The numbers of the plan format (PLAN_FORMAT.md) and the decoded form of a region.
#ifndef BATON_FUNCTIONS_H
#define BATON_FUNCTIONS_H

#include <cstdint>
#include <vector>

namespace baton {

enum class Type : int32_t { F32, I32, I64, BOOL, I8 };

inline int64_t size_of(Type type) { return type == Type::BOOL || type == Type::I8 ? 1 : type == Type::I64 ? 8 : 4; }

enum class Function : int32_t {
    COPY, NEG, ABS, SIGN, FLOOR, EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, SIN, COS, IS_FINITE, NOT,
    ADD, SUB, MUL, DIV, POW, MAX, MIN, EQUAL, LESS, LESS_EQUAL, AND, OR, SELECT, CAST, UNIFORM, NUMBER, RELU,
    EXPM1, LOG1P, GELU, GELU_SLOPE, GELU_TANH, GELU_TANH_SLOPE, SILU, SILU_SLOPE, TO_INT8, COUNT
};

enum class Reduction : int32_t { SUM, MAX, ALL, ARGMAX, COUNT };

constexpr int MOST_DIMENSIONS = 8;
constexpr int MOST_REGISTERS = 192;
// Elements evaluated at a time: what a region works on stays in the first cache.
constexpr int64_t TILE = 512;

// A place in memory: the base is looked up at every run, because inputs move.
struct Reference {
    int32_t space = -1;
    int64_t offset = 0;
    bool exists() const { return space >= 0; }
};

struct Operand {
    Reference from;  // does not exist for the matrix product
    Type type;
    int64_t strides[MOST_DIMENSIONS];
    bool whole;     // row-major without gaps: can be read in place
    bool repeated;  // one element for all
    bool row;       // neighbours along the last dimension, the same for all of the others
    bool turned;    // neighbours along the dimension before the last one alone
};

struct Instruction {
    // The immediate of TO_INT8: what a number is multiplied with, and what is added then.
    struct Scaling {
        float factor, shift;
    };
    Function function;
    Type type;
    Type argument;  // the type of a, which the function works on
    int32_t a, b, c;
    double immediate;
    Scaling scaling;
    uint32_t stream;
};

struct Output {
    int32_t value;
    Reference to;
    Type type;
};

struct Region {
    int32_t rank = 0;
    int64_t sizes[MOST_DIMENSIONS];
    int64_t elements = 1;
    std::vector<Operand> operands;
    std::vector<Instruction> instructions;
    std::vector<Output> outputs;
    int32_t product = -1;  // which operand is the matrix product
};

}  // namespace baton

#endif
