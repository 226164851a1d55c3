// Products of factors that are rounded to bfloat16, for processors that multiply pairs of them (AVX512-BF16): twice as many
// products a second as with float32. A lane of 32 bits holds two neighbours of what is added up; the sums are float32.
#ifndef BATON_PAIRS_H
#define BATON_PAIRS_H

#include "kernels.h"

namespace baton {

// A block of the right factor is so wide; its pairs lie one after the other.
constexpr int64_t PAIR_COLUMNS = 32;

// Some rows of a product: at most PAIR_COLUMNS columns.
struct PairedBlock {
    int64_t pairs;
    const float* left;  // the pairs of a row, and of the next
    int64_t left_row, left_pair;
    const float* right;  // [pairs, PAIR_COLUMNS]
    float* out;
    int64_t out_row;
    int64_t rows, columns;
};

// Memory for pairs is typed as that for floats of the same size.
struct PairKernels {
    int64_t unit;  // of pairs that are multiplied at once: what is summed is filled up with zeros to a multiple of it
    // Up to 32 numbers of each of so many columns, row by row, become pairs of as many rows: lanes [columns, 16], of columns
    // that are filled up to a multiple of 16. Null where columns are multiplied as they lie, a pair of rows side by side.
    void (*turn)(const float* numbers, int64_t row, int64_t count, int64_t columns, float* lanes, int64_t lane_row);
    // Lane i is the pair of first[i] and second[i], or of first[i] and 0 where second is null.
    void (*interleave)(const float* first, const float* second, int64_t count, float* lanes);
    // Lane i is the pair of numbers 2 i and 2 i + 1; the last one's neighbour is 0 where count is odd.
    void (*join)(const float* numbers, int64_t count, float* lanes);
    // Each two of so many rows become one of pairs, lanes [pairs, width], with zeros behind so many columns; the neighbour of a
    // last one is 0.
    void (*join_rows)(const float* numbers, int64_t row, int64_t rows, int64_t columns, float* lanes, int64_t width);
    // As join, of up to PAIR_COLUMNS rows, which become columns: lanes [pairs, PAIR_COLUMNS].
    void (*join_columns)(const float* numbers, int64_t row, int64_t rows, int64_t count, float* lanes);
    void (*multiply)(const PairedBlock& block);
    // As those of Kernels, on planes and weights of pairs: of channels, or of pictures.
    void (*convolve)(const Planes& planes, const float* source, const float* weights, const float* bias,
                     const Results& results, int64_t channels, int64_t first_row, int64_t last_row, float* out,
                     const float* kept);
    void (*correlate)(const Correlation& correlation, const float* rows, int64_t count, float* out);
    // As those of Kernels; what was transformed is rounded, two inputs to a lane: weights are [place][output][two inputs].
    void (*winograd)(const WinogradTiles& tiles);
    void (*winograd_weights)(const WinogradWeights& weights, int64_t first, int64_t count, float* to);
};

extern const PairKernels PAIR_KERNELS;

// What takes the place of some of these on processors that multiply tiles (AMX).
struct TilePairs {
    static constexpr int64_t SIDE = 16;  // rows and pairs of a tile
    void (*multiply)(const PairedBlock& block);
    void (*turn)(const float* numbers, int64_t row, int64_t count, int64_t columns, float* lanes, int64_t lane_row);
};

extern const TilePairs TILE_PAIRS;

}  // namespace baton

#endif
