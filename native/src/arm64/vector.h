// Vectors of four floats, which every 64-bit ARM processor has (NEON); see ../vector.h for what each function does. There are
// no pairs of bfloat16.

// A lane of a register is multiplied with all of another one, so that nothing has to be copied into all lanes first.
struct Repeated {
    float lane;
};

inline Repeated repeated(float x) { return {x}; }

struct Vector {
    static constexpr int LANES = 4, PIECES = 1, REGISTERS = 32;
    float32x4_t lanes;
    static Vector zero() { return {vdupq_n_f32(0)}; }
    static Vector all(float x) { return {vdupq_n_f32(x)}; }
    static Vector load(const float* from) { return {vld1q_f32(from)}; }
    static Vector load_pieces(const float* const* from, int64_t offset) { return load(from[0] + offset); }
    static Vector load_piece(const float* from) { return load(from); }
    void store(float* to) const { vst1q_f32(to, lanes); }
    void store_by_pieces(float* to) const { store(to); }
    static Vector load_parts(const float* const (&from)[1], int64_t offset) { return load(from[0] + offset); }
    template <int PARTS>
    static void part(Vector a, Vector b, Vector& even, Vector& odd) {
        even.lanes = vuzp1q_f32(a.lanes, b.lanes);
        odd.lanes = vuzp2q_f32(a.lanes, b.lanes);
    }
    template <int PARTS>
    static void shift_in(Vector even, Vector odd, Vector high, Vector& next_even, Vector& next_odd) {
        next_even.lanes = vextq_f32(even.lanes, high.lanes, 1);
        next_odd.lanes = vextq_f32(odd.lanes, vdupq_laneq_f32(high.lanes, 1), 1);
    }
    static void join(Vector even, Vector odd, Vector& a, Vector& b) {
        a.lanes = vzip1q_f32(even.lanes, odd.lanes);
        b.lanes = vzip2q_f32(even.lanes, odd.lanes);
    }
    void store_pieces(float* const* to) const { store(to[0]); }
    void store_first(float* to, int64_t count) const {
        if (count == LANES) return store(to);
        float all[LANES];
        store(all);
        for (int64_t i = 0; i < count; i++) to[i] = all[i];
    }
    Vector operator+(Vector a) const { return {vaddq_f32(lanes, a.lanes)}; }
    Vector operator-(Vector a) const { return {vsubq_f32(lanes, a.lanes)}; }
    Vector operator*(Vector a) const { return {vmulq_f32(lanes, a.lanes)}; }
    void add(Vector a) { lanes = vaddq_f32(lanes, a.lanes); }
    void take_larger(Vector a) { lanes = vmaxq_f32(lanes, a.lanes); }
    void rectify() { lanes = vmaxq_f32(lanes, vdupq_n_f32(0)); }
    void keep_where_positive(Vector other) {
        lanes = vreinterpretq_f32_u32(vandq_u32(vcgtzq_f32(other.lanes), vreinterpretq_u32_f32(lanes)));
    }
    // Not by arm_neon.h's functions: gcc takes them for readers of memory, and stores all sums of a loop in each turn of it.
    void add_product(Vector a, Vector b) {
        float32x4_t sum = lanes;
        asm("fmla %0.4s, %1.4s, %2.4s" : "+w"(sum) : "w"(a.lanes), "w"(b.lanes));
        lanes = sum;
    }
    void add_product(Repeated a, Vector b) {
        float32x4_t sum = lanes;
        asm("fmla %0.4s, %1.4s, %2.s[0]" : "+w"(sum) : "w"(b.lanes), "w"(a.lane));
        lanes = sum;
    }
    float largest() const { return vmaxvq_f32(lanes); }
    float sum() const { return vaddvq_f32(lanes); }
};

inline void turn_square(const float* from, int64_t row, float* to, int64_t to_row) {
    // The rows 0 and 2, and 1 and 3, lane by lane; then both.
    float32x4x2_t even = vzipq_f32(vld1q_f32(from), vld1q_f32(from + 2 * row));
    float32x4x2_t odd = vzipq_f32(vld1q_f32(from + row), vld1q_f32(from + 3 * row));
    for (int half = 0; half < 2; half++) {
        vst1q_f32(to + 2 * half * to_row, vzip1q_f32(even.val[half], odd.val[half]));
        vst1q_f32(to + (2 * half + 1) * to_row, vzip2q_f32(even.val[half], odd.val[half]));
    }
}
