// Cross-entropy of softmax with its gradient, the optimizers' updates, norms, and the test whether everything is finite:
// each one pass over memory. Included once by each instruction set's kernels.

// loss = log-sum-exp - ((1 - s) * logit of the label + s * mean of the logits), everything relative to the highest logit,
// so that nothing cancels where logits are large; NaN where the label is out of range.
void cross_entropy(int64_t classes, float smoothing, const float* logits, const int32_t* labels, float* loss,
                   float* log_sum_exp, int64_t from, int64_t to) {
    for (int64_t row = from; row < to; row++) {
        const float* x = logits + row * classes;
        float highest = -INFINITY;
        for (int64_t i = 0; i < classes; i++) highest = larger(highest, x[i]);
        double sum = 0;
        double below = 0;
        for (int64_t i = 0; i < classes; i++) {
            float shifted = x[i] - highest;
            sum += exponential(shifted);
            below -= shifted;
        }
        float logarithm_of_sum = logarithm(static_cast<float>(sum));
        int32_t label = labels[row];
        float right = label >= 0 && label < classes ? x[label] : NAN;
        float error = (1 - smoothing) * (highest - right);
        if (smoothing != 0) {
            error += smoothing * static_cast<float>(below / static_cast<double>(classes));
        }
        log_sum_exp[row] = logarithm_of_sum + highest;
        loss[row] = logarithm_of_sum + error;
    }
}

// (softmax - target) * gradient of the loss. Softmax is divided by its own sum: of large logits the log-sum-exp is rounded
// by as much as a probability near 1 differs from 1.
void cross_entropy_backward(int64_t classes, float smoothing, const float* logits, const int32_t* labels,
                            const float* log_sum_exp, const float* gradient, float* by_logits, int64_t from, int64_t to) {
    float spread = smoothing / static_cast<float>(classes);
    for (int64_t row = from; row < to; row++) {
        const float* x = logits + row * classes;
        float* y = by_logits + row * classes;
        float shift = log_sum_exp[row];
        float scale = gradient[row];
        double sum = 0;
        for (int64_t i = 0; i < classes; i++) {
            y[i] = exponential(x[i] - shift);
            sum += y[i];
        }
        float whole = static_cast<float>(sum);
        int32_t label = labels[row];
        bool known = label >= 0 && label < classes;
        float at_label = known ? y[label] / whole - spread - (1 - smoothing) : 0;
        for (int64_t i = 0; i < classes; i++) y[i] = (y[i] / whole - spread) * scale;
        if (known) {
            y[label] = at_label * scale;
        }
    }
}

// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019).
void adam(const AdamRates& r, int64_t count, const float* gradient, const float* weight, const float* mean,
          const float* square, float* weight_out, float* mean_out, float* square_out) {
    float beta1 = r.beta1, beta2 = r.beta2, epsilon = r.epsilon;
    float new1 = r.new1, new2 = r.new2;
    float shrink = r.decoupled ? 1 - r.rate * r.decay : 1.0f;
    float added = r.decoupled ? 0.0f : r.decay;
    float size = r.rate / r.correction1;
    float root = __builtin_sqrtf(r.correction2);
    // Values before and after lie at the same place or apart: no iteration reads what another one wrote.
#pragma GCC ivdep
    for (int64_t i = 0; i < count; i++) {
        float w = weight[i];
        float g = gradient[i] + added * w;
        float m = beta1 * mean[i] + new1 * g;
        float v = beta2 * square[i] + new2 * (g * g);
        mean_out[i] = m;
        square_out[i] = v;
        weight_out[i] = w * shrink - size * (m / (__builtin_sqrtf(v) / root + epsilon));
    }
}

// Gradient descent with momentum (Sutskever et al. 2013); no velocity where there is no momentum.
void sgd(const SgdRates& r, int64_t count, const float* gradient, const float* weight, const float* velocity,
         float* weight_out, float* velocity_out) {
    float momentum = r.momentum, decay = r.decay, rate = r.rate;
    if (velocity == nullptr) {
#pragma GCC ivdep
        for (int64_t i = 0; i < count; i++) weight_out[i] = weight[i] - rate * (gradient[i] + decay * weight[i]);
        return;
    }
    float ahead = r.nesterov ? momentum : 0.0f;
    // Values before and after lie at the same place or apart: no iteration reads what another one wrote.
#pragma GCC ivdep
    for (int64_t i = 0; i < count; i++) {
        float w = weight[i];
        float g = gradient[i] + decay * w;
        float v = momentum * velocity[i] + g;
        velocity_out[i] = v;
        weight_out[i] = w - rate * (r.nesterov ? ahead * v + g : v);
    }
}

// The sum of squares: of at most so many at once in float32, and of these sums in double.
constexpr int64_t SQUARES_AT_ONCE = 2048;

double sum_of_squares(const float* values, int64_t count) {
    double sum = 0;
    int64_t i = 0;
    while (i + 4 * Vector::LANES <= count) {
        int64_t end = std::min(count, i + SQUARES_AT_ONCE);
        Vector sums[4] = {Vector::zero(), Vector::zero(), Vector::zero(), Vector::zero()};
        for (; i + 4 * Vector::LANES <= end; i += 4 * Vector::LANES) {
            for (int part = 0; part < 4; part++) {
                Vector x = Vector::load(values + i + part * Vector::LANES);
                sums[part].add_product(x, x);
            }
        }
        for (const Vector& part : sums) sum += part.sum();
    }
    // As in vectors, squares are float32: which of them are too large does not depend on where they stand.
    for (; i < count; i++) sum += values[i] * values[i];
    return sum;
}

bool all_finite(const float* values, int64_t count) {
    int32_t bad = 0;
    for (int64_t i = 0; i < count; i++) bad |= is_finite(values[i]) ? 0 : 1;
    return bad == 0;
}
