// Reductions of [outer, reduced, inner] to [outer, inner], in one order for every element whatever the number of
// threads. Sums are added up in double: a float result is then right to its last bit but one even for long rows.
// Included once by each instruction set's kernels.

constexpr int64_t REDUCED_AT_ONCE = 128;

template <typename A, typename T, typename R, typename Start, typename Add, typename Finish>
inline void reduce_rows(const char* in, char* out, int64_t reduced, int64_t inner, int64_t from, int64_t to,
                        int64_t inner_from, int64_t inner_to, Start start, Add add, Finish finish) {
    const T* x = reinterpret_cast<const T*>(in);
    R* y = reinterpret_cast<R*>(out);
    A sums[REDUCED_AT_ONCE];
    for (int64_t o = from; o < to; o++) {
        for (int64_t first = inner_from; first < inner_to; first += REDUCED_AT_ONCE) {
            int64_t n = inner_to - first < REDUCED_AT_ONCE ? inner_to - first : REDUCED_AT_ONCE;
            for (int64_t i = 0; i < n; i++) sums[i] = start();
            for (int64_t r = 0; r < reduced; r++) {
                const T* row = x + (o * reduced + r) * inner + first;
                for (int64_t i = 0; i < n; i++) sums[i] = add(sums[i], row[i], r);
            }
            for (int64_t i = 0; i < n; i++) y[o * inner + first + i] = static_cast<R>(finish(sums[i]));
        }
    }
}

// Rows without gaps: 16 partial sums keep the vector units busy.
inline float sum_row(const float* x, int64_t n) {
    double lanes[16] = {};
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int j = 0; j < 16; j++) lanes[j] += x[i + j];
    }
    for (int j = 0; i + j < n; j++) lanes[j] += x[i + j];
    for (int width = 8; width > 0; width /= 2) {
        for (int j = 0; j < width; j++) lanes[j] += lanes[j + width];
    }
    return static_cast<float>(lanes[0]);
}

struct Largest {
    float value;
    int32_t index;
};

// A NaN counts as largest; the first of equals wins.
inline Largest largest(Largest best, float x, int64_t index) {
    bool better = best.index < 0 || (best.value == best.value && (x > best.value || x != x));
    return better ? Largest{x, static_cast<int32_t>(index)} : best;
}

void reduce(Reduction kind, const char* in, char* out, int64_t reduced, int64_t inner, int64_t from, int64_t to,
            int64_t inner_from, int64_t inner_to) {
    switch (kind) {
        case Reduction::SUM:
            if (inner == 1) {
                for (int64_t o = from; o < to; o++) {
                    reinterpret_cast<float*>(out)[o] = sum_row(reinterpret_cast<const float*>(in) + o * reduced, reduced);
                }
                return;
            }
            reduce_rows<double, float, float>(in, out, reduced, inner, from, to, inner_from, inner_to,
                                              [] { return 0.0; }, [](double s, float x, int64_t) { return s + x; },
                                              [](double s) { return s; });
            return;
        case Reduction::MAX:
            reduce_rows<float, float, float>(in, out, reduced, inner, from, to, inner_from, inner_to,
                                             [] { return -INFINITY; },
                                             [](float s, float x, int64_t) { return larger(s, x); },
                                             [](float s) { return s; });
            return;
        case Reduction::ALL:
            reduce_rows<uint8_t, uint8_t, uint8_t>(in, out, reduced, inner, from, to, inner_from, inner_to,
                                                   [] { return uint8_t(1); },
                                                   [](uint8_t s, uint8_t x, int64_t) { return static_cast<uint8_t>(s & x); },
                                                   [](uint8_t s) { return s; });
            return;
        default:
            reduce_rows<Largest, float, int32_t>(in, out, reduced, inner, from, to, inner_from, inner_to,
                                                 [] { return Largest{0, -1}; }, largest,
                                                 [](Largest s) { return s.index < 0 ? 0 : s.index; });
            return;
    }
}
