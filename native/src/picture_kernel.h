// The largest of sliding windows, and batch normalization of one channel. Sums are added up in double from short float
// sums, in one order.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// The taps of a window that lie within the picture: from .. to - 1.
struct TapRange {
    int64_t from, to;
};

inline TapRange taps_inside(int64_t start, int64_t size, int64_t kernel, int64_t dilation) {
    int64_t from = start < 0 ? (-start + dilation - 1) / dilation : 0;
    int64_t to = start >= size ? 0 : (size - start + dilation - 1) / dilation;
    return {from, to < kernel ? to : kernel};
}

// Windows of 2 x 2 that lie side by side and touch no padding, the usual ones.
inline bool is_plain(const Pooling& p) {
    return p.kernel_down == 2 && p.kernel_across == 2 && p.stride_down == 2 && p.stride_across == 2 && p.before_down == 0 &&
           p.before_across == 0 && p.dilation_down == 1 && p.dilation_across == 1 && 2 * p.rows <= p.height &&
           2 * p.columns <= p.width;
}

// The larger of two; NaN is larger than all else. With masks in the place of conditions: of those the compiler makes
// branches, which nobody can predict.
inline float later(float best, float value, int32_t& where, int32_t tap) {
    int32_t mask = -static_cast<int32_t>((value > best) | ((value != value) & (best == best)));
    where = (where & ~mask) | (tap & mask);
    return float_of((bits_of(best) & ~mask) | (bits_of(value) & mask));
}

// W windows side by side: a number that the compiler knows, so that it makes vectors of them.
template <int W>
inline void plain_windows(const float* upper, const float* lower, float* largest, int32_t* place) {
#pragma GCC ivdep
    for (int x = 0; x < W; x++) {
        float best = upper[2 * x];
        int32_t where = 0;
        best = later(best, upper[2 * x + 1], where, 1);
        best = later(best, lower[2 * x], where, 2);
        best = later(best, lower[2 * x + 1], where, 3);
        largest[x] = best;
        place[x] = where;
    }
}

// A gradient goes where its index says: 0 and 1 in the upper row, 2 and 3 in the lower one.
template <int W>
inline void plain_window_gradients(const float* gradient, const int32_t* place, float* upper, float* lower) {
    auto kept = [&](int x, int32_t tap) { return float_of(bits_of(gradient[x]) & -static_cast<int32_t>(place[x] == tap)); };
    if constexpr (W < 16) {
        // The lower row last: the end of the upper one may lie in it.
        for (int32_t row = 0; row < 2; row++) {
            float* to = row == 0 ? upper : lower;
            for (int x = 0; x < W; x++) {
                to[2 * x] = kept(x, 2 * row);
                to[2 * x + 1] = kept(x, 2 * row + 1);
            }
        }
        return;
    }
    // First those of one place together, which makes vectors of them.
    float taps[4][W];
    for (int32_t tap = 0; tap < 4; tap++) {
        for (int x = 0; x < W; x++) taps[tap][x] = kept(x, tap);
    }
    for (int x = 0; x < W; x++) {
        upper[2 * x] = taps[0][x];
        upper[2 * x + 1] = taps[1][x];
    }
    for (int x = 0; x < W; x++) {
        lower[2 * x] = taps[2][x];
        lower[2 * x + 1] = taps[3][x];
    }
}

// Goes through the windows of a plane, several at once: some(so many, window, element above, element below). Where what runs
// over the end of a row is overwritten by what comes later, there may be more of them; that is always so where they begin the
// row. Nothing runs over the end of the plane.
template <typename Some>
inline void each_plain_windows(const Pooling& p, bool overwrites, Some&& some) {
    const int64_t elements = p.height * p.width, windows = p.rows * p.columns;
    for (int64_t y = 0; y < p.rows; y++) {
        for (int64_t x = 0; x < p.columns;) {
            const int64_t window = y * p.columns + x, upper = 2 * (y * p.width + x), lower = upper + p.width;
            auto fits = [&](int64_t count) {
                const int64_t left = p.columns - x;
                return (count <= left || ((overwrites || x == 0) && count <= 2 * left)) && window + count <= windows &&
                       lower + 2 * count <= elements;
            };
            const int64_t count = fits(16) ? 16 : fits(4) ? 4 : 1;
            some(count, window, upper, lower);
            x += count;
        }
    }
}

inline void plain_max_pool(const Pooling& p, const float* in, float* out, int32_t* index) {
    each_plain_windows(p, true, [&](int64_t count, int64_t window, int64_t upper, int64_t lower) {
        auto windows = count == 16 ? plain_windows<16> : count == 4 ? plain_windows<4> : plain_windows<1>;
        windows(in + upper, in + lower, out + window, index + window);
    });
}

