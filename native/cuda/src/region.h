// Evaluates a region at one element: all operands are read, then the instructions are followed one after the other, then
// the outputs are written. So an output may lie where an operand of the same element does.
#ifndef BATON_CUDA_REGION_H
#define BATON_CUDA_REGION_H

#include "command.h"
#include "elements.h"

namespace baton {

// A register; the type of its value is known to the instructions.
union Value {
    float real;
    int32_t whole;
    int64_t wide;
    uint8_t truth;
    int8_t byte;
};

// What items read of a region.
struct RegionCode {
    char* const* bases;
    const Operand* operands;
    const Instruction* instructions;
    const Output* outputs;
    int32_t operand_count, instruction_count, output_count;
    int32_t product;  // which operand is the matrix product, or -1
    int32_t rank;
    bool strided;  // whether the index along each dimension is needed
    int64_t sizes[MOST_DIMENSIONS];
};

// A region with notes of its parts.
class RegionNotes {
  public:
    RegionNotes(Decoder& in, Region region);
    const Region& region() const { return region_; }
    RegionCode code(const Run& run) const;

  private:
    Region region_;
    Reference operands_, instructions_, outputs_;
    bool strided_ = false;
};

BATON_CUDA_FUNCTION inline Value value_of(float x) { Value v; v.real = x; return v; }
BATON_CUDA_FUNCTION inline Value value_of(int32_t x) { Value v; v.whole = x; return v; }
BATON_CUDA_FUNCTION inline Value value_of(int64_t x) { Value v; v.wide = x; return v; }
BATON_CUDA_FUNCTION inline Value value_of(uint8_t x) { Value v; v.truth = x; return v; }
BATON_CUDA_FUNCTION inline Value value_of(int8_t x) { Value v; v.byte = x; return v; }
BATON_CUDA_FUNCTION inline Value truth_of(bool x) { return value_of(static_cast<uint8_t>(x)); }

template <typename T>
BATON_CUDA_FUNCTION inline Value cast(T x, Type type) {
    switch (type) {
        case Type::F32: return value_of(static_cast<float>(x));
        case Type::I32: return value_of(static_cast<int32_t>(x));
        case Type::I64: return value_of(static_cast<int64_t>(x));
        case Type::I8: return value_of(to_int8(+x));
        default: return truth_of(x != 0);
    }
}

// Of float or double.
template <typename Real>
BATON_CUDA_FUNCTION inline Value cast_real(Real x, Type type) {
    switch (type) {
        case Type::F32: return value_of(static_cast<float>(x));
        case Type::I32: return value_of(to_int32(x));
        case Type::I64: return value_of(to_int64(x));
        case Type::I8: return value_of(to_int8(x));
        default: return truth_of(x != 0);
    }
}

BATON_CUDA_FUNCTION inline Value cast(Value x, Type from, Type to) {
    switch (from) {
        case Type::F32: return cast_real(x.real, to);
        case Type::I32: return cast(x.whole, to);
        case Type::I64: return cast(x.wide, to);
        case Type::I8: return cast(x.byte, to);
        default: return cast(x.truth, to);
    }
}

// What floats and integers share.
template <typename T>
BATON_CUDA_FUNCTION inline Value numeric(Function function, T x, T y) {
    switch (function) {
        case Function::NEG: return value_of(negated(x));
        case Function::ABS: return value_of(magnitude(x));
        case Function::SIGN: return value_of(x > 0 ? T(1) : x < 0 ? T(-1) : x);
        case Function::ADD: return value_of(plus(x, y));
        case Function::SUB: return value_of(minus(x, y));
        case Function::MUL: return value_of(product(x, y));
        case Function::MAX: return value_of(larger(x, y));
        case Function::MIN: return value_of(smaller(x, y));
        case Function::EQUAL: return truth_of(x == y);
        case Function::LESS: return truth_of(x < y);
        default: return truth_of(x <= y);
    }
}

BATON_CUDA_FUNCTION inline Value floating(Function function, float x, float y) {
    switch (function) {
        case Function::FLOOR: return value_of(floorf(x));
        case Function::EXP: return value_of(exponential(x));
        case Function::LOG: return value_of(logarithm(x));
        case Function::EXPM1: return value_of(exponential_minus_one(x));
        case Function::LOG1P: return value_of(logarithm_of_one_plus(x));
        case Function::SQRT: return value_of(sqrtf(x));
        case Function::RSQRT: return value_of(1.0f / sqrtf(x));
        case Function::RECIPROCAL: return value_of(1.0f / x);
        case Function::TANH: return value_of(hyperbolic_tangent(x));
        case Function::SIGMOID: return value_of(sigmoid(x));
        case Function::ERF: return value_of(error_function(x));
        case Function::SIN: return value_of(sinf(x));
        case Function::COS: return value_of(cosf(x));
        case Function::IS_FINITE: return truth_of(is_finite(x));
        case Function::DIV: return value_of(x / y);
        case Function::POW: return value_of(power(x, y));
        case Function::RELU: return value_of(larger(x, 0.0f));
        case Function::GELU: return value_of(gelu(x));
        case Function::GELU_SLOPE: return value_of(gelu_slope(x));
        case Function::GELU_TANH: return value_of(gelu_tanh(x));
        case Function::GELU_TANH_SLOPE: return value_of(gelu_tanh_slope(x));
        case Function::SILU: return value_of(silu(x));
        case Function::SILU_SLOPE: return value_of(silu_slope(x));
        default: return numeric(function, x, y);
    }
}

// As numbers, like the CPU's core: a damaged plan may read truth values that are neither 0 nor 1.
BATON_CUDA_FUNCTION inline Value logic(Function function, uint8_t x, uint8_t y) {
    switch (function) {
        case Function::NOT: return value_of(static_cast<uint8_t>(x ^ 1));
        case Function::AND: return value_of(static_cast<uint8_t>(x & y));
        default: return value_of(static_cast<uint8_t>(x | y));
    }
}

BATON_CUDA_FUNCTION inline Value follow(const Instruction& one, const Value* registers, int64_t element) {
    // A register that a function does not use may be -1.
    Value a = registers[one.a < 0 ? 0 : one.a];
    Value b = registers[one.b < 0 ? 0 : one.b];
    switch (one.function) {
        case Function::COPY: return a;
        case Function::SELECT: return a.truth ? b : registers[one.c];
        case Function::CAST: return cast(a, one.argument, one.type);
        case Function::TO_INT8: return value_of(to_int8(floorf(a.real * one.scaling.factor + one.scaling.shift)));
        case Function::NUMBER: return cast_real(one.immediate, one.type);
        case Function::UNIFORM: {
            Value random;
            uniform(a.wide, b.wide, one.stream, element, 1, &random.real);
            return random;
        }
        default: break;
    }
    switch (one.argument) {
        case Type::F32: return floating(one.function, a.real, b.real);
        case Type::I32: return numeric(one.function, a.whole, b.whole);
        case Type::I64: return numeric(one.function, a.wide, b.wide);
        default: return logic(one.function, a.truth, b.truth);
    }
}

BATON_CUDA_FUNCTION inline Value load(Type type, const char* base, int64_t element) {
    switch (type) {
        case Type::F32: return value_of(reinterpret_cast<const float*>(base)[element]);
        case Type::I32: return value_of(reinterpret_cast<const int32_t*>(base)[element]);
        case Type::I64: return value_of(reinterpret_cast<const int64_t*>(base)[element]);
        case Type::I8: return value_of(reinterpret_cast<const int8_t*>(base)[element]);
        default: return value_of(reinterpret_cast<const uint8_t*>(base)[element]);
    }
}

BATON_CUDA_FUNCTION inline void store(Type type, char* base, int64_t element, Value value) {
    switch (type) {
        case Type::F32: reinterpret_cast<float*>(base)[element] = value.real; break;
        case Type::I32: reinterpret_cast<int32_t*>(base)[element] = value.whole; break;
        case Type::I64: reinterpret_cast<int64_t*>(base)[element] = value.wide; break;
        case Type::I8: reinterpret_cast<int8_t*>(base)[element] = value.byte; break;
        default: reinterpret_cast<uint8_t*>(base)[element] = value.truth; break;
    }
}

template <int REGISTERS>
BATON_CUDA_FUNCTION inline void evaluate(const RegionCode& code, int64_t element, float matrix_product) {
    Value registers[REGISTERS];
    registers[0] = value_of(int64_t(0));
    int64_t index[MOST_DIMENSIONS];
    int64_t rest = element;
    for (int d = code.strided ? code.rank - 1 : -1; d >= 0; d--) {
        index[d] = rest % code.sizes[d];
        rest /= code.sizes[d];
    }
    int32_t count = 0;
    for (; count < code.operand_count; count++) {
        const Operand& operand = code.operands[count];
        if (count == code.product) {
            registers[count] = value_of(matrix_product);
            continue;
        }
        int64_t at = operand.whole ? element : 0;
        if (!operand.whole && !operand.repeated) {
            for (int d = 0; d < code.rank; d++) at += index[d] * operand.strides[d];
        }
        registers[count] = load(operand.type, place<const char>(code.bases, operand.from), at);
    }
    for (int32_t i = 0; i < code.instruction_count; i++) {
        registers[count++] = follow(code.instructions[i], registers, element);
    }
    for (int32_t i = 0; i < code.output_count; i++) {
        const Output& output = code.outputs[i];
        store(output.type, place<char>(code.bases, output.to), element, registers[output.value]);
    }
}

// Calls body with a constant: for how many registers an item has room. A GPU sets that much memory aside for every item
// that it can run at a time, so that the few regions with very many have kernels of their own.
template <typename Body>
void with_registers(const RegionCode& code, Body body) {
    constexpr int FEW = 32;
    if (code.operand_count + code.instruction_count <= FEW) {
        body(std::integral_constant<int, FEW>());
    } else {
        body(std::integral_constant<int, MOST_REGISTERS>());
    }
}

}  // namespace baton

#endif
