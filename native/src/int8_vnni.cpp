// Products of bytes by AVX512-VNNI: four products of each of 16 outputs are added to their sums at once. The instruction takes
// the left bytes without a sign, so they are shifted by 128, and what that adds to a sum, 128 times its weights, is taken off
// where the sums begin. Up to 12 positions with two panels, or 16 with one, keep their sums in registers.
#include "int8_products.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

namespace baton {
namespace {

inline __m512i quad_of(const uint8_t* left) {
    int32_t quad;
    std::memcpy(&quad, left, sizeof quad);
    return _mm512_set1_epi32(quad);
}

template <int POSITIONS, int PANELS>
void multiply_positions(const Int8Block& b, const uint8_t* left, const __m512i* start, int32_t* out) {
    __m512i sums[POSITIONS][PANELS];
#pragma GCC unroll 16
    for (int i = 0; i < POSITIONS; i++) {
#pragma GCC unroll 2
        for (int panel = 0; panel < PANELS; panel++) sums[i][panel] = start[panel];
    }
    const int8_t* weights = b.weights;
    int64_t panel_step = b.rows * b.quads * INT8_VECTOR, step = b.position_step;
    for (int64_t row = 0; row < b.rows; row++) {
        const uint8_t* from = left + row * b.row_step;
        const uint8_t* end = from + b.quads * INT8_QUAD;
        for (; from < end; from += INT8_QUAD, weights += INT8_VECTOR) {
            __m512i right[PANELS];
#pragma GCC unroll 2
            for (int panel = 0; panel < PANELS; panel++) right[panel] = _mm512_loadu_si512(weights + panel * panel_step);
#pragma GCC unroll 16
            for (int i = 0; i < POSITIONS; i++) {
                __m512i quad = quad_of(from + i * step);
#pragma GCC unroll 2
                for (int panel = 0; panel < PANELS; panel++) {
                    sums[i][panel] = _mm512_dpbusd_epi32(sums[i][panel], quad, right[panel]);
                }
            }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < POSITIONS; i++) {
#pragma GCC unroll 2
        for (int panel = 0; panel < PANELS; panel++) {
            _mm512_storeu_si512(out + i * INT8_ROW + panel * INT8_OUTPUTS, sums[i][panel]);
        }
    }
}

template <int POSITIONS, int PANELS>
void multiply_some(int64_t count, const Int8Block& b, const uint8_t* left, const __m512i* start, int32_t* out) {
    if constexpr (POSITIONS > 1) {
        if (count < POSITIONS) {
            multiply_some<POSITIONS - 1, PANELS>(count, b, left, start, out);
            return;
        }
    }
    multiply_positions<POSITIONS, PANELS>(b, left, start, out);
}

template <int MOST, int PANELS>
void multiply_panels(const Int8Block& b) {
    __m512i start[PANELS];
    for (int panel = 0; panel < PANELS; panel++) {
        int64_t vectors = b.rows * b.quads;
        const int8_t* weights = b.weights + panel * vectors * INT8_VECTOR;
        __m512i sums = _mm512_setzero_si512();
        for (int64_t i = 0; i < vectors; i++) {
            sums = _mm512_dpbusd_epi32(sums, _mm512_set1_epi8(-128), _mm512_loadu_si512(weights + i * INT8_VECTOR));
        }
        start[panel] = _mm512_sub_epi32(_mm512_setzero_si512(), sums);
    }
    // Parts of about the same size.
    int64_t parts = (b.positions + MOST - 1) / MOST, width = (b.positions + parts - 1) / parts;
    for (int64_t line = 0; line < b.lines; line++) {
        for (int64_t i = 0; i < b.positions; i += width) {
            multiply_some<MOST, PANELS>(std::min(width, b.positions - i), b,
                                        b.left + line * b.line_step + i * b.position_step, start,
                                        b.sums + (line * b.positions + i) * INT8_ROW);
        }
    }
}

void multiply(const Int8Block& b) {
    if (b.panels == 1) {
        multiply_panels<16, 1>(b);
    } else {
        multiply_panels<12, 2>(b);
    }
}

}  // namespace

const Int8Kernels INT8_VNNI = {0x80, multiply};

}  // namespace baton
