// What attention does to one tile of scores between its matrix products. A tile has rows of ATTENTION_TILE scores, one row
// a query; keys that a query may not look at get weight 0. Included once by each instruction set's kernels.

// Rows are worked on in blocks of so many scores: loops whose length the compiler knows are vectors from end to end. It
// unrolls those of 16 and fewer, and then makes vectors across them.
constexpr int64_t BLOCK = 32;
static_assert(ATTENTION_TILE % BLOCK == 0, "a row has whole blocks");

// How many keys of the tile a row may look at, the mask aside.
inline int64_t visible_keys(const AttentionTile& tile, int64_t row) {
    int64_t most = tile.causal ? tile.first_visible + row : tile.keys;
    return most < 0 ? 0 : most > tile.keys ? tile.keys : most;
}

// Scores times the factor; minus infinity where the row may not look, up to a whole number of blocks. Gives that number.
inline int64_t scale_and_mask(const AttentionTile& tile, int64_t row, float* scores) {
    int64_t visible = visible_keys(tile, row);
    int64_t whole = (visible + BLOCK - 1) / BLOCK * BLOCK;
    // A number of its own: for all that the compiler knows, the tile's might lie among the scores.
    const float scale = tile.scale;
    for (int64_t from = 0; from < whole; from += BLOCK) {
        float* x = scores + from;
        int32_t left = static_cast<int32_t>(visible - from);
        for (int32_t i = 0; i < BLOCK; i++) {
            float score = x[i] * scale;
            x[i] = i < left ? score : -INFINITY;
        }
    }
    if (tile.mask != nullptr) {
        const uint8_t* mask = tile.mask + row * tile.mask_stride;
        for (int64_t i = 0; i < visible; i++) scores[i] = mask[i] != 0 ? scores[i] : -INFINITY;
    }
    return whole;
}

// The largest and the sum of a whole number of blocks, at most a tile's row. A NaN need not be the largest: it comes back
// as a NaN's weight.
inline float largest_score(const float* x, int64_t whole) {
    Vector best = Vector::all(-INFINITY);
    for (int64_t i = 0; i < whole; i += Vector::LANES) best.take_larger(Vector::load(x + i));
    return best.largest();
}

inline float sum_of_weights(const float* x, int64_t whole) {
    Vector sum = Vector::zero();
    for (int64_t i = 0; i < whole; i += Vector::LANES) sum.add(Vector::load(x + i));
    return sum.sum();
}

// exp(x), and 0 where that would be below the normal range: a processor takes a hundred times as long for such numbers, among
// which it counts exp(-infinity), the weight of every key that a query may not look at.
BATON_ELEMENT_FUNCTION inline float weight_of(float x) {
    bool none = x < -87.0f;
    float weight = exponential(none ? 0.0f : x);
    return none ? 0.0f : weight;
}

// Turns products into weights exp(score - highest), not yet divided by their sum. highest and sums hold what the tiles of
// keys before this one have left; factors get what these tiles' results are now worth (Milakov and Gimelshein 2018).
void attention_weights(const AttentionTile& tile, float* scores, float* highest, float* sums, float* factors) {
    float own[ATTENTION_TILE];
    for (int64_t row = 0; row < tile.queries; row++) {
        float* x = scores + row * ATTENTION_TILE;
        int64_t whole = scale_and_mask(tile, row, x);
        float now = larger(highest[row], largest_score(x, whole));
        // A query that has seen no key yet: its weights stay 0.
        float shift = now == -INFINITY ? 0.0f : now;
        for (int64_t from = 0; from < whole; from += BLOCK) {
            for (int64_t i = from; i < from + BLOCK; i++) x[i] = weight_of(x[i] - shift);
        }
        for (int64_t i = whole; i < ATTENTION_TILE; i++) x[i] = 0;
        own[row] = sum_of_weights(x, whole);
        factors[row] = highest[row] - shift;
        highest[row] = now;
    }
    // Of all rows at once, in vectors.
    for (int64_t row = 0; row < tile.queries; row++) {
        factors[row] = weight_of(factors[row]);
        sums[row] = sums[row] * factors[row] + own[row];
    }
}

// Multiplies each row by a number.
void scale_rows(int64_t rows, int64_t width, int64_t stride, const float* factors, float* out) {
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i++) out[row * stride + i] *= factors[row];
    }
}

// Divides by the sums; a query without keys keeps 0.
void attention_finish(int64_t rows, int64_t width, int64_t stride, const float* highest, const float* sums, float* out,
                      float* log_sum_exp) {
    for (int64_t row = 0; row < rows; row++) {
        float* y = out + row * stride;
        float divisor = highest[row] == -INFINITY ? 1.0f : sums[row];
        for (int64_t i = 0; i < width; i++) y[i] = y[i] / divisor;
        log_sum_exp[row] = highest[row] == -INFINITY ? -INFINITY : logarithm(sums[row]) + highest[row];
    }
}

