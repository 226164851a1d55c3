// Products of bytes by tiles (AMX): up to 16 positions with 64 bytes each, times 16 quads of 16 outputs, are added to 16 x 16
// sums at once. Positions of a line lie a fixed step apart, so that a tile is read where they are, overlapping ones of a
// convolution too. All tiles of positions have the same height; the last one of a line begins where it fits and computes some
// sums a second time.
#include "int8_products.h"
#include "tile_shapes.h"

#include <immintrin.h>

#include <algorithm>

namespace baton {
namespace {

constexpr int64_t SIDE = 16;  // positions, quads and outputs of a tile, at most

// The quads of a row are cut into equal parts; where there are none, the last one is shorter.
struct Cut {
    int64_t quads, whole, rest;
    explicit Cut(int64_t all) : quads(std::min(all, SIDE)), whole(0), rest(0) {
        int64_t parts = (all + SIDE - 1) / SIDE;
        if (parts > 0 && all % parts == 0) quads = all / parts;
        if (quads > 0) {
            whole = all / quads;
            rest = all % quads;
        }
    }
};

// Sums 0 and 1 are of the first positions and either panel, 2 and 3 of the next ones.
template <bool TALL, bool WIDE>
void multiply_parts(const Int8Block& b, const Cut& cut, const uint8_t* left, const uint8_t* next, int32_t* out, int32_t* next_out) {
    _tile_zero(0);
    if constexpr (WIDE) _tile_zero(1);
    if constexpr (TALL) _tile_zero(2);
    if constexpr (TALL && WIDE) _tile_zero(3);
    const int8_t* weights = b.weights;
    int64_t panel_step = b.rows * b.quads * INT8_VECTOR, bytes = cut.quads * INT8_QUAD;
    for (int64_t row = 0; row < b.rows; row++) {
        for (int64_t part = 0; part < cut.whole; part++, weights += cut.quads * INT8_VECTOR) {
            int64_t at = row * b.row_step + part * bytes;
            _tile_loadd(4, left + at, b.position_step);
            _tile_loadd(6, weights, INT8_VECTOR);
            _tile_dpbssd(0, 4, 6);
            if constexpr (WIDE) {
                _tile_loadd(7, weights + panel_step, INT8_VECTOR);
                _tile_dpbssd(1, 4, 7);
            }
            if constexpr (TALL) {
                _tile_loadd(5, next + at, b.position_step);
                _tile_dpbssd(2, 5, 6);
            }
            if constexpr (TALL && WIDE) _tile_dpbssd(3, 5, 7);
        }
    }
    constexpr int64_t row_bytes = INT8_ROW * 4;
    _tile_stored(0, out, row_bytes);
    if constexpr (WIDE) _tile_stored(1, out + INT8_OUTPUTS, row_bytes);
    if constexpr (TALL) _tile_stored(2, next_out, row_bytes);
    if constexpr (TALL && WIDE) _tile_stored(3, next_out + INT8_OUTPUTS, row_bytes);
}

// The same with a shorter part at the end of each row, which has tiles of its own: 2 and 3 of the left and of the right.
template <bool WIDE>
void multiply_uneven(const Int8Block& b, const Cut& cut, const uint8_t* left, int32_t* out) {
    _tile_zero(0);
    if constexpr (WIDE) _tile_zero(1);
    const int8_t* weights = b.weights;
    int64_t panel_step = b.rows * b.quads * INT8_VECTOR, bytes = cut.quads * INT8_QUAD;
    for (int64_t row = 0; row < b.rows; row++) {
        int64_t at = row * b.row_step;
        for (int64_t part = 0; part < cut.whole; part++, at += bytes, weights += cut.quads * INT8_VECTOR) {
            _tile_loadd(4, left + at, b.position_step);
            _tile_loadd(6, weights, INT8_VECTOR);
            _tile_dpbssd(0, 4, 6);
            if constexpr (WIDE) {
                _tile_loadd(7, weights + panel_step, INT8_VECTOR);
                _tile_dpbssd(1, 4, 7);
            }
        }
        _tile_loadd(2, left + at, b.position_step);
        _tile_loadd(3, weights, INT8_VECTOR);
        _tile_dpbssd(0, 2, 3);
        if constexpr (WIDE) {
            _tile_loadd(3, weights + panel_step, INT8_VECTOR);
            _tile_dpbssd(1, 2, 3);
        }
        weights += cut.rest * INT8_VECTOR;
    }
    constexpr int64_t row_bytes = INT8_ROW * 4;
    _tile_stored(0, out, row_bytes);
    if constexpr (WIDE) _tile_stored(1, out + INT8_OUTPUTS, row_bytes);
}

void multiply_line(const Int8Block& b, const Cut& cut, int64_t high, const uint8_t* left, int32_t* sums) {
    bool wide = b.panels == 2;
    int64_t tiles = (b.positions + SIDE - 1) / SIDE;
    auto first = [&](int64_t tile) { return std::min(tile * SIDE, b.positions - high); };
    for (int64_t tile = 0; tile < tiles; tile++) {
        const uint8_t* from = left + first(tile) * b.position_step;
        int32_t* out = sums + first(tile) * INT8_ROW;
        if (cut.rest > 0) {
            auto with = wide ? multiply_uneven<true> : multiply_uneven<false>;
            with(b, cut, from, out);
        } else if (tile + 1 < tiles) {
            tile++;
            auto with = wide ? multiply_parts<true, true> : multiply_parts<true, false>;
            with(b, cut, from, left + first(tile) * b.position_step, out, sums + first(tile) * INT8_ROW);
        } else {
            auto with = wide ? multiply_parts<false, true> : multiply_parts<false, false>;
            with(b, cut, from, nullptr, out, nullptr);
        }
    }
}

void multiply(const Int8Block& b) {
    int64_t high = std::min(b.positions, SIDE);
    Cut cut(b.quads);
    if (cut.quads == 0) {
        // Nothing is added up.
        for (int64_t i = 0; i < b.lines * b.positions * INT8_ROW; i++) b.sums[i] = 0;
        return;
    }
    TileShapes shapes;
    for (int tile : {0, 1}) shapes.shape(tile, high, INT8_VECTOR);
    for (int tile : {4, 5}) shapes.shape(tile, high, cut.quads * INT8_QUAD);
    for (int tile : {6, 7}) shapes.shape(tile, cut.quads, INT8_VECTOR);
    if (cut.rest > 0) {
        shapes.shape(2, high, cut.rest * INT8_QUAD);
        shapes.shape(3, cut.rest, INT8_VECTOR);
    } else {
        for (int tile : {2, 3}) shapes.shape(tile, high, INT8_VECTOR);
    }
    take_tiles(shapes);
    for (int64_t line = 0; line < b.lines; line++) {
        multiply_line(b, cut, high, b.left + line * b.line_step, b.sums + line * b.positions * INT8_ROW);
    }
    // Whoever runs on this core next has no tiles to save.
    _tile_release();
}

}  // namespace

const Int8Kernels INT8_TILES = {0, multiply};

}  // namespace baton
