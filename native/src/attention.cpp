// Attention, tile by tile: OpenBLAS multiplies, and what stands between the products is done while a tile of scores is in
// the first cache. No more than a tile of the T x S scores is ever in memory. One thread goes through the keys of its
// queries, and in the backward pass through all tiles of an example's head, in one order.
#include "attention_tiles.h"

namespace baton {
namespace {

// How many keys of an example count.
int64_t keys_of(const AttentionWords& a, const Run& run, int64_t example) {
    int64_t length = a.lengths.exists() ? run.at<const int32_t>(a.lengths)[example] : a.keys;
    return std::min(a.keys, std::max<int64_t>(0, length));
}

// The tile of some queries and the keys from one on; no keys where none of them may be looked at.
AttentionTile tile_of(const AttentionWords& a, const Run& run, int64_t example, int64_t head, int64_t query, int64_t rows,
                      int64_t key, int64_t key_end) {
    int64_t last = a.causal ? std::min(key_end, query + rows) : key_end;
    const uint8_t* own = a.mask.exists() ? run.at<const uint8_t>(a.mask) + example * a.mask_example + head * a.mask_head +
                                               query * a.mask_query + key
                                         : nullptr;
    return {rows, std::min(ATTENTION_TILE, last - key), a.scale, a.causal, query + 1 - key, own, a.mask_query};
}

// Calls each(key, keys, row) for parts of a tile's keys with the first query that may look at them.
template <typename Each>
void each_part_of_keys(const AttentionTile& tile, Each&& each) {
    if (!tile.causal || tile.first_visible >= tile.keys) {
        each(int64_t(0), tile.keys, int64_t(0));
        return;
    }
    for (int64_t key = 0; key < tile.keys; key += ATTENTION_PART) {
        each(key, std::min(ATTENTION_PART, tile.keys - key), std::clamp<int64_t>(key - tile.first_visible + 1, 0, tile.queries - 1));
    }
}

struct AttentionForward : Command, AttentionWords {
    explicit AttentionForward(Decoder& in) : AttentionWords(in) {}

    void run(const Run& run) const override {
        int64_t tiles = (queries + ATTENTION_TILE - 1) / ATTENTION_TILE;
        run.machine.pool.each(examples * heads * tiles, [&](int64_t chunk, int worker) {
            forward(run, worker, chunk / tiles / heads, chunk / tiles % heads, chunk % tiles * ATTENTION_TILE);
        });
    }

    void forward(const Run& run, int worker, int64_t example, int64_t head, int64_t query) const {
        AttentionRows own{std::min(ATTENTION_TILE, queries - query), width, value_width,
                          q.at<const float>(run, example, head) + query * q.position, q.position,
                          k.at<const float>(run, example, head), k.position,
                          v.at<const float>(run, example, head), v.position,
                          result.at<float>(run, example, head) + query * result.position, result.position,
                          run.at<float>(log_sum_exp) + (example * heads + head) * queries + query};
        int64_t key_end = keys_of(*this, run, example);
        attend(run, worker, own, key_end, [&](int64_t key) {
            return tile_of(*this, run, example, head, query, own.rows, key, key_end);
        });
    }
};

struct AttentionBackward : Command, AttentionBackwardWords {
    explicit AttentionBackward(Decoder& in) : AttentionBackwardWords(in) {}

    void run(const Run& run) const override {
        run.machine.pool.each(examples * heads, [&](int64_t chunk, int worker) {
            int64_t example = chunk / heads, head = chunk % heads;
            int64_t key_end = keys_of(*this, run, example);
            // What no product is written to: queries without keys, and keys that no query looks at.
            int64_t seen = causal ? std::min(key_end, queries) : queries > 0 ? key_end : 0;
            if (key_end <= 0) {
                clear(by_q.at<float>(run, example, head), queries, width, by_q.position);
            }
            clear(by_k.at<float>(run, example, head) + seen * by_k.position, keys - seen, width, by_k.position);
            clear(by_v.at<float>(run, example, head) + seen * by_v.position, keys - seen, value_width, by_v.position);
            for (int64_t query = 0; query < queries; query += ATTENTION_TILE) {
                backward(run, worker, example, head, query, key_end);
            }
        });
    }