inline void plain_max_pool_backward(const Pooling& p, const float* gradient, const int32_t* index, float* out) {
    // The end of an upper row runs into the lower one, which is written right after it where both are written at once.
    each_plain_windows(p, false, [&](int64_t count, int64_t window, int64_t upper, int64_t lower) {
        auto windows = count == 16  ? plain_window_gradients<16>
                       : count == 4 ? plain_window_gradients<4>
                                    : plain_window_gradients<1>;
        windows(gradient + window, index + window, out + upper, out + lower);
    });
    // What no window holds.
    for (int64_t y = 0; y < 2 * p.rows; y++) {
        for (int64_t x = 2 * p.columns; x < p.width; x++) out[y * p.width + x] = 0.0f;
    }
    for (int64_t i = 2 * p.rows * p.width; i < p.height * p.width; i++) out[i] = 0.0f;
}

void max_pool(const Pooling& p, const float* in, float* out, int32_t* index) {
    if (is_plain(p)) {
        plain_max_pool(p, in, out, index);
        return;
    }
    for (int64_t y = 0; y < p.rows; y++) {
        int64_t top = y * p.stride_down - p.before_down;
        TapRange down = taps_inside(top, p.height, p.kernel_down, p.dilation_down);
        for (int64_t x = 0; x < p.columns; x++) {
            int64_t left = x * p.stride_across - p.before_across;
            TapRange across = taps_inside(left, p.width, p.kernel_across, p.dilation_across);
            // The padding counts as -infinity; it comes first where nothing is larger.
            bool padded = down.from > 0 || across.from > 0;
            float best = -INFINITY;
            int64_t where = padded || down.from >= down.to || across.from >= across.to ? 0 : -1;
            for (int64_t i = down.from; i < down.to; i++) {
                const float* row = in + (top + i * p.dilation_down) * p.width + left;
                for (int64_t j = across.from; j < across.to; j++) {
                    float value = row[j * p.dilation_across];
                    bool larger = where < 0 || value > best || (value != value && best == best);
                    best = larger ? value : best;
                    where = larger ? i * p.kernel_across + j : where;
                }
            }
            out[y * p.columns + x] = best;
            index[y * p.columns + x] = static_cast<int32_t>(where);
        }
    }
}

void max_pool_backward(const Pooling& p, const float* gradient, const int32_t* index, float* out) {
    if (is_plain(p)) {
        plain_max_pool_backward(p, gradient, index, out);
        return;
    }
    for (int64_t i = 0; i < p.height * p.width; i++) out[i] = 0.0f;
    for (int64_t y = 0; y < p.rows; y++) {
        for (int64_t x = 0; x < p.columns; x++) {
            int64_t tap = index[y * p.columns + x];
            if (tap < 0 || tap >= p.kernel_down * p.kernel_across) {
                continue;
            }
            int64_t row = y * p.stride_down - p.before_down + tap / p.kernel_across * p.dilation_down;
            int64_t column = x * p.stride_across - p.before_across + tap % p.kernel_across * p.dilation_across;
            if (row >= 0 && row < p.height && column >= 0 && column < p.width) {
                out[row * p.width + column] += gradient[y * p.columns + x];
            }
        }
    }
}

// The sums of two functions of every element of a channel: each in float over 512 elements at the most, from there on in
// double.
struct Sums {
    double first, second;
};

template <typename First, typename Second>
inline Sums sums_of(const Channel& channel, First first, Second second) {
    constexpr int64_t AT_ONCE = 512;
    constexpr int LANES = 32;
    Sums all{0, 0};
    float a[LANES] = {}, b[LANES] = {};
    int64_t gathered = 0;
    auto hand_over = [&] {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int lane = 0; lane < width; lane++) {
                a[lane] += a[lane + width];
                b[lane] += b[lane + width];
            }
        }
        all.first += a[0];
        all.second += b[0];
        for (int lane = 0; lane < LANES; lane++) a[lane] = b[lane] = 0.0f;
        gathered = 0;
    };
    for (int64_t stretch = 0; stretch < channel.stretches; stretch++) {
        int64_t i = stretch * channel.step;
        const int64_t end = i + channel.count;
        while (i < end) {
            int64_t stop = end - i < AT_ONCE - gathered ? end : i + AT_ONCE - gathered;
            gathered += stop - i;
            for (; i + LANES <= stop; i += LANES) {
                for (int lane = 0; lane < LANES; lane++) a[lane] += first(i + lane);
                for (int lane = 0; lane < LANES; lane++) b[lane] += second(i + lane);
            }
            for (int lane = 0; i + lane < stop; lane++) {
                a[lane] += first(i + lane);
                b[lane] += second(i + lane);
            }
            i = stop;
            if (gathered == AT_ONCE) hand_over();
        }
    }
    hand_over();
    return all;
}

