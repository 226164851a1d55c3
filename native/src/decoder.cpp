#include "command_table.h"
#include "instruction_set.h"
#include "plan.h"
#include "winograd.h"

namespace baton {
namespace {

// Those of this core alone.
constexpr CommandEntry OWN_COMMANDS[] = {
    {37, decode_cached_attention},
    {50, decode_int8_product},
    {14 + WINOGRAD, [](Decoder& in) { return decode_winograd(in, false, false, WinogradFactors::PLAIN); }},
    {15 + WINOGRAD, [](Decoder& in) { return decode_winograd(in, true, false, WinogradFactors::PLAIN); }},
    {16 + WINOGRAD, decode_winograd_by_weights},
    {21 + WINOGRAD, [](Decoder& in) { return decode_winograd(in, false, true, WinogradFactors::PLAIN); }},
    {28 + WINOGRAD, [](Decoder& in) { return decode_winograd(in, true, true, WinogradFactors::PLAIN); }},
    {14 + TRANSFORMED, [](Decoder& in) { return decode_winograd(in, false, false, WinogradFactors::TRANSFORMED); }},
    {21 + TRANSFORMED, [](Decoder& in) { return decode_winograd(in, false, true, WinogradFactors::TRANSFORMED); }},
    {14 + WINOGRAD_PAIRED, [](Decoder& in) { return decode_winograd(in, false, false, WinogradFactors::PAIRED); }},
    {15 + WINOGRAD_PAIRED, [](Decoder& in) { return decode_winograd(in, true, false, WinogradFactors::PAIRED); }},
    {21 + WINOGRAD_PAIRED, [](Decoder& in) { return decode_winograd(in, false, true, WinogradFactors::PAIRED); }},
    {28 + WINOGRAD_PAIRED, [](Decoder& in) { return decode_winograd(in, true, true, WinogradFactors::PAIRED); }},
};

const CommandEntry* find(int64_t opcode) {
    const CommandEntry* found = find_command(COMMANDS, opcode);
    return found != nullptr ? found : find_command(OWN_COMMANDS, opcode);
}

}  // namespace

bool Decoder::has(int64_t opcode) { return !is_paired(opcode) && find(opcode) != nullptr; }

std::unique_ptr<Command> Decoder::command(int64_t opcode) {
    if (is_paired(opcode) && machine_.pairs == nullptr) {
        throw Failure(std::string("products of bfloat16 need AVX512-BF16, which this processor (") + processor_name() +
                      ") with instruction set '" + machine_.name + "' does not have");
    }
    const CommandEntry* found = find(opcode);
    if (found == nullptr) {
        throw Failure("the opcode is " + std::to_string(opcode) + ", which no command has");
    }
    return found->decode(*this);
}

std::vector<std::unique_ptr<Command>> Decoder::commands() {
    std::vector<std::unique_ptr<Command>> commands;
    each_command([&](int64_t opcode) { commands.push_back(command(opcode)); });
    return commands;
}

}  // namespace baton
