// How the result of a matrix product is cut into tiles, which one thread computes each: by the shape and OpenBLAS's kernels
// alone.
//
// Those for AVX-512 multiply matrices with m * n * k <= 1e6 without packing them first, and run at the processor's peak just
// below that on processors that add one product of vectors at a time. On those that add two, and where a right factor has
// many columns, they wait for its far rows. Those for other processors pack both factors of every small product anew. Our own
// kernel (product_kernel.h) copies narrow panels of the right factor instead, which many rows should share. Only very large
// products are worth packing.
//
// For kernels that do without packing, a large inner dimension would leave tiles of few rows only, and packing takes most of
// the time of those beyond the limit: it is cut into pieces, whose products are added up in their order.
//
// Where rows of the right factor lie far apart, most often a power of two, they fall into the same few sets of the caches:
// a tile then has many rows, which share a copy of a panel of the right factor, and multiplies it with some rows at a time.
//
// These kernels have no such path for a transposed right factor. Where many rows are multiplied with it, it is worth
// being turned around once.
#ifndef BATON_TILES_H
#define BATON_TILES_H

#include <algorithm>

#include "plan.h"

namespace baton {

constexpr int64_t UNPACKED = 950000;
constexpr int64_t LARGEST_TILE = 128 * 256;  // elements of a worker's tile

constexpr int64_t PANEL_COLUMNS = 64, PANEL_ROWS = 512;

struct Grid {
    int64_t rows, columns;
    int64_t at_once;  // rows that are multiplied at a time: all of the tile's, or some of many that share
    bool copies;      // a copy of a panel of the right factor
    bool by_openblas;
};

// Whether a product is one that our own kernel multiplies where both are there: its copies have to be shared by many rows and
// to serve many sums. Of a transposed left factor it copies the rows too, which more of them or more columns have to share.
inline bool is_wide(int64_t m, int64_t n, int64_t k, bool transposed_a) {
    return n >= 256 && m >= 64 && (transposed_a ? (m >= 256 || n >= 1024) : (k >= 256 && k <= 1024));
}

// Whether a transposed right factor is turned around first.
inline bool turns(bool small_tiles, int64_t m, int64_t n, int64_t k, bool transposed_b) {
    constexpr int64_t LARGEST = int64_t(1) << 22;
    int64_t few = small_tiles ? 64 : 192;
    return transposed_b && m >= few && n >= 16 && k >= 16 && n <= LARGEST / k;
}

// How much of the inner dimension is multiplied at a time.
inline int64_t piece_of(bool small_tiles, int64_t k) {
    if (!small_tiles || k <= 512) {
        return k;
    }
    int64_t pieces = (k + 255) / 256;
    return rounded_up((k + pieces - 1) / pieces, 8);
}

// The size of equal parts, each a multiple of a unit and at most so large where the unit allows it.
inline int64_t part_of(int64_t size, int64_t most, int64_t unit) {
    int64_t parts = (size + most - 1) / std::max<int64_t>(1, most);
    return std::min(size, rounded_up((size + parts - 1) / std::max<int64_t>(1, parts), unit));
}

// Whether a product is so large that OpenBLAS's packing is worth it where it cannot do without.
inline bool worth_packing(int64_t m, int64_t n, int64_t k) { return std::min({m, n, k}) >= 768; }

constexpr Grid PACKED_GRID{512, 512, 512, false, true};

inline Grid grid_of(bool small_tiles, int64_t m, int64_t n, int64_t k, bool transposed_b, int64_t row_b = 0) {
    if (small_tiles && !transposed_b) {
        int64_t piece = piece_of(small_tiles, k);
        bool copies = row_b >= 1024 && m >= 256 && n >= PANEL_COLUMNS;
        int64_t columns = part_of(n, piece < k || copies ? PANEL_COLUMNS : 128, 16);
        int64_t rows = std::clamp<int64_t>(UNPACKED / std::max<int64_t>(1, columns * piece) / 8 * 8, 8, 64);
        int64_t tile = part_of(m, copies ? LARGEST_TILE / PANEL_COLUMNS : rows, 8);
        return {tile, columns, part_of(tile, rows, 8), copies, true};
    }
    if (small_tiles) {
        int64_t columns = std::min<int64_t>(n, 256);
        int64_t rows = std::min<int64_t>(m, std::max<int64_t>(32, rounded_up((m + 3) / 4, 8)));
        rows = std::min(rows, LARGEST_TILE / std::max<int64_t>(columns, 1));
        return {rows, columns, rows, false, true};
    }
    // Copies are shared by as many columns and rows as leave tiles for some threads.
    auto tiles = [&](int64_t rows, int64_t columns) { return (m + rows - 1) / rows * ((n + columns - 1) / columns); };
    constexpr int64_t ENOUGH = 8;
    if (tiles(120, 256) >= ENOUGH) {
        int64_t rows = part_of(m, 120, 12);
        return {rows, part_of(n, 256, 32), rows, false, false};
    }
    int64_t rows = part_of(m, tiles(192, 64) >= ENOUGH ? 192 : 96, 12);
    return {rows, part_of(n, 64, 32), rows, false, false};
}

}  // namespace baton

#endif
