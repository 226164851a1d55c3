// Transposes matrices for products that want them the other way round.
#ifndef BATON_TRANSPOSE_H
#define BATON_TRANSPOSE_H

#include <algorithm>

#include "pool.h"

namespace baton {

// [rows, columns] -> [columns, rows], whose rows lie so far apart each. For what fits into the first cache.
inline void transpose_near(int64_t rows, int64_t columns, const float* from, int64_t row_from, float* to, int64_t row_to) {
    for (int64_t i = 0; i < columns; i++) {
        for (int64_t j = 0; j < rows; j++) to[i * row_to + j] = from[j * row_from + i];
    }
}

// [rows, columns], whose rows lie so far apart, -> [columns, rows] without gaps; square by square, so that both are read
// and written in whole lines.
inline void transpose(Pool& pool, int64_t rows, int64_t columns, const float* from, int64_t row_from, float* to) {
    constexpr int64_t SQUARE = 16, SQUARES = 64;  // of one side, and how many a thread takes at a time
    int64_t across = (columns + SQUARE - 1) / SQUARE;
    int64_t squares = (rows + SQUARE - 1) / SQUARE * across;
    pool.each((squares + SQUARES - 1) / SQUARES, [&](int64_t chunk, int) {
        for (int64_t s = chunk * SQUARES; s < std::min(squares, (chunk + 1) * SQUARES); s++) {
            int64_t first = s / across * SQUARE, left = s % across * SQUARE;
            transpose_near(std::min(SQUARE, rows - first), std::min(SQUARE, columns - left), from + first * row_from + left,
                           row_from, to + left * rows + first, rows);
        }
    });
}

}  // namespace baton

#endif
