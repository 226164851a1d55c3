// What forward passes of attention share: queries that are multiplied with tiles of keys and values.
//
// Of a tile on the diagonal of causal attention half is looked at by nobody: products go through it in parts, each as far as
// its queries may look. Keys and values that are a product's transposed right factor are turned around first where
// OpenBLAS's kernels are faster then (tiles.h).
#ifndef BATON_ATTENTION_TILES_H
#define BATON_ATTENTION_TILES_H

#include <algorithm>
#include <cmath>

#include "attention_words.h"
#include "plan.h"
#include "tiles.h"
#include "transpose.h"

namespace baton {

constexpr int64_t ATTENTION_PART = 32;

// Calls each(row, rows, keys) for parts of a tile's queries with the keys that they may look at, the first so many.
template <typename Each>
void each_part(const AttentionTile& tile, Each&& each) {
    if (!tile.causal || tile.first_visible >= tile.keys) {
        each(int64_t(0), tile.queries, tile.keys);
        return;
    }
    for (int64_t row = 0; row < tile.queries; row += ATTENTION_PART) {
        int64_t rows = std::min(ATTENTION_PART, tile.queries - row);
        each(row, rows, std::clamp<int64_t>(rounded_up(tile.first_visible + row + rows - 1, 16), 1, tile.keys));
    }
}

// A right factor of [keys, width], to be multiplied with its transpose.
struct RightFactor {
    const float* from;
    int64_t row;
    bool transposed;
};

constexpr int64_t WIDEST_TURNED = 128;
static_assert(2 * ATTENTION_TILE * (ATTENTION_TILE + WIDEST_TURNED) <= LARGEST_TILE,
              "a worker's tile holds scores, slopes, keys and values");

inline RightFactor turned(const Machine& machine, const float* from, int64_t row, int64_t keys, int64_t width, float* to) {
    if (!machine.small_tiles || width > WIDEST_TURNED) {
        return {from, row, true};
    }
    transpose_near(keys, width, from, row, to, ATTENTION_TILE);
    return {to, ATTENTION_TILE, false};
}

inline void clear(float* out, int64_t rows, int64_t width, int64_t stride) {
    for (int64_t i = 0; i < rows; i++) std::fill_n(out + i * stride, width, 0.0f);
}

// Some queries of a head, at most a tile of them, all keys and values, and where the results go.
struct AttentionRows {
    int64_t rows, width, value_width;
    const float* q;
    int64_t q_step;  // from one position to the next
    const float* k;
    int64_t k_step;
    const float* v;
    int64_t v_step;
    float* out;
    int64_t out_step;
    float* log_sum_exp;
};

// tile_at(key) is the tile of the queries and the keys from one on; no keys where none of them may be looked at.
template <typename TileAt>
void attend(const Run& run, int worker, const AttentionRows& a, int64_t key_end, TileAt&& tile_at) {
    const Kernels& kernels = run.machine.kernels;
    float* scores = run.machine.tile(worker);
    float highest[ATTENTION_TILE], sums[ATTENTION_TILE], factors[ATTENTION_TILE];
    std::fill_n(highest, a.rows, -INFINITY);
    std::fill_n(sums, a.rows, 0.0f);
    if (key_end <= 0) {
        clear(a.out, a.rows, a.value_width, a.out_step);
    }
    for (int64_t key = 0; key < key_end; key += ATTENTION_TILE) {
        AttentionTile now = tile_at(key);
        if (now.keys <= 0) {
            break;
        }
        RightFactor right = turned(run.machine, a.k + key * a.k_step, a.k_step, now.keys, a.width,
                                   scores + ATTENTION_TILE * ATTENTION_TILE);
        each_part(now, [&](int64_t row, int64_t count, int64_t seen) {
            run.machine.multiply(worker, {false, right.transposed, count, seen, a.width, a.q + row * a.q_step, a.q_step,
                                          right.from, right.row, scores + row * ATTENTION_TILE, ATTENTION_TILE, false});
        });
        kernels.attention_weights(now, scores, highest, sums, factors);
        if (key > 0) {
            kernels.scale_rows(a.rows, a.value_width, a.out_step, factors, a.out);
        }
        each_part(now, [&](int64_t row, int64_t count, int64_t seen) {
            run.machine.multiply(worker, {false, false, count, a.value_width, seen, scores + row * ATTENTION_TILE,
                                          ATTENTION_TILE, a.v + key * a.v_step, a.v_step, a.out + row * a.out_step, a.out_step,
                                          key > 0});
        });
    }
    kernels.attention_finish(a.rows, a.value_width, a.out_step, highest, sums, a.out, a.log_sum_exp);
}

}  // namespace baton

#endif
