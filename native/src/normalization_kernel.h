// Layer norm, root-mean-square norm, softmax and its logarithm, with their gradients: a few passes over rows that stay in
// the first cache. Sums are added up in double, in one order for every row. Included once by each instruction set's
// kernels.

// The sum of f(i) over a row: 16 partial sums keep the vector units busy.
template <typename F>
inline double row_sum(int64_t n, F f) {
    double lanes[16] = {};
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int j = 0; j < 16; j++) lanes[j] += f(i + j);
    }
    for (int j = 0; i + j < n; j++) lanes[j] += f(i + j);
    for (int width = 8; width > 0; width /= 2) {
        for (int j = 0; j < width; j++) lanes[j] += lanes[j + width];
    }
    return lanes[0];
}

// The largest number of a row; NaN where there is one.
inline float row_largest(const float* x, int64_t n) {
    float lanes[16];
    for (float& lane : lanes) lane = -INFINITY;
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int j = 0; j < 16; j++) lanes[j] = larger(lanes[j], x[i + j]);
    }
    for (int j = 0; i + j < n; j++) lanes[j] = larger(lanes[j], x[i + j]);
    for (int width = 8; width > 0; width /= 2) {
        for (int j = 0; j < width; j++) lanes[j] = larger(lanes[j], lanes[j + width]);
    }
    return lanes[0];
}

// Without a mean (mean is null) the root-mean-square norm; weight and bias may be null.
void normalize(const NormRows& rows, const float* x, const float* weight, const float* bias, float* y, float* mean,
               float* inverse, int64_t from, int64_t to) {
    int64_t n = rows.width;
    double size = static_cast<double>(n);
    for (int64_t row = from; row < to; row++) {
        const float* in = x + row * n;
        float* out = y + row * n;
        float middle = mean == nullptr ? 0.0f : static_cast<float>(row_sum(n, [in](int64_t i) { return in[i]; }) / size);
        double squares = row_sum(n, [in, middle](int64_t i) {
            double centered = in[i] - middle;
            return centered * centered;
        });
        float scale = static_cast<float>(1 / __builtin_sqrt(squares / size + rows.epsilon));
        if (mean != nullptr) {
            mean[row] = middle;
        }
        inverse[row] = scale;
        if (weight == nullptr) {
            for (int64_t i = 0; i < n; i++) out[i] = (in[i] - middle) * scale;
        } else if (bias == nullptr) {
            for (int64_t i = 0; i < n; i++) out[i] = (in[i] - middle) * scale * weight[i];
        } else {
            for (int64_t i = 0; i < n; i++) out[i] = (in[i] - middle) * scale * weight[i] + bias[i];
        }
    }
}

// The gradient by x, and what these rows add to the gradients by weight and bias; null for what there is not.
void normalize_backward(const NormRows& rows, const float* x, const float* mean, const float* inverse, const float* gradient,
                        const float* weight, float* by_x, double* by_weight, double* by_bias, int64_t from, int64_t to) {
    int64_t n = rows.width;
    double size = static_cast<double>(n);
    for (int64_t row = from; row < to; row++) {
        const float* in = x + row * n;
        const float* g = gradient + row * n;
        float* out = by_x + row * n;
        float middle = mean == nullptr ? 0.0f : mean[row];
        float scale = inverse[row];
        // The gradient by the normal value, until the sums over the row are known.
        if (weight == nullptr) {
            for (int64_t i = 0; i < n; i++) out[i] = g[i];
        } else {
            for (int64_t i = 0; i < n; i++) out[i] = g[i] * weight[i];
        }
        float shift = mean == nullptr ? 0.0f : static_cast<float>(row_sum(n, [out](int64_t i) { return out[i]; }) / size);
        float slope = static_cast<float>(row_sum(n, [=](int64_t i) {
            return static_cast<double>(out[i]) * ((in[i] - middle) * scale);
        }) / size);
        for (int64_t i = 0; i < n; i++) out[i] = (out[i] - shift - (in[i] - middle) * scale * slope) * scale;
        if (by_weight != nullptr) {
            for (int64_t i = 0; i < n; i++) by_weight[i] += g[i] * ((in[i] - middle) * scale);
        }
        if (by_bias != nullptr) {
            for (int64_t i = 0; i < n; i++) by_bias[i] += g[i];
        }
    }
}

inline void softmax_row(bool logarithms, const float* x, float* y, int64_t n) {
    float highest = row_largest(x, n);
    for (int64_t i = 0; i < n; i++) y[i] = exponential(x[i] - highest);
    float sum = static_cast<float>(row_sum(n, [y](int64_t i) { return y[i]; }));
    if (logarithms) {
        float shift = logarithm(sum);
        for (int64_t i = 0; i < n; i++) y[i] = x[i] - highest - shift;
    } else {
        for (int64_t i = 0; i < n; i++) y[i] = y[i] / sum;
    }
}

