// What makes each command of a plan: every core has these, with a Decoder and Commands of its own.
#ifndef BATON_COMMANDS_H
#define BATON_COMMANDS_H

#include <memory>

namespace baton {

class Decoder;
struct Command;

// Each takes its words from the decoder. Factors are rounded to bfloat16 where `rounded` says so.
std::unique_ptr<Command> decode_elementwise(Decoder& in);
std::unique_ptr<Command> decode_matmul(Decoder& in, bool rounded);
std::unique_ptr<Command> decode_reduce(Decoder& in);
std::unique_ptr<Command> decode_cross_entropy(Decoder& in);
std::unique_ptr<Command> decode_cross_entropy_backward(Decoder& in);
std::unique_ptr<Command> decode_adam(Decoder& in);
std::unique_ptr<Command> decode_sgd(Decoder& in);
std::unique_ptr<Command> decode_all_finite(Decoder& in);
std::unique_ptr<Command> decode_norms(Decoder& in);
std::unique_ptr<Command> decode_all_reduce(Decoder& in);
std::unique_ptr<Command> decode_pad(Decoder& in);
std::unique_ptr<Command> decode_concat(Decoder& in);
std::unique_ptr<Command> decode_fold(Decoder& in);
std::unique_ptr<Command> decode_gather(Decoder& in);
std::unique_ptr<Command> decode_scatter_add(Decoder& in);
std::unique_ptr<Command> decode_convolution(Decoder& in, bool backward, bool rectified, bool rounded);
std::unique_ptr<Command> decode_convolution_by_weight(Decoder& in, bool rounded);
std::unique_ptr<Command> decode_max_pool(Decoder& in, bool backward);
std::unique_ptr<Command> decode_batch_norm(Decoder& in, bool backward, bool rectified);
std::unique_ptr<Command> decode_norm(Decoder& in);
std::unique_ptr<Command> decode_norm_backward(Decoder& in);
std::unique_ptr<Command> decode_softmax(Decoder& in);
std::unique_ptr<Command> decode_softmax_backward(Decoder& in);
std::unique_ptr<Command> decode_attention(Decoder& in);
std::unique_ptr<Command> decode_attention_backward(Decoder& in);
std::unique_ptr<Command> decode_cached_attention(Decoder& in);
std::unique_ptr<Command> decode_rotary(Decoder& in);
std::unique_ptr<Command> decode_lstm(Decoder& in);
std::unique_ptr<Command> decode_lstm_backward(Decoder& in);
std::unique_ptr<Command> decode_gru(Decoder& in);
std::unique_ptr<Command> decode_gru_backward(Decoder& in);

}  // namespace baton

#endif
