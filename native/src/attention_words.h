// What the words of the attention commands say (PLAN_FORMAT.md), read and checked: what every core's commands begin with.
#ifndef BATON_ATTENTION_WORDS_H
#define BATON_ATTENTION_WORDS_H

#include "plan_reader.h"

namespace baton {

// [examples, positions, heads, width] with neighbours along the width.
struct Heads {
    Reference from;
    int64_t example, position, head;  // elements from one to the next

    template <typename T, typename Run>
    T* at(const Run& run, int64_t example_index, int64_t head_index) const {
        return run.template at<T>(from) + example_index * example + head_index * head;
    }
};

struct AttentionWords {
    explicit AttentionWords(PlanReader& in);
    int64_t examples, heads, queries, keys, width, value_width;
    bool causal;
    float scale;
    Heads q, k, v;
    Reference mask, lengths;
    int64_t mask_example, mask_head, mask_query;
    Heads result;
    Reference log_sum_exp;
};

struct AttentionBackwardWords : AttentionWords {
    explicit AttentionBackwardWords(PlanReader& in);
    Heads gradient, by_q, by_k, by_v;
};

struct CachedAttentionWords {
    explicit CachedAttentionWords(PlanReader& in);
    int64_t rows, examples, heads, tokens, context, width, value_width;
    float scale;
    Heads q, k, v;
    Reference keys_in, keys_out, values_in, values_out;  // [rows, heads, context, width]
    Reference first;  // positions of the first tokens
    Heads result;
};

}  // namespace baton

#endif
