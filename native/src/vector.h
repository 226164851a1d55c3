// Vectors of floats as wide as the instruction set has them, for kernels whose registers are counted. A product is added
// in one rounding where the processor can. A vector is filled from pieces of at most eight floats: two where it is wider.
// Rectified, what is negative becomes 0; NaN, the second operand of a maximum, stays. Kept where another is positive, the
// rest becomes 0. Of two numbers, one of which is NaN, the larger may be either. Two vectors are parted into what lies at
// even and at odd lanes, which shift down by one lane when the first two of another move in, and are joined again; where
// vectors are made of parts, each part by itself.
//
// With BATON_PAIRS each lane of what is multiplied holds two neighbours of a sum as bfloat16, and both of their products
// are added to the lane of float32; all else is the same (pairs.h). So ADDENDS vectors make one of what is multiplied:
// lane i of each goes to its lane i (factors_of), or their lanes one after the other fill it (neighbours_of).
//
// A factor that is the same in all lanes is repeated. REGISTERS is how many vectors the processor holds. turn_square
// transposes 4 x 4 floats, whose rows lie so far apart.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

#if defined(__aarch64__)
#include "arm64/vector.h"
#else

inline float largest_of_lanes(__m128 lanes) {
    __m128 two = _mm_max_ps(lanes, _mm_movehl_ps(lanes, lanes));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}

inline float sum_of_lanes(__m128 lanes) {
    __m128 two = _mm_add_ps(lanes, _mm_movehl_ps(lanes, lanes));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

#if defined(__AVX2__)
inline float largest_of_lanes(__m256 lanes) {
    return largest_of_lanes(_mm_max_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1)));
}

inline float sum_of_lanes(__m256 lanes) {
    return sum_of_lanes(_mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1)));
}
#endif

