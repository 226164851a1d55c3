#include "attention_words.h"

#include <algorithm>

namespace baton {
namespace {

constexpr int64_t FURTHEST_STRIDE = int64_t(1) << 40;

template <typename Sizes>
Heads heads_of(PlanReader& in, const Sizes& sizes, int64_t positions, int64_t width) {
    Heads place{};
    int64_t word = in.word();
    place.example = in.within(0, FURTHEST_STRIDE, "stride of an example");
    place.position = in.within(width, INT32_MAX, "stride of a position");
    place.head = in.within(0, FURTHEST_STRIDE, "stride of a head");
    bool none = sizes.examples == 0 || sizes.heads == 0 || positions == 0;
    int64_t furthest = none ? 0
                            : times(sizes.examples - 1, place.example) + times(positions - 1, place.position) +
                                  times(sizes.heads - 1, place.head) + width;
    place.from = in.resolve(word, furthest, Type::F32, false);
    return place;
}

void read_mask(PlanReader& in, AttentionWords& a) {
    int64_t word = in.word();
    a.mask_example = in.within(0, FURTHEST_STRIDE, "mask's stride of an example");
    a.mask_head = in.within(0, FURTHEST_STRIDE, "mask's stride of a head");
    a.mask_query = in.within(0, FURTHEST_STRIDE, "mask's stride of a query");
    bool none = a.examples == 0 || a.heads == 0 || a.queries == 0;
    int64_t furthest = none ? 0
                            : times(a.examples - 1, a.mask_example) + times(a.heads - 1, a.mask_head) +
                                  times(a.queries - 1, a.mask_query) + a.keys;
    a.mask = in.resolve(word, furthest, Type::BOOL, true);
}

}  // namespace

AttentionWords::AttentionWords(PlanReader& in) {
    examples = in.within(0, INT32_MAX, "number of examples");
    heads = in.within(0, INT32_MAX, "number of heads");
    queries = in.within(0, INT32_MAX, "number of queries");
    keys = in.within(0, INT32_MAX, "number of keys");
    width = in.within(1, 1 << 20, "width");
    value_width = in.within(1, 1 << 20, "width of the values");
    causal = in.within(0, 1, "flag of causal attention") == 1;
    scale = static_cast<float>(in.real());
    times(times(examples, heads), std::max(queries, keys));
    q = heads_of(in, *this, queries, width);
    k = heads_of(in, *this, keys, width);
    v = heads_of(in, *this, keys, value_width);
    read_mask(in, *this);
    lengths = in.reference(examples, Type::I32, true);
    result = heads_of(in, *this, queries, value_width);
    log_sum_exp = in.reference(examples * heads * queries, Type::F32);
}

AttentionBackwardWords::AttentionBackwardWords(PlanReader& in) : AttentionWords(in) {
    gradient = heads_of(in, *this, queries, value_width);
    by_q = heads_of(in, *this, queries, width);
    by_k = heads_of(in, *this, keys, width);
    by_v = heads_of(in, *this, keys, value_width);
}

CachedAttentionWords::CachedAttentionWords(PlanReader& in) {
    rows = in.within(0, INT32_MAX, "number of rows of the caches");
    examples = in.within(0, rows, "number of examples");
    heads = in.within(0, INT32_MAX, "number of heads");
    tokens = in.within(0, INT32_MAX, "number of tokens");
    context = in.within(0, INT32_MAX, "number of positions");
    width = in.within(1, 1 << 20, "width");
    value_width = in.within(1, 1 << 20, "width of the values");
    scale = static_cast<float>(in.real());
    times(times(examples, heads), tokens);
    q = heads_of(in, *this, tokens, width);
    k = heads_of(in, *this, tokens, width);
    v = heads_of(in, *this, tokens, value_width);
    int64_t places = times(times(rows, heads), context);
    keys_in = in.reference(times(places, width), Type::F32);
    keys_out = in.reference(times(places, width), Type::F32);
    values_in = in.reference(times(places, value_width), Type::F32);
    values_out = in.reference(times(places, value_width), Type::F32);
    first = in.reference(examples, Type::I32);
    result = heads_of(in, *this, tokens, value_width);
}

}  // namespace baton