// [n, inner], of which so many columns, at most REDUCED_AT_ONCE.
inline void softmax_columns(bool logarithms, const float* x, float* y, int64_t n, int64_t inner, int64_t columns) {
    float highest[REDUCED_AT_ONCE], divisor[REDUCED_AT_ONCE];
    double sums[REDUCED_AT_ONCE];
    for (int64_t j = 0; j < columns; j++) highest[j] = -INFINITY;
    for (int64_t j = 0; j < columns; j++) sums[j] = 0;
    for (int64_t i = 0; i < n * inner; i += inner) {
        for (int64_t j = 0; j < columns; j++) highest[j] = larger(highest[j], x[i + j]);
    }
    for (int64_t i = 0; i < n * inner; i += inner) {
        for (int64_t j = 0; j < columns; j++) y[i + j] = exponential(x[i + j] - highest[j]);
        for (int64_t j = 0; j < columns; j++) sums[j] += y[i + j];
    }
    for (int64_t j = 0; j < columns; j++) divisor[j] = static_cast<float>(sums[j]);
    if (!logarithms) {
        for (int64_t i = 0; i < n * inner; i += inner) {
            for (int64_t j = 0; j < columns; j++) y[i + j] = y[i + j] / divisor[j];
        }
        return;
    }
    for (int64_t j = 0; j < columns; j++) divisor[j] = logarithm(divisor[j]);
    for (int64_t i = 0; i < n * inner; i += inner) {
        for (int64_t j = 0; j < columns; j++) y[i + j] = x[i + j] - highest[j] - divisor[j];
    }
}

// in and out are [outer, size, inner]: some of the outer rows and of the columns.
void softmax(const SoftmaxPart& part, const float* in, float* out) {
    for (int64_t row = part.from; row < part.to; row++) {
        int64_t first = row * part.size * part.inner + part.inner_from;
        if (part.inner == 1) {
            softmax_row(part.logarithms, in + first, out + first, part.size);
        } else {
            softmax_columns(part.logarithms, in + first, out + first, part.size, part.inner, part.inner_to - part.inner_from);
        }
    }
}

// y (g - sum(g y)), or g - exp(y) sum(g) where y is a logarithm.
inline void softmax_row_backward(bool logarithms, const float* y, const float* g, float* out, int64_t n) {
    if (logarithms) {
        float sum = static_cast<float>(row_sum(n, [g](int64_t i) { return g[i]; }));
        for (int64_t i = 0; i < n; i++) out[i] = g[i] - exponential(y[i]) * sum;
    } else {
        float sum = static_cast<float>(row_sum(n, [g, y](int64_t i) { return static_cast<double>(g[i]) * y[i]; }));
        for (int64_t i = 0; i < n; i++) out[i] = y[i] * (g[i] - sum);
    }
}

inline void softmax_columns_backward(bool logarithms, const float* y, const float* g, float* out, int64_t n, int64_t inner,
                                     int64_t columns) {
    double sums[REDUCED_AT_ONCE];
    for (int64_t j = 0; j < columns; j++) sums[j] = 0;
    if (logarithms) {
        for (int64_t i = 0; i < n * inner; i += inner) {
            for (int64_t j = 0; j < columns; j++) sums[j] += g[i + j];
        }
        for (int64_t i = 0; i < n * inner; i += inner) {
            for (int64_t j = 0; j < columns; j++) out[i + j] = g[i + j] - exponential(y[i + j]) * static_cast<float>(sums[j]);
        }
        return;
    }
    for (int64_t i = 0; i < n * inner; i += inner) {
        for (int64_t j = 0; j < columns; j++) sums[j] += static_cast<double>(g[i + j]) * y[i + j];
    }
    for (int64_t i = 0; i < n * inner; i += inner) {
        for (int64_t j = 0; j < columns; j++) out[i + j] = y[i + j] * (g[i + j] - static_cast<float>(sums[j]));
    }
}

void softmax_backward(const SoftmaxPart& part, const float* result, const float* gradient, float* by_x) {
    for (int64_t row = part.from; row < part.to; row++) {
        int64_t first = row * part.size * part.inner + part.inner_from;
        if (part.inner == 1) {
            softmax_row_backward(part.logarithms, result + first, gradient + first, by_x + first, part.size);
        } else {
            softmax_columns_backward(part.logarithms, result + first, gradient + first, by_x + first, part.size, part.inner,
                                     part.inner_to - part.inner_from);
        }
    }
}