#if defined(__AVX512F__)
struct Vector {
    static constexpr int LANES = 16, PIECES = 2, REGISTERS = 32;
    __m512 lanes;
    static Vector zero() { return {_mm512_setzero_ps()}; }
    static Vector all(float x) { return {_mm512_set1_ps(x)}; }
    static Vector load(const float* from) { return {_mm512_loadu_ps(from)}; }
    static Vector load_pieces(const float* const* from, int64_t offset) {
        return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(from[0] + offset)),
                                   _mm256_loadu_ps(from[1] + offset), 1)};
    }
    // One piece and zeros.
    static Vector load_piece(const float* from) { return {_mm512_maskz_loadu_ps(0xff, from)}; }
    void store(float* to) const { _mm512_storeu_ps(to, lanes); }
    // What is read again at once in pieces is not waited for then.
    void store_by_pieces(float* to) const {
        float* pieces[2] = {to, to + 8};
        store_pieces(pieces);
    }
    void store_first(float* to, int64_t count) const { _mm512_mask_storeu_ps(to, first(count), lanes); }
    void store_pieces(float* const* to) const {
        _mm256_storeu_ps(to[0], _mm512_maskz_extractf32x8_ps(0xff, lanes, 0));
        _mm256_storeu_ps(to[1], _mm512_maskz_extractf32x8_ps(0xff, lanes, 1));
    }
    // So many parts of equal length.
    static Vector load_parts(const float* const (&from)[1], int64_t offset) { return load(from[0] + offset); }
    static Vector load_parts(const float* const (&from)[2], int64_t offset) { return load_pieces(from, offset); }
    static Vector load_parts(const float* const (&from)[4], int64_t offset) {
        auto half = [&](int i) {
            return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from[i] + offset)),
                                        _mm_loadu_ps(from[i + 1] + offset), 1);
        };
        return {_mm512_insertf32x8(_mm512_castps256_ps512(half(0)), half(2), 1)};
    }
    template <int PARTS>
    static void part(Vector a, Vector b, Vector& even, Vector& odd) {
        const __m512i evens = PARTS == 1   ? _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
                              : PARTS == 2 ? _mm512_setr_epi32(0, 2, 4, 6, 16, 18, 20, 22, 8, 10, 12, 14, 24, 26, 28, 30)
                                           : _mm512_setr_epi32(0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30);
        even.lanes = _mm512_permutex2var_ps(a.lanes, evens, b.lanes);
        odd.lanes = _mm512_permutex2var_ps(a.lanes, _mm512_add_epi32(evens, _mm512_set1_epi32(1)), b.lanes);
    }
    template <int PARTS>
    static void shift_in(Vector even, Vector odd, Vector high, Vector& next_even, Vector& next_odd) {
        const __m512i next = PARTS == 1   ? _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
                             : PARTS == 2 ? _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 16, 9, 10, 11, 12, 13, 14, 15, 24)
                                          : _mm512_setr_epi32(1, 2, 3, 16, 5, 6, 7, 20, 9, 10, 11, 24, 13, 14, 15, 28);
        const __m512i after = PARTS == 1   ? _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17)
                              : PARTS == 2 ? _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 17, 9, 10, 11, 12, 13, 14, 15, 25)
                                           : _mm512_setr_epi32(1, 2, 3, 17, 5, 6, 7, 21, 9, 10, 11, 25, 13, 14, 15, 29);
        next_even.lanes = _mm512_permutex2var_ps(even.lanes, next, high.lanes);
        next_odd.lanes = _mm512_permutex2var_ps(odd.lanes, after, high.lanes);
    }
    static void join(Vector even, Vector odd, Vector& a, Vector& b) {
        const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        a.lanes = _mm512_permutex2var_ps(even.lanes, low, odd.lanes);
        b.lanes = _mm512_permutex2var_ps(even.lanes, _mm512_add_epi32(low, _mm512_set1_epi32(8)), odd.lanes);
    }
    static __mmask16 first(int64_t count) { return static_cast<__mmask16>((1u << count) - 1); }
    Vector operator+(Vector a) const { return {_mm512_add_ps(lanes, a.lanes)}; }
    Vector operator-(Vector a) const { return {_mm512_sub_ps(lanes, a.lanes)}; }
    Vector operator*(Vector a) const { return {_mm512_mul_ps(lanes, a.lanes)}; }
    void add(Vector a) { lanes = _mm512_add_ps(lanes, a.lanes); }
    void take_larger(Vector a) { lanes = _mm512_maskz_max_ps(0xffff, lanes, a.lanes); }
    void rectify() { lanes = _mm512_maskz_max_ps(0xffff, _mm512_setzero_ps(), lanes); }
    void keep_where_positive(Vector other) {
        lanes = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(other.lanes, _mm512_setzero_ps(), _CMP_GT_OQ), lanes);
    }
#if defined(BATON_PAIRS)
    void add_product(Vector a, Vector b) {
        lanes = _mm512_dpbf16_ps(lanes, reinterpret_cast<__m512bh>(a.lanes), reinterpret_cast<__m512bh>(b.lanes));
    }
#else
    void add_product(Vector a, Vector b) { lanes = _mm512_fmadd_ps(a.lanes, b.lanes, lanes); }