    void backward(const Run& run, int worker, int64_t example, int64_t head, int64_t query, int64_t key_end) const {
        const Kernels& kernels = run.machine.kernels;
        int64_t rows = std::min(ATTENTION_TILE, queries - query);
        float* scores = run.machine.tile(worker);
        float* slopes = scores + ATTENTION_TILE * ATTENTION_TILE;
        float* turned_k = slopes + ATTENTION_TILE * ATTENTION_TILE;
        float* turned_v = turned_k + WIDEST_TURNED * ATTENTION_TILE;
        float means[ATTENTION_TILE];
        const float* own_q = q.at<const float>(run, example, head) + query * q.position;
        const float* own_gradient = gradient.at<const float>(run, example, head) + query * gradient.position;
        const float* log_sums = run.at<const float>(log_sum_exp) + (example * heads + head) * queries + query;
        kernels.row_products(rows, value_width, own_gradient, gradient.position,
                             result.at<const float>(run, example, head) + query * result.position, result.position, means);
        for (int64_t key = 0; key < key_end; key += ATTENTION_TILE) {
            AttentionTile now = tile_of(*this, run, example, head, query, rows, key, key_end);
            if (now.keys <= 0) {
                break;
            }
            const float* own_k = k.at<const float>(run, example, head) + key * k.position;
            const float* own_v = v.at<const float>(run, example, head) + key * v.position;
            RightFactor by_key = turned(run.machine, own_k, k.position, now.keys, width, turned_k);
            RightFactor by_value = turned(run.machine, own_v, v.position, now.keys, value_width, turned_v);
            each_part(now, [&](int64_t row, int64_t count, int64_t seen) {
                run.machine.multiply(worker, {false, by_key.transposed, count, seen, width, own_q + row * q.position, q.position,
                                              by_key.from, by_key.row, scores + row * ATTENTION_TILE, ATTENTION_TILE, false});
                run.machine.multiply(worker, {false, by_value.transposed, count, seen, value_width,
                                              own_gradient + row * gradient.position, gradient.position, by_value.from,
                                              by_value.row, slopes + row * ATTENTION_TILE, ATTENTION_TILE, false});
            });
            kernels.attention_slopes(now, scores, slopes, log_sums, means);
            // The first queries that see these keys write, later ones add.
            bool seen_before = query > (causal ? key : 0);
            float* out_v = by_v.at<float>(run, example, head) + key * by_v.position;
            float* out_k = by_k.at<float>(run, example, head) + key * by_k.position;
            float* out_q = by_q.at<float>(run, example, head) + query * by_q.position;
            each_part_of_keys(now, [&](int64_t first, int64_t count, int64_t row) {
                run.machine.multiply(worker, {true, false, count, value_width, rows - row,
                                              scores + row * ATTENTION_TILE + first, ATTENTION_TILE,
                                              own_gradient + row * gradient.position, gradient.position,
                                              out_v + first * by_v.position, by_v.position, seen_before});
                run.machine.multiply(worker, {true, false, count, width, rows - row, slopes + row * ATTENTION_TILE + first,
                                              ATTENTION_TILE, own_q + row * q.position, q.position,
                                              out_k + first * by_k.position, by_k.position, seen_before});
            });
            each_part(now, [&](int64_t row, int64_t count, int64_t seen) {
                run.machine.multiply(worker, {false, false, count, width, seen, slopes + row * ATTENTION_TILE, ATTENTION_TILE,
                                              own_k, k.position, out_q + row * by_q.position, by_q.position, key > 0});
            });
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_attention(Decoder& in) { return std::make_unique<AttentionForward>(in); }

std::unique_ptr<Command> decode_attention_backward(Decoder& in) { return std::make_unique<AttentionBackward>(in); }

}  // namespace baton
