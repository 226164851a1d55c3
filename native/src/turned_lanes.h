// Lanes of pairs, some of them, and squares of lanes that are turned.
//
// Included once by each file of kernels that needs them, inside of an unnamed namespace.

inline __mmask16 first_lanes(int64_t count) {
    return count >= 16 ? 0xffff : count <= 0 ? 0 : static_cast<__mmask16>((1 << count) - 1);
}

inline __m512 some(const float* from, int64_t count) { return _mm512_maskz_loadu_ps(first_lanes(count), from); }

// The words 0, 16, 1, 17, ... of two halves.
inline __m512i alternated(__m512bh halves) {
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5,
                                           20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_maskz_permutexvar_epi16(0xffffffff, order, reinterpret_cast<__m512i>(halves));
}

// Rows and columns of 16 x 16 lanes change places: first within squares of 4 x 4, then the squares. With masks of
// everything: gcc 12 takes the plain forms for uses of what was never set.
inline void transpose(__m512 (&m)[16]) {
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
