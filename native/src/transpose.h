// Transposes matrices for products that want them the other way round.
#ifndef BATON_TRANSPOSE_H
#define BATON_TRANSPOSE_H

#include <algorithm>

#include "pool.h"

namespace baton {

// [rows, columns], whose rows lie so far apart, -> [columns, rows] without gaps; square by square, so that both are read
// and written in whole lines.
inline void transpose(Pool& pool, int64_t rows, int64_t columns, const float* from, int64_t row_from, float* to) {
    constexpr int64_t SQUARE = 16, SQUARES = 64;  // of one side, and how many a thread takes at a time
    int64_t across = (columns + SQUARE - 1) / SQUARE;
    int64_t squares = (rows + SQUARE - 1) / SQUARE * across;
    pool.each((squares + SQUARES - 1) / SQUARES, [&](int64_t chunk, int) {
        for (int64_t s = chunk * SQUARES; s < std::min(squares, (chunk + 1) * SQUARES); s++) {
            int64_t first = s / across * SQUARE, last = std::min(rows, first + SQUARE);
            int64_t left = s % across * SQUARE, right = std::min(columns, left + SQUARE);
            for (int64_t i = left; i < right; i++) {
                for (int64_t j = first; j < last; j++) to[i * rows + j] = from[j * row_from + i];
            }
        }
    });
}

}  // namespace baton

#endif
