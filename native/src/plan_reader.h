// Reads and checks the words of a plan (PLAN_FORMAT.md): what every core shares.
#ifndef BATON_PLAN_READER_H
#define BATON_PLAN_READER_H

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "functions.h"

namespace baton {

// What crosses the boundary as a status and a message.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline int64_t rounded_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// The quotient, rounded up.
inline int64_t divided_up(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

// The product of two sizes; a failure where it is beyond every memory.
inline int64_t times(int64_t a, int64_t b) {
    if (b > 0 && a > (int64_t(1) << 40) / b) {
        throw Failure("a command has too many elements");
    }
    return a * b;
}

// Added to the opcode of a product: its factors are rounded to bfloat16.
constexpr int64_t PAIRED = 64;
// Added to the opcode of a convolution or its gradient by the input: it is computed by Winograd's method.
constexpr int64_t WINOGRAD = 128;
// Added to the opcode of a convolution: so it is, and its weights were transformed beforehand.
constexpr int64_t TRANSFORMED = 192;
// Added to the opcode of a convolution or its gradient by the input: both, by Winograd's method and with rounded factors.
constexpr int64_t WINOGRAD_PAIRED = 256;
constexpr int64_t LARGEST_OPCODE = 28 + WINOGRAD_PAIRED;

inline bool is_paired(int64_t opcode) { return (opcode > PAIRED && opcode < WINOGRAD) || opcode > WINOGRAD_PAIRED; }

// The space with the outputs of a plan.
constexpr int32_t OUTPUTS = 3;
// The spaces from this one on are inputs, which move from run to run.
constexpr int32_t FIRST_INPUT = 4;

// Where the input in a space lies, as the arguments of this run say.
inline char* input(const int64_t* arguments, size_t space, int64_t size) {
    size_t number = space - FIRST_INPUT;
    char* address = reinterpret_cast<char*>(arguments[number]);
    if (address == nullptr && size > 0) {
        throw Failure("input " + std::to_string(number) + " lies at address null");
    }
    return address;
}

class PlanReader {
  public:
    PlanReader(const int64_t* code, int64_t words, const int64_t* sizes, int32_t spaces)
        : code_(code), end_(words), sizes_(sizes), spaces_(spaces) {}
    bool done() const { return at_ >= end_; }
    int64_t word();
    int64_t within(int64_t least, int64_t most, const char* what);
    int64_t size(const char* what) { return within(0, int64_t(1) << 40, what); }
    double real();
    Type type() { return static_cast<Type>(within(0, 4, "type")); }
    // A reference to so many elements of a type; the word -1 where that is allowed.
    Reference reference(int64_t elements, Type type, bool optional = false);
    // The same for a word that was read before.
    Reference resolve(int64_t word, int64_t elements, Type type, bool optional);
    Region region();

  protected:
    // Reads to the end of the plan. read(opcode) takes the words of one command after its first two.
    template <typename Read>
    void each_command(Read read) {
        for (int64_t number = 1; !done(); number++) {
            int64_t start = at_;
            int64_t opcode = within(1, LARGEST_OPCODE, "opcode");
            int64_t length = word();
            read(opcode);
            if (at_ - start != length) {
                throw Failure("command " + std::to_string(number) + " says it has " + std::to_string(length) +
                              " words, but has " + std::to_string(at_ - start));
            }
        }
    }

  private:
    Operand operand(Region& region);
    Instruction instruction(const std::vector<Type>& types);
    const int64_t* code_;
    int64_t end_;
    int64_t at_ = 0;
    const int64_t* sizes_;
    int32_t spaces_;
};

}  // namespace baton

#endif
