// Attention of new tokens to all up to themselves, whose keys and values are in caches. One thread writes those of the new
// tokens of a head to its caches and goes through them; it reads no more than is written. A single token, as there is one for
// each step of a text, is multiplied with its keys and values as rows of memory; several go tile by tile (attention_tiles.h).
#include "attention_tiles.h"

namespace baton {
namespace {

struct CachedAttention : Command, CachedAttentionWords {
    explicit CachedAttention(Decoder& in) : CachedAttentionWords(in) {}

    bool in_place() const { return same(keys_in, keys_out) && same(values_in, values_out); }
    static bool same(Reference a, Reference b) { return a.space == b.space && a.offset == b.offset; }

    void run(const Run& run) const override {
        run.machine.pool.each((in_place() ? examples : rows) * heads, [&](int64_t chunk, int worker) {
            copy(run, keys_in, keys_out, chunk, width);
            copy(run, values_in, values_out, chunk, value_width);
            if (chunk < examples * heads) {
                advance(run, worker, chunk / heads, chunk % heads);
            }
        });
    }

    // What a head's cache holds, to where it is to be changed.
    void copy(const Run& run, Reference in, Reference out, int64_t chunk, int64_t wide) const {
        if (!same(in, out)) {
            int64_t count = context * wide;
            std::copy_n(run.at<const float>(in) + chunk * count, count, run.at<float>(out) + chunk * count);
        }
    }

    void advance(const Run& run, int worker, int64_t example, int64_t head) const {
        int64_t position = run.at<const int32_t>(first)[example];
        float* keys = run.at<float>(keys_out) + (example * heads + head) * context * width;
        float* values = run.at<float>(values_out) + (example * heads + head) * context * value_width;
        const float* new_k = k.at<const float>(run, example, head);
        const float* new_v = v.at<const float>(run, example, head);
        for (int64_t token = 0; token < tokens; token++) {
            int64_t place = position + token;
            if (place >= 0 && place < context) {
                std::copy_n(new_k + token * k.position, width, keys + place * width);
                std::copy_n(new_v + token * v.position, value_width, values + place * value_width);
            }
        }
        float log_sums[ATTENTION_TILE];
        for (int64_t token = 0; token < tokens; token += ATTENTION_TILE) {
            AttentionRows own{std::min(ATTENTION_TILE, tokens - token), width, value_width,
                              q.at<const float>(run, example, head) + token * q.position, q.position,
                              keys, width, values, value_width,
                              result.at<float>(run, example, head) + token * result.position, result.position, log_sums};
            int64_t visible = position + token + 1;  // to the first of these tokens
            if (tokens == 1) {
                attend_one(run, worker, own, std::clamp<int64_t>(visible, 0, context));
            } else {
                int64_t end = std::clamp<int64_t>(visible + own.rows - 1, 0, context);
                attend(run, worker, own, end, [&](int64_t key) {
                    return AttentionTile{own.rows, std::min(ATTENTION_TILE, end - key), scale, true, visible - key, nullptr, 0};
                });
            }
        }
    }

    void attend_one(const Run& run, int worker, const AttentionRows& a, int64_t key_end) const {
        const Kernels& kernels = run.machine.kernels;
        float* scores = run.machine.tile(worker);
        float highest = -INFINITY, sum = 0, factor;
        clear(a.out, 1, a.value_width, a.out_step);
        for (int64_t key = 0; key < key_end; key += ATTENTION_TILE) {
            AttentionTile now{1, std::min(ATTENTION_TILE, key_end - key), scale, false, 0, nullptr, 0};
            kernels.row_products(now.keys, a.width, a.k + key * a.k_step, a.k_step, a.q, 0, scores);
            kernels.attention_weights(now, scores, &highest, &sum, &factor);
            kernels.add_weighted_rows(now.keys, a.value_width, scores, a.v + key * a.v_step, a.v_step, key > 0 ? factor : 0, a.out);
        }
        kernels.attention_finish(1, a.value_width, a.out_step, &highest, &sum, a.out, a.log_sum_exp);
    }
};

}  // namespace

std::unique_ptr<Command> decode_cached_attention(Decoder& in) { return std::make_unique<CachedAttention>(in); }

}  // namespace baton
