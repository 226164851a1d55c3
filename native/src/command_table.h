// The commands of a plan by their opcodes (PLAN_FORMAT.md), for the decoder of each core.
#ifndef BATON_COMMAND_TABLE_H
#define BATON_COMMAND_TABLE_H

#include "commands.h"
#include "plan_reader.h"

namespace baton {

struct CommandEntry {
    int64_t opcode;
    std::unique_ptr<Command> (*decode)(Decoder& in);
};

// Those that every core has.
constexpr CommandEntry COMMANDS[] = {
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

// The one of a table with this opcode; null where there is none.
template <size_t COUNT>
const CommandEntry* find_command(const CommandEntry (&table)[COUNT], int64_t opcode) {
    for (const CommandEntry& entry : table) {
        if (entry.opcode == opcode) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace baton

#endif
