// Reading and checking the words of a plan.
#include "plan_reader.h"

#include <cstring>

namespace baton {

int64_t PlanReader::word() {
    if (at_ >= end_) {
        throw Failure("the plan ends in the middle of a command");
    }
    return code_[at_++];
}

int64_t PlanReader::within(int64_t least, int64_t most, const char* what) {
    int64_t value = word();
    if (value < least || value > most) {
        throw Failure("word " + std::to_string(at_ - 1) + ": the " + what + " is " + std::to_string(value) +
                      ", which is not between " + std::to_string(least) + " and " + std::to_string(most));
    }
    return value;
}

double PlanReader::real() {
    int64_t bits = word();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

Reference PlanReader::reference(int64_t elements, Type type, bool optional) {
    return resolve(word(), elements, type, optional);
}

Reference PlanReader::resolve(int64_t word, int64_t elements, Type type, bool optional) {
    Reference reference;
    if (word == -1 && optional) {
        return reference;
    }
    reference.space = static_cast<int32_t>(word >> 48);
    reference.offset = word & ((int64_t(1) << 48) - 1);
    if (word < 0 || reference.space >= spaces_) {
        throw Failure("word " + std::to_string(at_ - 1) + ": there is no memory space " + std::to_string(reference.space));
    }
    int64_t width = size_of(type);
    int64_t size = sizes_[reference.space];
    if (reference.offset % width != 0 || elements > (size - reference.offset) / width) {
        throw Failure("word " + std::to_string(at_ - 1) + ": " + std::to_string(elements) + " elements at byte " +
                      std::to_string(reference.offset) + " do not lie in space " + std::to_string(reference.space) +
                      " of " + std::to_string(size) + " bytes");
    }
    return reference;
}

namespace {

// How many operands a function takes.
int arity(Function function) {
    switch (function) {
        case Function::NUMBER: return 0;
        case Function::SELECT: return 3;
        case Function::CAST: case Function::COPY: return 1;
        case Function::UNIFORM: return 2;
        default: return function < Function::ADD || function >= Function::RELU ? 1 : 2;
    }
}

bool is_float_only(Function function) {
    return (function >= Function::FLOOR && function <= Function::IS_FINITE) || function == Function::DIV ||
           function == Function::POW || function >= Function::RELU;
}

bool is_logic(Function function) {
    return function == Function::NOT || function == Function::AND || function == Function::OR;
}

bool gives_truth(Function function) {
    return function == Function::IS_FINITE || is_logic(function) ||
           (function >= Function::EQUAL && function <= Function::LESS_EQUAL);
}

bool takes(const Instruction& one, Type a, Type b, Type c) {
    switch (one.function) {
        case Function::NUMBER: case Function::CAST: return true;
        case Function::COPY: return a == one.type;
        case Function::TO_INT8: return a == Type::F32 && one.type == Type::I8;
        case Function::UNIFORM: return a == Type::I64 && b == Type::I64 && one.type == Type::F32;
        case Function::SELECT: return a == Type::BOOL && b == one.type && c == one.type;
        default: break;
    }
    bool operands = is_float_only(one.function) ? a == Type::F32 : is_logic(one.function) == (a == Type::BOOL);
    bool same = arity(one.function) < 2 || a == b;
    // Bytes are moved and converted, nothing else.
    return operands && same && a != Type::I8 && one.type == (gives_truth(one.function) ? Type::BOOL : a);
}

}  // namespace

Operand PlanReader::operand(Region& region) {
    int64_t place = word();
    Operand operand{};
    operand.type = type();
    int64_t furthest = 0;
    operand.whole = true;
    operand.repeated = true;
    operand.row = true;
    int64_t gapless = 1;
    for (int d = 0; d < region.rank; d++) {
        operand.strides[d] = within(0, int64_t(1) << 40, "stride");
        if (operand.strides[d] > 0 && region.sizes[d] > (int64_t(1) << 40) / operand.strides[d]) {
            throw Failure("an operand's strides lead out of every memory");
        }
        furthest += (region.sizes[d] - 1) * operand.strides[d];
    }
    // Without elements nothing is read, and the sizes beside a 0 have no bound.
    for (int d = region.rank - 1; d >= 0 && region.elements > 0; d--) {
        operand.whole = operand.whole && (region.sizes[d] == 1 || operand.strides[d] == gapless);
        operand.repeated = operand.repeated && (region.sizes[d] == 1 || operand.strides[d] == 0);
        operand.row = operand.row && (region.sizes[d] == 1 || operand.strides[d] == (d == region.rank - 1 ? 1 : 0));
        gapless *= region.sizes[d];
    }
    const int last = region.rank - 1;
    operand.turned = last > 0 && operand.strides[last - 1] == 1 && operand.strides[last] > 1 && region.sizes[last] > 1;
    if (place == -1) {
        if (region.product >= 0 || operand.type != Type::F32 || !operand.whole) {
            throw Failure("a region reads one matrix product at most, as float32 and without gaps");
        }
        region.product = static_cast<int32_t>(region.operands.size());
    } else {
        operand.from = resolve(place, region.elements == 0 ? 0 : furthest + 1, operand.type, false);
    }
    return operand;
}

Instruction PlanReader::instruction(const std::vector<Type>& types) {
    Instruction one{};
    one.function = static_cast<Function>(within(0, static_cast<int64_t>(Function::COUNT) - 1, "function"));
    one.type = type();
    int64_t most = static_cast<int64_t>(types.size()) - 1;
    one.a = static_cast<int32_t>(within(-1, most, "register"));
    one.b = static_cast<int32_t>(within(-1, most, "register"));
    one.c = static_cast<int32_t>(within(-1, most, "register"));
    int64_t immediate = word();
    std::memcpy(&one.immediate, &immediate, sizeof immediate);
    std::memcpy(&one.scaling, &immediate, sizeof immediate);
    one.stream = static_cast<uint32_t>(immediate);
    int count = arity(one.function);
    if ((count > 0 && one.a < 0) || (count > 1 && one.b < 0) || (count > 2 && one.c < 0)) {
        throw Failure("a function of " + std::to_string(count) + " operands lacks one");
    }
    Type a = one.a >= 0 ? types[one.a] : one.type;
    Type b = one.b >= 0 ? types[one.b] : one.type;
    Type c = one.c >= 0 ? types[one.c] : one.type;
    one.argument = a;
    if (!takes(one, a, b, c)) {
        throw Failure("function " + std::to_string(static_cast<int>(one.function)) + " does not take operands of these types");
    }
    return one;
}

Region PlanReader::region() {
    Region region;
    region.rank = static_cast<int32_t>(within(0, MOST_DIMENSIONS, "rank"));
    for (int d = 0; d < region.rank; d++) {
        region.sizes[d] = size("size");
        if (region.sizes[d] > 0 && region.elements > (int64_t(1) << 40) / region.sizes[d]) {
            throw Failure("a region has too many elements");
        }
        region.elements *= region.sizes[d];
    }
    std::vector<Type> types;
    int64_t operands = within(0, MOST_REGISTERS, "number of operands");
    bool scalar = region.rank == 0;
    for (int64_t i = 0; i < operands; i++) {
        region.operands.push_back(operand(region));
        types.push_back(region.operands.back().type);
    }
    if (scalar) {
        region.rank = 1;
        region.sizes[0] = 1;
    }
    int64_t instructions = within(0, MOST_REGISTERS - operands, "number of instructions");
    for (int64_t i = 0; i < instructions; i++) {
        region.instructions.push_back(instruction(types));
        const Instruction& one = region.instructions.back();
        // The seed and the step are read once for a whole tile.
        if (one.function == Function::UNIFORM) {
            for (int32_t argument : {one.a, one.b}) {
                if (argument >= operands || !region.operands[argument].repeated) {
                    throw Failure("the seed and the step of random numbers are operands, the same for every element");
                }
            }
        }
        types.push_back(one.type);
    }
    // Without outputs there would be no bound on the elements, and nothing to compute them for.
    int64_t outputs = within(1, MOST_REGISTERS, "number of outputs");
    for (int64_t i = 0; i < outputs; i++) {
        Output output{};
        output.value = static_cast<int32_t>(within(0, static_cast<int64_t>(types.size()) - 1, "register"));
        int64_t place = word();
        output.type = type();
        if (output.type != types[output.value]) {
            throw Failure("an output has another type than its register");
        }
        output.to = resolve(place, region.elements, output.type, false);
        region.outputs.push_back(output);
    }
    return region;
}

}  // namespace baton
