// Products of pairs of bfloat16 by the matrix instructions of newer Intel processors (AMX): a tile of the left factor, 16 rows
// of 16 pairs, times one of the right factor, 16 pairs of 16 columns, is added to 16 x 16 sums of float32 at once. Sixteen
// times the multiply-adds of float32 vectors in the same time, so that reading the factors is what bounds it: 32 x 32 sums
// stay in four tiles, and each tile that is read is used twice.
//
// The rows of the left factor lie as pair_kernels.cpp joins them; columns of a transposed one are turned into such rows. All
// that is summed is filled up with zeros to whole tiles.
#include "pairs.h"
#include "tile_shapes.h"

#include <immintrin.h>

#include <algorithm>
#include <cstdint>

namespace baton {
namespace {

#include "turned_lanes.h"

constexpr int64_t SIDE = TilePairs::SIDE;
constexpr int64_t LINE = 64;  // bytes of a row of a tile

// Those of eight tiles that are whole.
constexpr TileShapes all_tiles() {
    TileShapes shapes;
    for (int tile = 0; tile < 8; tile++) shapes.shape(tile, SIDE, LINE);
    return shapes;
}
constexpr TileShapes SHAPES = all_tiles();

// The number of a tile is a part of the instruction's name.
template <int SUMS>
void store_whole(float* out, int64_t bytes) {
    if constexpr (SUMS == 0) _tile_stored(0, out, bytes);
    if constexpr (SUMS == 1) _tile_stored(1, out, bytes);
    if constexpr (SUMS == 2) _tile_stored(2, out, bytes);
    if constexpr (SUMS == 3) _tile_stored(3, out, bytes);
}

// A tile of sums, or the part of it that there is.
template <int SUMS>
void store(float* out, int64_t row, int64_t rows, int64_t columns) {
    if (rows >= SIDE && columns >= SIDE) {
        store_whole<SUMS>(out, row * 4);
        return;
    }
    alignas(64) float sums[SIDE * SIDE];
    store_whole<SUMS>(sums, LINE);
    for (int64_t i = 0; i < std::min(rows, SIDE); i++) {
        _mm512_mask_storeu_ps(out + i * row, first_lanes(columns), _mm512_load_ps(sums + i * SIDE));
    }
}

// 16 or 32 rows with 16 or 32 columns: sums 0 and 1 of the first rows, 2 and 3 of the others.
template <bool TALL, bool WIDE>
void multiply_tiles(const PairedBlock& block, int64_t row) {
    const float* left = block.left + row * block.left_row;
    const float* right = block.right;
    int64_t left_bytes = block.left_row * 4;
    constexpr int64_t right_bytes = PAIR_COLUMNS * 4;
    _tile_zero(0);
    if constexpr (WIDE) _tile_zero(1);
    if constexpr (TALL) _tile_zero(2);
    if constexpr (TALL && WIDE) _tile_zero(3);
    for (int64_t pair = 0; pair < block.pairs; pair += SIDE, left += SIDE, right += SIDE * PAIR_COLUMNS) {
        _tile_loadd(4, left, left_bytes);
        _tile_loadd(6, right, right_bytes);
        _tile_dpbf16ps(0, 4, 6);
        if constexpr (WIDE) {
            _tile_loadd(7, right + SIDE, right_bytes);
            _tile_dpbf16ps(1, 4, 7);
        }
        if constexpr (TALL) {
            _tile_loadd(5, left + SIDE * block.left_row, left_bytes);
            _tile_dpbf16ps(2, 5, 6);
        }
        if constexpr (TALL && WIDE) _tile_dpbf16ps(3, 5, 7);
    }
    float* out = block.out + row * block.out_row;
    int64_t rows = block.rows - row;
    store<0>(out, block.out_row, rows, block.columns);
    if constexpr (WIDE) store<1>(out + SIDE, block.out_row, rows, block.columns - SIDE);
    if constexpr (TALL) store<2>(out + SIDE * block.out_row, block.out_row, rows - SIDE, block.columns);
    if constexpr (TALL && WIDE) store<3>(out + SIDE * block.out_row + SIDE, block.out_row, rows - SIDE, block.columns - SIDE);
}

void multiply(const PairedBlock& block) {
    take_tiles(SHAPES);
    for (int64_t row = 0; row < block.rows; row += 2 * SIDE) {
        bool tall = block.rows - row > SIDE, wide = block.columns > SIDE;
        auto with = tall ? wide ? multiply_tiles<true, true> : multiply_tiles<true, false>
                         : wide ? multiply_tiles<false, true> : multiply_tiles<false, false>;
        with(block, row);
    }
    // Whoever runs on this core next has no tiles to save.
    _tile_release();
}

// Sixteen pairs of sixteen columns become a square of lanes, and that is turned.
void turn(const float* numbers, int64_t row, int64_t count, int64_t columns, float* lanes, int64_t lane_row) {
    for (int64_t from = 0; from < columns; from += SIDE) {
        __m512 square[SIDE];
        for (int64_t pair = 0; pair < SIDE; pair++) {
            const float* first = numbers + 2 * pair * row + from;
            __m512 low = 2 * pair < count ? some(first, columns - from) : _mm512_setzero_ps();
            __m512 high = 2 * pair + 1 < count ? some(first + row, columns - from) : _mm512_setzero_ps();
            square[pair] = reinterpret_cast<__m512>(alternated(_mm512_cvtne2ps_pbh(high, low)));
        }
        transpose(square);
        for (int64_t i = 0; i < SIDE; i++) _mm512_storeu_ps(lanes + (from + i) * lane_row, square[i]);
    }
}

}  // namespace

const TilePairs TILE_PAIRS = {multiply, turn};

}  // namespace baton