#endif
    // With a mask of everything: gcc 12 takes the plain form for a use of what was never set.
    float largest() const {
        return largest_of_lanes(_mm256_max_ps(_mm512_maskz_extractf32x8_ps(0xff, lanes, 0),
                                              _mm512_maskz_extractf32x8_ps(0xff, lanes, 1)));
    }
    float sum() const {
        return sum_of_lanes(_mm256_add_ps(_mm512_maskz_extractf32x8_ps(0xff, lanes, 0),
                                          _mm512_maskz_extractf32x8_ps(0xff, lanes, 1)));
    }
};
#elif defined(__AVX2__) && defined(__FMA__)
struct Vector {
    static constexpr int LANES = 8, PIECES = 1, REGISTERS = 16;
    __m256 lanes;
    static Vector zero() { return {_mm256_setzero_ps()}; }
    static Vector all(float x) { return {_mm256_set1_ps(x)}; }
    static Vector load(const float* from) { return {_mm256_loadu_ps(from)}; }
    static Vector load_pieces(const float* const* from, int64_t offset) { return load(from[0] + offset); }
    static Vector load_piece(const float* from) { return load(from); }
    void store(float* to) const { _mm256_storeu_ps(to, lanes); }
    void store_by_pieces(float* to) const { store(to); }
    static Vector load_parts(const float* const (&from)[1], int64_t offset) { return load(from[0] + offset); }
    static Vector load_parts(const float* const (&from)[2], int64_t offset) {
        return {_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from[0] + offset)), _mm_loadu_ps(from[1] + offset), 1)};
    }
    template <int PARTS>
    static void part(Vector a, Vector b, Vector& even, Vector& odd) {
        // Pairs of a and of b, alternating in each half: in order for two parts.
        auto ordered = [](__m256 mixed) {
            return PARTS == 2 ? mixed : _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(mixed), 0xd8));
        };
        even.lanes = ordered(_mm256_shuffle_ps(a.lanes, b.lanes, 0x88));
        odd.lanes = ordered(_mm256_shuffle_ps(a.lanes, b.lanes, 0xdd));
    }
    template <int PARTS>
    static void shift_in(Vector even, Vector odd, Vector high, Vector& next_even, Vector& next_odd) {
        const __m256i next = PARTS == 1 ? _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0) : _mm256_setr_epi32(1, 2, 3, 0, 5, 6, 7, 4);
        constexpr int FIRSTS = PARTS == 1 ? 0x01 : 0x11;
        next_even.lanes = _mm256_permutevar8x32_ps(_mm256_blend_ps(even.lanes, high.lanes, FIRSTS), next);
        next_odd.lanes = _mm256_permutevar8x32_ps(_mm256_blend_ps(odd.lanes, _mm256_movehdup_ps(high.lanes), FIRSTS), next);
    }
    static void join(Vector even, Vector odd, Vector& a, Vector& b) {
        __m256 low = _mm256_unpacklo_ps(even.lanes, odd.lanes), high = _mm256_unpackhi_ps(even.lanes, odd.lanes);
        a.lanes = _mm256_permute2f128_ps(low, high, 0x20);
        b.lanes = _mm256_permute2f128_ps(low, high, 0x31);
    }
    void store_pieces(float* const* to) const { store(to[0]); }
    void store_first(float* to, int64_t count) const {
        if (count == LANES) return store(to);
        float all[LANES];
        store(all);
        for (int64_t i = 0; i < count; i++) to[i] = all[i];
    }
    Vector operator+(Vector a) const { return {_mm256_add_ps(lanes, a.lanes)}; }
    Vector operator-(Vector a) const { return {_mm256_sub_ps(lanes, a.lanes)}; }
    Vector operator*(Vector a) const { return {_mm256_mul_ps(lanes, a.lanes)}; }
    void add(Vector a) { lanes = _mm256_add_ps(lanes, a.lanes); }
    void take_larger(Vector a) { lanes = _mm256_max_ps(lanes, a.lanes); }
    void rectify() { lanes = _mm256_max_ps(_mm256_setzero_ps(), lanes); }
    void keep_where_positive(Vector other) {
        lanes = _mm256_and_ps(_mm256_cmp_ps(other.lanes, _mm256_setzero_ps(), _CMP_GT_OQ), lanes);
    }
    void add_product(Vector a, Vector b) { lanes = _mm256_fmadd_ps(a.lanes, b.lanes, lanes); }
    float largest() const { return largest_of_lanes(lanes); }
    float sum() const { return sum_of_lanes(lanes); }
};
#else
struct Vector {
    static constexpr int LANES = 4, PIECES = 1, REGISTERS = 16;
    __m128 lanes;
    static Vector zero() { return {_mm_setzero_ps()}; }
    static Vector all(float x) { return {_mm_set1_ps(x)}; }
    static Vector load(const float* from) { return {_mm_loadu_ps(from)}; }
    static Vector load_pieces(const float* const* from, int64_t offset) { return load(from[0] + offset); }
    static Vector load_piece(const float* from) { return load(from); }
    void store(float* to) const { _mm_storeu_ps(to, lanes); }
    void store_by_pieces(float* to) const { store(to); }
    static Vector load_parts(const float* const (&from)[1], int64_t offset) { return load(from[0] + offset); }
    template <int PARTS>
    static void part(Vector a, Vector b, Vector& even, Vector& odd) {
        even.lanes = _mm_shuffle_ps(a.lanes, b.lanes, 0x88);
        odd.lanes = _mm_shuffle_ps(a.lanes, b.lanes, 0xdd);
    }
    template <int PARTS>
    static void shift_in(Vector even, Vector odd, Vector high, Vector& next_even, Vector& next_odd) {
        __m128 one = _mm_blend_ps(even.lanes, high.lanes, 1), other = _mm_blend_ps(odd.lanes, _mm_movehdup_ps(high.lanes), 1);
        next_even.lanes = _mm_shuffle_ps(one, one, 0x39);
        next_odd.lanes = _mm_shuffle_ps(other, other, 0x39);
    }
    static void join(Vector even, Vector odd, Vector& a, Vector& b) {
        a.lanes = _mm_unpacklo_ps(even.lanes, odd.lanes);
        b.lanes = _mm_unpackhi_ps(even.lanes, odd.lanes);
    }
    void store_pieces(float* const* to) const { store(to[0]); }
    void store_first(float* to, int64_t count) const {
        if (count == LANES) return store(to);
        float all[LANES];
        store(all);
        for (int64_t i = 0; i < count; i++) to[i] = all[i];
    }
    Vector operator+(Vector a) const { return {_mm_add_ps(lanes, a.lanes)}; }
    Vector operator-(Vector a) const { return {_mm_sub_ps(lanes, a.lanes)}; }
    Vector operator*(Vector a) const { return {_mm_mul_ps(lanes, a.lanes)}; }
    void add(Vector a) { lanes = _mm_add_ps(lanes, a.lanes); }
    void take_larger(Vector a) { lanes = _mm_max_ps(lanes, a.lanes); }
    void rectify() { lanes = _mm_max_ps(_mm_setzero_ps(), lanes); }
    void keep_where_positive(Vector other) { lanes = _mm_and_ps(_mm_cmpgt_ps(other.lanes, _mm_setzero_ps()), lanes); }
    void add_product(Vector a, Vector b) { lanes = _mm_add_ps(_mm_mul_ps(a.lanes, b.lanes), lanes); }
    float largest() const { return largest_of_lanes(lanes); }
    float sum() const { return sum_of_lanes(lanes); }
};
#endif

