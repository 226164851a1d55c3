#include "instruction_set.h"
#include "plan.h"

namespace baton {

std::unique_ptr<Command> Decoder::command(int64_t opcode) {
    if (opcode > PAIRED && opcode < WINOGRAD && machine_.pairs == nullptr) {
        throw Failure(std::string("products of bfloat16 need AVX512-BF16, which this processor (") + processor_name() +
                      ") with instruction set '" + machine_.kernels.name + "' does not have");
    }
    switch (opcode) {
        case 1: return decode_elementwise(*this);
        case 2: return decode_matmul(*this, false);
        case 3: return decode_reduce(*this);
        case 4: return decode_cross_entropy(*this);
        case 5: return decode_cross_entropy_backward(*this);
        case 6: return decode_adam(*this);
        case 7: return decode_sgd(*this);
        case 8: return decode_all_finite(*this);
        case 9: return decode_pad(*this);
        case 10: return decode_concat(*this);
        case 11: return decode_fold(*this);
        case 12: return decode_gather(*this);
        case 13: return decode_scatter_add(*this);
        case 14: return decode_convolution(*this, false, false, false);
        case 15: return decode_convolution(*this, true, false, false);
        case 16: return decode_convolution_by_weights(*this, false);
        case 17: return decode_max_pool(*this, false);
        case 18: return decode_max_pool(*this, true);
        case 19: return decode_batch_norm(*this, false, false);
        case 20: return decode_batch_norm(*this, true, false);
        case 21: return decode_convolution(*this, false, true, false);
        case 22: return decode_batch_norm(*this, false, true);
        case 23: return decode_batch_norm(*this, true, true);
        case 24: return decode_norm(*this);
        case 25: return decode_norm_backward(*this);
        case 26: return decode_softmax(*this);
        case 27: return decode_softmax_backward(*this);
        case 28: return decode_convolution(*this, true, true, false);
        case 29: return decode_norms(*this);
        case 34: return decode_attention(*this);
        case 35: return decode_attention_backward(*this);
        case 36: return decode_rotary(*this);
        case 40: return decode_lstm(*this);
        case 41: return decode_lstm_backward(*this);
        case 42: return decode_gru(*this);
        case 43: return decode_gru_backward(*this);
        case 2 + PAIRED: return decode_matmul(*this, true);
        case 14 + PAIRED: return decode_convolution(*this, false, false, true);
        case 15 + PAIRED: return decode_convolution(*this, true, false, true);
        case 16 + PAIRED: return decode_convolution_by_weights(*this, true);
        case 21 + PAIRED: return decode_convolution(*this, false, true, true);
        case 28 + PAIRED: return decode_convolution(*this, true, true, true);
        case 14 + WINOGRAD: return decode_winograd(*this, false, false);
        case 15 + WINOGRAD: return decode_winograd(*this, true, false);
        case 21 + WINOGRAD: return decode_winograd(*this, false, true);
        case 28 + WINOGRAD: return decode_winograd(*this, true, true);
        default: throw Failure("the opcode is " + std::to_string(opcode) + ", which no command has");
    }
}

std::vector<std::unique_ptr<Command>> Decoder::commands() {
    std::vector<std::unique_ptr<Command>> commands;
    each_command([&](int64_t opcode) { commands.push_back(command(opcode)); });
    return commands;
}

}  // namespace baton
