// Writes plans word by word. A second reading of PLAN_FORMAT.md: nothing is taken from the decoder's headers.
#ifndef BATON_PLAN_WRITER_H
#define BATON_PLAN_WRITER_H

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

namespace format {

enum Space : int64_t { WORKSPACE, VARIABLES, CONSTANTS, OUTPUTS, INPUT };
enum Type : int64_t { F32, I32, I64, BOOL, I8 };
enum Opcode : int64_t { ELEMENTWISE = 1, MATMUL, REDUCE, CROSS_ENTROPY, CROSS_ENTROPY_BACKWARD, ADAM, SGD, ALL_FINITE,
                        PAD, CONCAT, FOLD, GATHER, SCATTER_ADD,
                        CONVOLUTION, CONVOLUTION_BY_INPUT, CONVOLUTION_BY_WEIGHT, MAX_POOL, MAX_POOL_BACKWARD,
                        BATCH_NORM, BATCH_NORM_BACKWARD, CONVOLUTION_RELU,
                        BATCH_NORM_RELU, BATCH_NORM_RELU_BACKWARD,
                        NORM = 24, NORM_BACKWARD, SOFTMAX, SOFTMAX_BACKWARD, CONVOLUTION_BY_INPUT_RELU, NORMS, ALL_REDUCE,
                        ATTENTION = 34, ATTENTION_BACKWARD, ROTARY, CACHED_ATTENTION,
                        LSTM = 40, LSTM_BACKWARD, GRU, GRU_BACKWARD,
                        INT8_PRODUCT = 50 };
enum Reduction : int64_t { SUM, LARGEST, ALL, ARGMAX };
enum Function : int64_t {
    COPY, NEG, ABS, SIGN, FLOOR, EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, SIN, COS, IS_FINITE, NOT,
    ADD, SUB, MUL, DIV, POW, MAX, MIN, EQUAL, LESS, LESS_EQUAL, AND, OR, SELECT, CAST, UNIFORM, NUMBER, RELU,
    EXPM1, LOG1P, GELU, GELU_SLOPE, GELU_TANH, GELU_TANH_SLOPE, SILU, SILU_SLOPE, TO_INT8,
    FUNCTIONS  // how many there are
};

constexpr int64_t NONE = -1;

// Added to the opcode of a product: its factors are rounded to bfloat16.
constexpr int64_t PAIRED = 64;
constexpr int64_t WINOGRAD = 128;
constexpr int64_t TRANSFORMED = 192;
constexpr int64_t WINOGRAD_PAIRED = 256;

// Whether an opcode is that of products of bfloat16.
inline bool is_paired(int64_t opcode) { return (opcode > PAIRED && opcode < WINOGRAD) || opcode > WINOGRAD_PAIRED; }

inline int64_t reference(int64_t space, int64_t offset) { return space << 48 | offset; }

inline int64_t bits_of_double(double value) {
    int64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The first one in the lower half.
inline int64_t bits_of_floats(float first, float second) {
    const float both[] = {first, second};
    int64_t bits;
    std::memcpy(&bits, both, sizeof bits);
    return bits;
}

inline std::vector<int64_t> row_major(const std::vector<int64_t>& shape) {
    std::vector<int64_t> strides(shape.size());
    int64_t gapless = 1;
    for (size_t d = shape.size(); d-- > 0;) {
        strides[d] = gapless;
        gapless *= shape[d];
    }
    return strides;
}

template <typename T>
constexpr Type type_of() {
    return sizeof(T) == 8 ? I64 : sizeof(T) == 1 ? (static_cast<T>(-1) < 0 ? I8 : BOOL) : static_cast<T>(0.5) != 0 ? F32 : I32;
}

// A region; operands come before instructions, as their numbers are the first registers.
class Region {
  public:
    explicit Region(std::vector<int64_t> shape) : shape_(std::move(shape)) {}

    int64_t operand(int64_t place, Type type, const std::vector<int64_t>& strides) {
        operands_.insert(operands_.end(), {place, type});
        operands_.insert(operands_.end(), strides.begin(), strides.end());
        operand_count_++;
        return registers_++;
    }
    int64_t operand(int64_t place, Type type) { return operand(place, type, row_major(shape_)); }

    int64_t instruction(Function function, Type type, int64_t a = NONE, int64_t b = NONE, int64_t c = NONE,
                        int64_t immediate = 0) {
        instructions_.insert(instructions_.end(), {function, type, a, b, c, immediate});
        instruction_count_++;
        return registers_++;
    }
    int64_t number(Type type, double value) {
        return instruction(NUMBER, type, NONE, NONE, NONE, bits_of_double(value));
    }
    void output(int64_t value, int64_t place, Type type) {
        outputs_.insert(outputs_.end(), {value, place, type});
        output_count_++;
    }

    std::vector<int64_t> words() const {
        std::vector<int64_t> all{static_cast<int64_t>(shape_.size())};
        all.insert(all.end(), shape_.begin(), shape_.end());
        append(all, operand_count_, operands_);
        append(all, instruction_count_, instructions_);
        append(all, output_count_, outputs_);
        return all;
    }

  private:
    static void append(std::vector<int64_t>& all, int64_t count, const std::vector<int64_t>& words) {
        all.push_back(count);
        all.insert(all.end(), words.begin(), words.end());
    }
    std::vector<int64_t> shape_, operands_, instructions_, outputs_;
    int64_t registers_ = 0, operand_count_ = 0, instruction_count_ = 0, output_count_ = 0;
};

// A command from the words after its first two.
inline std::vector<int64_t> command(Opcode opcode, const std::vector<int64_t>& rest) {
    std::vector<int64_t> words{opcode, static_cast<int64_t>(rest.size()) + 2};
    words.insert(words.end(), rest.begin(), rest.end());
    return words;
}
inline std::vector<int64_t> command(const Region& region) { return command(ELEMENTWISE, region.words()); }

inline std::vector<int64_t> joined(std::initializer_list<std::vector<int64_t>> parts) {
    std::vector<int64_t> all;
    for (const auto& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

}  // namespace format

#endif