// The sum of each row's products of two matrices.
void row_products(int64_t rows, int64_t width, const float* a, int64_t stride_a, const float* b, int64_t stride_b, float* out) {
    for (int64_t row = 0; row < rows; row++) {
        const float* x = a + row * stride_a;
        const float* y = b + row * stride_b;
        Vector products = Vector::zero();
        int64_t i = 0;
        for (; i + Vector::LANES <= width; i += Vector::LANES) products.add_product(Vector::load(x + i), Vector::load(y + i));
        float sum = products.sum();
        for (; i < width; i++) sum = multiply_add(x[i], y[i], sum);
        out[row] = sum;
    }
}

// The sum of rows, each multiplied by its weight, added to factor times what is there.
void add_weighted_rows(int64_t rows, int64_t width, const float* weights, const float* x, int64_t stride, float factor,
                       float* out) {
    constexpr int64_t AT_ONCE = 4;  // vectors
    int64_t i = 0;
    auto vectors = [&](auto count) {
        constexpr int64_t COUNT = decltype(count)::value, COLUMNS = COUNT * Vector::LANES;
        for (; i + COLUMNS <= width; i += COLUMNS) {
            Vector sums[COUNT];
            for (int64_t c = 0; c < COUNT; c++) {
                sums[c] = Vector::zero();
                sums[c].add_product(Vector::all(factor), Vector::load(out + i + c * Vector::LANES));
            }
            for (int64_t row = 0; row < rows; row++) {
                Vector weight = Vector::all(weights[row]);
                const float* from = x + row * stride + i;
                for (int64_t c = 0; c < COUNT; c++) sums[c].add_product(weight, Vector::load(from + c * Vector::LANES));
            }
            for (int64_t c = 0; c < COUNT; c++) sums[c].store(out + i + c * Vector::LANES);
        }
    };
    vectors(std::integral_constant<int64_t, AT_ONCE>());
    vectors(std::integral_constant<int64_t, 1>());
    for (; i < width; i++) {
        float sum = factor * out[i];
        for (int64_t row = 0; row < rows; row++) sum = multiply_add(weights[row], x[row * stride + i], sum);
        out[i] = sum;
    }
}

// Turns products into weights, by their log-sum-exp, and gradients by weights into gradients by products: weight
// (gradient - mean) scale.
void attention_slopes(const AttentionTile& tile, float* scores, float* gradients, const float* log_sum_exp, const float* means) {
    const float scale = tile.scale;
    for (int64_t row = 0; row < tile.queries; row++) {
        float* x = scores + row * ATTENTION_TILE;
        float* g = gradients + row * ATTENTION_TILE;
        int64_t whole = scale_and_mask(tile, row, x);
        float shift = log_sum_exp[row] == -INFINITY ? 0.0f : log_sum_exp[row];
        float mean = means[row];
        for (int64_t from = 0; from < whole; from += BLOCK) {
            float *weights = x + from, *slopes = g + from;
            for (int64_t i = 0; i < BLOCK; i++) {
                float weight = weight_of(weights[i] - shift);
                // Where no product was needed, anything may stand.
                float slope = weight * (slopes[i] - mean) * scale;
                slopes[i] = weights[i] == -INFINITY ? 0.0f : slope;
                weights[i] = weight;
            }
        }
        for (int64_t i = whole; i < ATTENTION_TILE; i++) x[i] = g[i] = 0;
    }
}

// x [positions, inner, width]: pairs turned by the angles of a table [positions, width / 2].
void rotate(const Rotation& turn, const float* cos, const float* sin, const float* x, float* y, int64_t from, int64_t to) {
    int64_t half = turn.width / 2;
    for (int64_t position = from; position < to; position++) {
        const float* c = cos + position % turn.positions * half;
        const float* s = sin + position % turn.positions * half;
        for (int64_t row = position * turn.inner; row < (position + 1) * turn.inner; row++) {
            const float* in = x + row * turn.width;
            float* out = y + row * turn.width;
            if (turn.neighbours) {
                for (int64_t i = 0; i < half; i++) {
                    float a = in[2 * i], b = in[2 * i + 1];
                    out[2 * i] = a * c[i] - b * s[i];
                    out[2 * i + 1] = b * c[i] + a * s[i];
                }
            } else {
                for (int64_t i = 0; i < half; i++) {
                    float a = in[i], b = in[half + i];
                    out[i] = a * c[i] - b * s[i];
                    out[half + i] = b * c[i] + a * s[i];
                }
            }
        }
    }
}