using Repeated = Vector;

inline Repeated repeated(float x) { return Vector::all(x); }

inline void turn_square(const float* from, int64_t row, float* to, int64_t to_row) {
    __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + row);
    __m128 c = _mm_loadu_ps(from + 2 * row), d = _mm_loadu_ps(from + 3 * row);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(to, a);
    _mm_storeu_ps(to + to_row, b);
    _mm_storeu_ps(to + 2 * to_row, c);
    _mm_storeu_ps(to + 3 * to_row, d);
}

#endif

#if defined(BATON_PAIRS)
constexpr int ADDENDS = 2;

// Both vectors as bfloat16, the first one's lanes before the second one's.
inline __m512bh rounded(const Vector (&addends)[2]) { return _mm512_cvtne2ps_pbh(addends[1].lanes, addends[0].lanes); }

inline Vector factors_of(const Vector (&addends)[2]) { return {reinterpret_cast<__m512>(alternated(rounded(addends)))}; }

inline Vector neighbours_of(const Vector (&addends)[2]) { return {reinterpret_cast<__m512>(rounded(addends))}; }
#else
constexpr int ADDENDS = 1;

inline Vector factors_of(const Vector (&addends)[1]) { return addends[0]; }

inline Vector neighbours_of(const Vector (&addends)[1]) { return addends[0]; }
#endif
