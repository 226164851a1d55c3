// The kernels of pairs. Everything but their table has internal linkage, so that no instruction reaches a processor that
// lacks it.
#define BATON_PAIRS

#include "pairs.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

namespace baton {
namespace {

#include "turned_lanes.h"
#include "vector.h"
#include "convolution_kernel.h"
#include "winograd_kernel.h"
#include "winograd_weights_kernel.h"

void interleave(const float* first, const float* second, int64_t count, float* lanes) {
    for (int64_t i = 0; i < count; i += 16) {
        __m512 low = some(first + i, count - i);
        __m512 high = second == nullptr ? _mm512_setzero_ps() : some(second + i, count - i);
        _mm512_mask_storeu_epi32(lanes + i, first_lanes(count - i), alternated(_mm512_cvtne2ps_pbh(high, low)));
    }
}

// In one call for many rows: a call takes longer than a few columns.
void join_rows(const float* numbers, int64_t row, int64_t rows, int64_t columns, float* lanes, int64_t width) {
    constexpr int64_t AHEAD = 24;  // rows: of those that lie far apart no processor foresees the next
    for (int64_t i = 0; i < rows; i += 2, numbers += 2 * row, lanes += width) {
        for (int64_t j = 0; j < width; j += 16) {
            __builtin_prefetch(numbers + AHEAD * row + j);
            __builtin_prefetch(numbers + (AHEAD + 1) * row + j);
            __m512 first = some(numbers + j, columns - j);
            __m512 second = i + 1 < rows ? some(numbers + row + j, columns - j) : _mm512_setzero_ps();
            _mm512_storeu_si512(lanes + j, alternated(_mm512_cvtne2ps_pbh(second, first)));
        }
    }
}

// Sixteen lanes from so many numbers, at most 32.
__m512 joined(const float* numbers, int64_t count) {
    return reinterpret_cast<__m512>(_mm512_cvtne2ps_pbh(some(numbers + 16, count - 16), some(numbers, count)));
}

void join(const float* numbers, int64_t count, float* lanes) {
    for (int64_t i = 0; i < count; i += 32) {
        _mm512_mask_storeu_ps(lanes + i / 2, first_lanes((count - i + 1) / 2), joined(numbers + i, count - i));
    }
}

void join_columns(const float* numbers, int64_t row, int64_t rows, int64_t count, float* lanes) {
    for (int64_t i = 0; i < count; i += 32) {
        int64_t pairs = std::min<int64_t>(16, (count - i + 1) / 2);
        for (int64_t from = 0; from < rows; from += 16) {
            __m512 square[16];
            for (int64_t j = 0; j < 16; j++) {
                const float* numbers_of_row = numbers + (from + j) * row + i;
                __builtin_prefetch(numbers_of_row + 64);
                __builtin_prefetch(numbers_of_row + 80);
                square[j] = from + j < rows ? joined(numbers_of_row, count - i) : _mm512_setzero_ps();
            }
            transpose(square);
            for (int64_t p = 0; p < pairs; p++) _mm512_storeu_ps(lanes + (i / 2 + p) * PAIR_COLUMNS + from, square[p]);
        }
    }
}

template <int R>
void multiply_rows(const PairedBlock& block, int64_t row) {
    Vector sums[R][2];
    for (int r = 0; r < R; r++) sums[r][0] = sums[r][1] = Vector::zero();
    // Rows of the result lie far apart: they are there when the sums are.
    for (int r = 0; r < R; r++) {
        __builtin_prefetch(block.out + (row + r) * block.out_row, 1);
        __builtin_prefetch(block.out + (row + r) * block.out_row + 16, 1);
    }
    const float* left = block.left + row * block.left_row;
    const float* right = block.right;
    for (int64_t p = 0; p < block.pairs; p++) {
        Vector near = Vector::load(right), far = Vector::load(right + 16);
        for (int r = 0; r < R; r++) {
            Vector x = Vector::all(left[r * block.left_row]);
            sums[r][0].add_product(x, near);
            sums[r][1].add_product(x, far);
        }
        left += block.left_pair;
        right += PAIR_COLUMNS;
    }
    for (int r = 0; r < R; r++) {
        float* out = block.out + (row + r) * block.out_row;
        _mm512_mask_storeu_ps(out, first_lanes(block.columns), sums[r][0].lanes);
        _mm512_mask_storeu_ps(out + 16, first_lanes(block.columns - 16), sums[r][1].lanes);
    }
}

void multiply(const PairedBlock& block) {
    int64_t row = 0;
    for (; row + 8 <= block.rows; row += 8) multiply_rows<8>(block, row);
    if (row + 4 <= block.rows) {
        multiply_rows<4>(block, row);
        row += 4;
    }
    for (; row < block.rows; row++) multiply_rows<1>(block, row);
}

}  // namespace

const PairKernels PAIR_KERNELS = {1, nullptr, interleave, join, join_rows, join_columns, multiply, convolve, correlate,
                                  winograd, winograd_weights};

}  // namespace baton
