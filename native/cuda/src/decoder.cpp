#include "command.h"
#include "command_table.h"

namespace baton {

Reference Decoder::note_bytes(const char* bytes, int64_t count) {
    Reference reference;
    reference.space = notes_space_;
    reference.offset = rounded_up(static_cast<int64_t>(notes_.size()), ALIGNMENT);
    notes_.resize(static_cast<size_t>(reference.offset + count));
    std::copy(bytes, bytes + count, notes_.begin() + reference.offset);
    return reference;
}

Reference Decoder::scratch_bytes(int64_t bytes) {
    Reference reference;
    reference.space = scratch_space_;
    reference.offset = scratch_used_;
    scratch_used_ = rounded_up(scratch_used_ + bytes, ALIGNMENT);
    scratch_size_ = std::max(scratch_size_, scratch_used_);
    return reference;
}

// Inputs that are read in place may lie anywhere, copies of inputs and a plan's own memory as this decoder cuts it.
int64_t Decoder::alignment(const Reference& reference) const {
    bool elsewhere = reference.space < FIRST_INPUT;
    bool in_place = !elsewhere && reference.space < notes_space_ && INPUTS_IN_PLACE;
    int64_t base = elsewhere ? addresses_[reference.space] : in_place ? static_cast<int64_t>(sizeof(float)) : ALIGNMENT;
    int64_t all = base | reference.offset | ALIGNMENT;
    return all & -all;
}

bool Decoder::has(int64_t opcode) { return !is_paired(opcode) && find_command(COMMANDS, opcode) != nullptr; }

std::unique_ptr<Command> Decoder::command(int64_t opcode) {
    const CommandEntry* found = find_command(COMMANDS, opcode);
    if (found == nullptr) {
        throw Failure("the CUDA core has no command " + std::to_string(opcode) + " yet");
    }
    return found->decode(*this);
}

std::vector<std::unique_ptr<Command>> Decoder::commands() {
    std::vector<std::unique_ptr<Command>> commands;
    each_command([&](int64_t opcode) {
        scratch_used_ = 0;
        commands.push_back(command(opcode));
    });
    return commands;
}

}  // namespace baton
