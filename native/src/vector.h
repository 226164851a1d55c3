// Vectors of floats as wide as the instruction set has them, for kernels whose registers are counted. A product is added
// in one rounding where the processor can. A vector is filled from pieces of at most eight floats: two where it is wider.
// Rectified, what is negative becomes 0; NaN, the second operand of a maximum, stays. Kept where another is positive, the
// rest becomes 0. Of two numbers, one of which is NaN, the larger may be either.
//
// With BATON_PAIRS each lane of what is multiplied holds two neighbours of a sum as bfloat16, and both of their products
// are added to the lane of float32; all else is the same (pairs.h).
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

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
    static constexpr int LANES = 16, PIECES = 2;
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
    void store_pieces(float* const* to) const {
        _mm256_storeu_ps(to[0], _mm512_maskz_extractf32x8_ps(0xff, lanes, 0));
        _mm256_storeu_ps(to[1], _mm512_maskz_extractf32x8_ps(0xff, lanes, 1));
    }
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
    static constexpr int LANES = 8, PIECES = 1;
    __m256 lanes;
    static Vector zero() { return {_mm256_setzero_ps()}; }
    static Vector all(float x) { return {_mm256_set1_ps(x)}; }
    static Vector load(const float* from) { return {_mm256_loadu_ps(from)}; }
    static Vector load_pieces(const float* const* from, int64_t offset) { return load(from[0] + offset); }
    static Vector load_piece(const float* from) { return load(from); }
    void store(float* to) const { _mm256_storeu_ps(to, lanes); }
    void store_pieces(float* const* to) const { store(to[0]); }
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
    static constexpr int LANES = 4, PIECES = 1;
    __m128 lanes;
    static Vector zero() { return {_mm_setzero_ps()}; }
    static Vector all(float x) { return {_mm_set1_ps(x)}; }
    static Vector load(const float* from) { return {_mm_loadu_ps(from)}; }
    static Vector load_pieces(const float* const* from, int64_t offset) { return load(from[0] + offset); }
    static Vector load_piece(const float* from) { return load(from); }
    void store(float* to) const { _mm_storeu_ps(to, lanes); }
    void store_pieces(float* const* to) const { store(to[0]); }
    void add(Vector a) { lanes = _mm_add_ps(lanes, a.lanes); }
    void take_larger(Vector a) { lanes = _mm_max_ps(lanes, a.lanes); }
    void rectify() { lanes = _mm_max_ps(_mm_setzero_ps(), lanes); }
    void keep_where_positive(Vector other) { lanes = _mm_and_ps(_mm_cmpgt_ps(other.lanes, _mm_setzero_ps()), lanes); }
    void add_product(Vector a, Vector b) { lanes = _mm_add_ps(_mm_mul_ps(a.lanes, b.lanes), lanes); }
    float largest() const { return largest_of_lanes(lanes); }
    float sum() const { return sum_of_lanes(lanes); }
};
#endif
