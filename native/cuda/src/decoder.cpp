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

namespace {

// The commands by their opcodes.
constexpr Decoder::Entry COMMANDS[] = {
    {1, decode_elementwise},
    {2, [](Decoder& in) { return decode_matmul(in, false); }},
    {3, decode_reduce},
    {4, decode_cross_entropy},
    {5, decode_cross_entropy_backward},
    {6, decode_adam},
    {7, decode_sgd},
    {8, decode_all_finite},
    {9, decode_pad},
    {10, decode_concat},
    {11, decode_fold},
    {12, decode_gather},
    {13, decode_scatter_add},
    {14, [](Decoder& in) { return decode_convolution(in, false, false, false); }},
    {15, [](Decoder& in) { return decode_convolution(in, true, false, false); }},
    {16, [](Decoder& in) { return decode_convolution_by_weight(in, false); }},
    {17, [](Decoder& in) { return decode_max_pool(in, false); }},
    {18, [](Decoder& in) { return decode_max_pool(in, true); }},
    {19, [](Decoder& in) { return decode_batch_norm(in, false, false); }},
    {20, [](Decoder& in) { return decode_batch_norm(in, true, false); }},
    {21, [](Decoder& in) { return decode_convolution(in, false, true, false); }},
    {22, [](Decoder& in) { return decode_batch_norm(in, false, true); }},
    {23, [](Decoder& in) { return decode_batch_norm(in, true, true); }},
    {24, decode_norm},
    {25, decode_norm_backward},
    {26, decode_softmax},
    {27, decode_softmax_backward},
    {28, [](Decoder& in) { return decode_convolution(in, true, true, false); }},
    {29, decode_norms},
    {30, decode_all_reduce},
    {34, decode_attention},
    {35, decode_attention_backward},
    {36, decode_rotary},
    {40, decode_lstm},
    {41, decode_lstm_backward},
    {42, decode_gru},
    {43, decode_gru_backward},
    {2 + PAIRED, [](Decoder& in) { return decode_matmul(in, true); }},
    {14 + PAIRED, [](Decoder& in) { return decode_convolution(in, false, false, true); }},
    {15 + PAIRED, [](Decoder& in) { return decode_convolution(in, true, false, true); }},
    {16 + PAIRED, [](Decoder& in) { return decode_convolution_by_weight(in, true); }},
    {21 + PAIRED, [](Decoder& in) { return decode_convolution(in, false, true, true); }},
    {28 + PAIRED, [](Decoder& in) { return decode_convolution(in, true, true, true); }},
};

}  // namespace

bool Decoder::has(int64_t opcode) { return opcode < PAIRED && find_command(COMMANDS, opcode) != nullptr; }

std::unique_ptr<Command> Decoder::command(int64_t opcode) {
    const Entry* found = find_command(COMMANDS, opcode);
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
