// Products of bytes by instructions that add four products of each of 8 outputs (AVX-VNNI) or 16 (AVX512-VNNI) to their sums at
// once: compiled for both, with BATON_INT8 as the name of the table. The instruction takes the left bytes without a sign, so they
// are shifted by 128, and what that adds to a sum, 128 times its weights, is taken off where the sums begin. As many positions
// as there are registers for keep their sums in them, with one panel or two.
#include "int8_products.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

namespace baton {
namespace {

#if defined(__AVX512VNNI__)
constexpr int MOST_WITH_ONE = 16, MOST_WITH_TWO = 12;  // positions
constexpr int CHAINS = 2;                              // of sums that one position keeps apart

// Four bytes, repeated for every output.
struct Quad {
    __m512i bytes;
    static Quad all(int32_t quad) { return {_mm512_set1_epi32(quad)}; }
};

// A number of each output of a panel, or the quads of each.
struct Panel {
    __m512i lanes;
    static Panel zero() { return {_mm512_setzero_si512()}; }
    static Panel load(const int8_t* from) { return {_mm512_loadu_si512(from)}; }
    void store(int32_t* to) const { _mm512_storeu_si512(to, lanes); }
    void add_products(Quad left, Panel right) { lanes = _mm512_dpbusd_epi32(lanes, left.bytes, right.lanes); }
    Panel operator+(Panel x) const { return {_mm512_add_epi32(lanes, x.lanes)}; }
    Panel operator-(Panel x) const { return {_mm512_sub_epi32(lanes, x.lanes)}; }
};
#else
constexpr int MOST_WITH_ONE = 6, MOST_WITH_TWO = 3;
constexpr int CHAINS = 1;

struct Quad {
    __m256i bytes;
    static Quad all(int32_t quad) { return {_mm256_set1_epi32(quad)}; }
};

struct Panel {
    __m256i low, high;
    static Panel zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
    static Panel load(const int8_t* from) {
        const __m256i* halves = reinterpret_cast<const __m256i*>(from);
        return {_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
    }
    void store(int32_t* to) const {
        __m256i* halves = reinterpret_cast<__m256i*>(to);
        _mm256_storeu_si256(halves, low);
        _mm256_storeu_si256(halves + 1, high);
    }
    void add_products(Quad left, Panel right) {
        low = _mm256_dpbusd_avx_epi32(low, left.bytes, right.low);
        high = _mm256_dpbusd_avx_epi32(high, left.bytes, right.high);
    }
    Panel operator+(Panel x) const { return {_mm256_add_epi32(low, x.low), _mm256_add_epi32(high, x.high)}; }
    Panel operator-(Panel x) const { return {_mm256_sub_epi32(low, x.low), _mm256_sub_epi32(high, x.high)}; }
};
#endif

inline Quad quad_of(const uint8_t* left) {
    int32_t quad;
    std::memcpy(&quad, left, sizeof quad);
    return Quad::all(quad);
}

inline Quad all_shifts() { return Quad::all(static_cast<int32_t>(0x80808080u)); }

template <int POSITIONS, int PANELS>
void multiply_positions(const Int8Block& b, const uint8_t* left, const Panel* start, int32_t* out) {
    Panel sums[POSITIONS][PANELS];
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
            Panel right[PANELS];
#pragma GCC unroll 2
            for (int panel = 0; panel < PANELS; panel++) right[panel] = Panel::load(weights + panel * panel_step);
#pragma GCC unroll 16
            for (int i = 0; i < POSITIONS; i++) {
                Quad quad = quad_of(from + i * step);
#pragma GCC unroll 2
                for (int panel = 0; panel < PANELS; panel++) sums[i][panel].add_products(quad, right[panel]);
            }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < POSITIONS; i++) {
#pragma GCC unroll 2
        for (int panel = 0; panel < PANELS; panel++) sums[i][panel].store(out + i * INT8_ROW + panel * INT8_OUTPUTS);
    }
}

template <int POSITIONS, int PANELS>
void multiply_some(int64_t count, const Int8Block& b, const uint8_t* left, const Panel* start, int32_t* out) {
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
    Panel start[PANELS];
    for (int panel = 0; panel < PANELS; panel++) {
        int64_t vectors = b.rows * b.quads;
        const int8_t* weights = b.weights + panel * vectors * INT8_VECTOR;
        const Quad shifts = all_shifts();
        Panel sums = Panel::zero();
        for (int64_t i = 0; i < vectors; i++) sums.add_products(shifts, Panel::load(weights + i * INT8_VECTOR));
        start[panel] = Panel::zero() - sums;
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

// A single position, as of a token that is written. Its weights are read once: what the shift adds is added up beside it. An
// instruction waits for the sum that it adds to, so that each sum is kept in some parts.
template <int PANELS>
void multiply_one(const Int8Block& b) {
    const Quad shifts = all_shifts();
    Panel sums[PANELS][CHAINS], shifted[PANELS][CHAINS];
    for (int panel = 0; panel < PANELS; panel++) {
        for (int chain = 0; chain < CHAINS; chain++) sums[panel][chain] = shifted[panel][chain] = Panel::zero();
    }
    const int64_t panel_step = b.rows * b.quads * INT8_VECTOR;
    const int8_t* weights = b.weights;
    auto add = [&](const uint8_t* from, int chain) {
        const Quad quad = quad_of(from);
#pragma GCC unroll 2
        for (int panel = 0; panel < PANELS; panel++) {
            const Panel right = Panel::load(weights + panel * panel_step);
            sums[panel][chain].add_products(quad, right);
            shifted[panel][chain].add_products(shifts, right);
        }
        weights += INT8_VECTOR;
    };
    for (int64_t row = 0; row < b.rows; row++) {
        const uint8_t* from = b.left + row * b.row_step;
        const uint8_t* end = from + b.quads * INT8_QUAD;
        for (; from + CHAINS * INT8_QUAD <= end; from += CHAINS * INT8_QUAD) {
#pragma GCC unroll 2
            for (int chain = 0; chain < CHAINS; chain++) add(from + chain * INT8_QUAD, chain);
        }
        for (; from < end; from += INT8_QUAD) add(from, 0);
    }
    for (int panel = 0; panel < PANELS; panel++) {
        Panel sum = sums[panel][0] - shifted[panel][0];
        for (int chain = 1; chain < CHAINS; chain++) sum = sum + (sums[panel][chain] - shifted[panel][chain]);
        sum.store(b.sums + panel * INT8_OUTPUTS);
    }
}

void multiply(const Int8Block& b) {
    if (b.lines * b.positions == 1) {
        b.panels == 1 ? multiply_one<1>(b) : multiply_one<2>(b);
    } else if (b.panels == 1) {
        multiply_panels<MOST_WITH_ONE, 1>(b);
    } else {
        multiply_panels<MOST_WITH_TWO, 2>(b);
    }
}

}  // namespace

const Int8Kernels BATON_INT8 = {0x80, multiply};

}  // namespace baton
