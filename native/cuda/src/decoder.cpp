#include "command.h"

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

std::unique_ptr<Command> Decoder::command(int64_t opcode) {
    switch (opcode) {
        case 1: return decode_elementwise(*this);
        case 2: return decode_matmul(*this);
        case 3: return decode_reduce(*this);
        case 8: return decode_all_finite(*this);
        case 9: return decode_pad(*this);
        case 10: return decode_concat(*this);
        case 11: return decode_fold(*this);
        case 12: return decode_gather(*this);
        case 13: return decode_scatter_add(*this);
        case 29: return decode_norms(*this);
        default: throw Failure("the CUDA core has no command " + std::to_string(opcode) + " yet");
    }
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