struct Statistics {
    float mean, inverse_deviation;
};

// The mean, and 1 / sqrt(variance + epsilon) with the variance over all elements.
inline Statistics statistics_of(const Channel& channel, float epsilon, const float* in) {
    auto nothing = [](int64_t) { return 0.0f; };
    float centre = static_cast<float>(sums_of(channel, [&](int64_t i) { return in[i]; }, nothing).first / channel.elements());
    // What the mean lost when it was rounded is taken off again.
    Sums sums = sums_of(
        channel, [&](int64_t i) { return (in[i] - centre) * (in[i] - centre); }, [&](int64_t i) { return in[i] - centre; });
    double rest = sums.second / channel.elements();
    double variance = sums.first / channel.elements() - rest * rest;
    return {centre, static_cast<float>(1 / __builtin_sqrt(variance + static_cast<double>(epsilon)))};
}

// y = finish((x - mean) / sqrt(variance + epsilon) * weight + bias, where it is)
template <typename Finish>
inline void batch_norm_with(const Channel& channel, float epsilon, float weight, float bias, const float* in, float* out,
                            float* mean, float* inverse_deviation, Finish finish) {
    const Statistics of = statistics_of(channel, epsilon, in);
    *mean = of.mean;
    *inverse_deviation = of.inverse_deviation;
    for (int64_t stretch = 0; stretch < channel.stretches; stretch++) {
        const int64_t first = stretch * channel.step;
        const float* x = in + first;
        float* y = out + first;
        for (int64_t i = 0; i < channel.count; i++) {
            y[i] = finish((x[i] - of.mean) * of.inverse_deviation * weight + bias, first + i);
        }
    }
}

void batch_norm(const Channel& channel, float epsilon, float weight, float bias, const float* in, bool rectified,
                const float* addend, float* out, float* mean, float* inverse_deviation) {
    auto normalize_to = [&](auto finish) {
        batch_norm_with(channel, epsilon, weight, bias, in, out, mean, inverse_deviation, finish);
    };
    if (!rectified) {
        normalize_to([](float y, int64_t) { return y; });
    } else if (addend == nullptr) {
        normalize_to([](float y, int64_t) { return larger(y, 0.0f); });
    } else {
        normalize_to([addend](float y, int64_t i) { return larger(y + addend[i], 0.0f); });
    }
}

// By the input: weight / deviation * (gradient - mean of the gradients - normalized * mean of gradient * normalized).
template <typename Gradient>
inline void batch_norm_backward_of(const Channel& channel, float weight, float mean, float inverse_deviation, const float* in,
                                   Gradient gradient, float* by_input, float* by_weight, float* by_bias) {
    Sums sums = sums_of(
        channel, [&](int64_t i) { return gradient(i) * ((in[i] - mean) * inverse_deviation); }, gradient);
    *by_weight = static_cast<float>(sums.first);
    *by_bias = static_cast<float>(sums.second);
    float slope = static_cast<float>(sums.first / channel.elements());
    float shift = static_cast<float>(sums.second / channel.elements());
    float scale = weight * inverse_deviation;
    for (int64_t stretch = 0; stretch < channel.stretches; stretch++) {
        const int64_t first = stretch * channel.step;
        const float* x = in + first;
        float* y = by_input + first;
        for (int64_t i = 0; i < channel.count; i++) {
            y[i] = scale * (gradient(first + i) - shift - (x[i] - mean) * inverse_deviation * slope);
        }
    }
}

void batch_norm_backward(const Channel& channel, float weight, float mean, float inverse_deviation, const float* in,
                         const float* gradient, const float* result, float* by_input, float* by_weight, float* by_bias) {
    auto backward_of = [&](auto slope) {
        batch_norm_backward_of(channel, weight, mean, inverse_deviation, in, slope, by_input, by_weight, by_bias);
    };
    if (result == nullptr) {
        backward_of([gradient](int64_t i) { return gradient[i]; });
    } else {
        backward_of([gradient, result](int64_t i) {
            // Read in any case: no branch is needed then.
            float slope = gradient[i];
            return result[i] > 0 ? slope : 0.0f;
        });
    }
}
