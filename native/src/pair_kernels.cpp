// The kernels of pairs. Everything but their table has internal linkage, so that no instruction reaches a processor that
// lacks it.
#define BATON_PAIRS

#include "pairs.h"

#include <immintrin.h>

#include <algorithm>

namespace baton {
namespace {

#include "vector.h"
#include "convolution_kernel.h"

__mmask16 first_lanes(int64_t count) {
    return count >= 16 ? 0xffff : count <= 0 ? 0 : static_cast<__mmask16>((1 << count) - 1);
}

__m512 some(const float* from, int64_t count) { return _mm512_maskz_loadu_ps(first_lanes(count), from); }

// The words 0, 16, 1, 17, ... of two halves.
__m512i alternated(__m512bh halves) {
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5,
                                           20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_maskz_permutexvar_epi16(0xffffffff, order, reinterpret_cast<__m512i>(halves));
}

void interleave(const float* first, const float* second, int64_t count, float* lanes) {
    for (int64_t i = 0; i < count; i += 16) {
        __m512 low = some(first + i, count - i);
        __m512 high = second == nullptr ? _mm512_setzero_ps() : some(second + i, count - i);
        _mm512_mask_storeu_epi32(lanes + i, first_lanes(count - i), alternated(_mm512_cvtne2ps_pbh(high, low)));
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

// Rows and columns of 16 x 16 lanes change places: first within squares of 4 x 4, then the squares. With masks of
// everything: gcc 12 takes the plain forms for uses of what was never set.
void transpose(__m512 (&m)[16]) {
    auto low = [](__m512 a, __m512 b) { return _mm512_castps_pd(_mm512_maskz_unpacklo_ps(0xffff, a, b)); };
    auto high = [](__m512 a, __m512 b) { return _mm512_castps_pd(_mm512_maskz_unpackhi_ps(0xffff, a, b)); };
    auto low_pairs = [](__m512d a, __m512d b) { return _mm512_castpd_ps(_mm512_maskz_unpacklo_pd(0xff, a, b)); };
    auto high_pairs = [](__m512d a, __m512d b) { return _mm512_castpd_ps(_mm512_maskz_unpackhi_pd(0xff, a, b)); };
    for (int i = 0; i < 16; i += 4) {
        __m512d a = low(m[i], m[i + 1]), b = high(m[i], m[i + 1]);
        __m512d c = low(m[i + 2], m[i + 3]), d = high(m[i + 2], m[i + 3]);
        m[i] = low_pairs(a, c);
        m[i + 1] = high_pairs(a, c);
        m[i + 2] = low_pairs(b, d);
        m[i + 3] = high_pairs(b, d);
    }
    for (int i = 0; i < 4; i++) {
        __m512 a = _mm512_maskz_shuffle_f32x4(0xffff, m[i], m[i + 4], 0x44);
        __m512 b = _mm512_maskz_shuffle_f32x4(0xffff, m[i], m[i + 4], 0xee);
        __m512 c = _mm512_maskz_shuffle_f32x4(0xffff, m[i + 8], m[i + 12], 0x44);
        __m512 d = _mm512_maskz_shuffle_f32x4(0xffff, m[i + 8], m[i + 12], 0xee);
        m[i] = _mm512_maskz_shuffle_f32x4(0xffff, a, c, 0x88);
        m[i + 4] = _mm512_maskz_shuffle_f32x4(0xffff, a, c, 0xdd);
        m[i + 8] = _mm512_maskz_shuffle_f32x4(0xffff, b, d, 0x88);
        m[i + 12] = _mm512_maskz_shuffle_f32x4(0xffff, b, d, 0xdd);
    }
}

void join_columns(const float* numbers, int64_t row, int64_t rows, int64_t count, float* lanes) {
    for (int64_t i = 0; i < count; i += 32) {
        int64_t pairs = std::min<int64_t>(16, (count - i + 1) / 2);
        for (int64_t from = 0; from < rows; from += 16) {
            __m512 square[16];
            for (int64_t j = 0; j < 16; j++) {
                square[j] = from + j < rows ? joined(numbers + (from + j) * row + i, count - i) : _mm512_setzero_ps();
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

const PairKernels PAIR_KERNELS = {interleave, join, join_columns, multiply, convolve, correlate};

}  // namespace baton
