// The two inner loops of convolutions, over planes that were padded beforehand (convolution.cpp), so that a tap of the
// kernel is one offset for every position of a plane and no position needs a test.
//
// Sums over inputs and taps are added up in one order for every result, whatever it is computed beside.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// How many results are kept in registers: output channels times vectors of positions, one more for a weight, and the
// positions that are read.
#if defined(__AVX512F__)
constexpr int CHANNELS = 8, VECTORS = 3;  // 24 + 1 + 3 of 32
constexpr int ROWS = 4, COLUMNS = 6;      // 24 + 4 + 1 of 32
#else
constexpr int CHANNELS = 4, VECTORS = 2;  // 8 + 1 + 2 of 16
constexpr int ROWS = 4, COLUMNS = 2;      // 8 + 4 + 1 of 16
#endif

// R channels at V vectors of positions: out[r * step + position].
template <int R, int V>
inline void convolve_tile(const Planes& planes, const float* source, const float* weights, float* out, int64_t step) {
    Vector sums[R][V];
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) sums[r][v] = Vector::zero();
    }
    for (int64_t input = 0; input < planes.inputs; input++) {
        const float* plane = source + input * planes.input_step;
        const float* of_input = weights + input * planes.weight_input_step;
        for (int64_t t = 0; t < planes.tap_count; t++) {
            const float* at = plane + planes.taps[t].offset;
            const float* weight = of_input + planes.taps[t].weight;
            Vector x[V];
            for (int v = 0; v < V; v++) x[v] = Vector::load(at + v * Vector::LANES);
            for (int r = 0; r < R; r++) {
                Vector w = Vector::all(weight[r * planes.weight_output_step]);
                for (int v = 0; v < V; v++) sums[r][v].add_product(w, x[v]);
            }
        }
    }
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) sums[r][v].store(out + r * step + v * Vector::LANES);
    }
}

template <int R>
inline void convolve_tiles(const Planes& planes, const float* source, const float* weights, int vectors, float* out,
                           int64_t step) {
    switch (vectors) {
        case 1: convolve_tile<R, 1>(planes, source, weights, out, step); break;
        case 2: convolve_tile<R, 2>(planes, source, weights, out, step); break;
        default: convolve_tile<R, VECTORS>(planes, source, weights, out, step); break;
    }
}

// A stretch of valid positions within a tile, and where its results go.
struct Stretch {
    int64_t from, count, to;
};

// Positions of a padded row beyond the last column are computed and left out.
inline int stretches(const Results& results, int64_t position, int64_t count, Stretch* found) {
    int number = 0;
    int64_t end = position + count;
    int64_t at = position;
    while (at < end) {
        int64_t row = at / results.row_width;
        int64_t column = at % results.row_width;
        int64_t rest = results.row_width - column < end - at ? results.row_width - column : end - at;
        int64_t valid = results.columns - column < rest ? results.columns - column : rest;
        if (valid > 0) {
            found[number++] = {at - position, valid, row * results.row_step + column * results.column_step};
        }
        at += rest;
    }
    return number;
}

template <int R>
inline void convolve_channels(const Planes& planes, const float* source, const float* weights, const float* bias,
                              const Results& results, int64_t from, int64_t to, float* out) {
    constexpr int64_t WIDTH = VECTORS * Vector::LANES;
    alignas(64) float tile[R * WIDTH];
    Stretch found[WIDTH];
    for (int64_t position = from; position < to; position += WIDTH) {
        int64_t count = to - position < WIDTH ? to - position : WIDTH;
        int vectors = static_cast<int>((count + Vector::LANES - 1) / Vector::LANES);
        convolve_tiles<R>(planes, source + position, weights, vectors, tile, WIDTH);
        int number = stretches(results, position, count, found);
        for (int r = 0; r < R; r++) {
            float shift = bias == nullptr ? 0.0f : bias[r];
            for (int i = 0; i < number; i++) {
                const float* source_row = tile + r * WIDTH + found[i].from;
                float* target = out + r * results.channel_step + found[i].to;
                if (results.column_step == 1) {
                    for (int64_t j = 0; j < found[i].count; j++) target[j] = source_row[j] + shift;
                } else {
                    for (int64_t j = 0; j < found[i].count; j++) target[j * results.column_step] = source_row[j] + shift;
                }
            }
        }
    }
}

// Output channels at the positions from .. to - 1 of a plane: out[channel][row][column].
void convolve(const Planes& planes, const float* source, const float* weights, const float* bias, const Results& results,
              int64_t channels, int64_t from, int64_t to, float* out) {
    int64_t channel = 0;
    auto rest = [&](int count) { return channels - channel >= count; };
    auto advance = [&](int count) {
        channel += count;
        weights += count * planes.weight_output_step;
        bias = bias == nullptr ? nullptr : bias + count;
        out += count * results.channel_step;
    };
    while (rest(CHANNELS)) {
        convolve_channels<CHANNELS>(planes, source, weights, bias, results, from, to, out);
        advance(CHANNELS);
    }
    while (rest(4)) {
        convolve_channels<4>(planes, source, weights, bias, results, from, to, out);
        advance(4);
    }
    while (rest(1)) {
        convolve_channels<1>(planes, source, weights, bias, results, from, to, out);
        advance(1);
    }
}

// Sums over pictures and positions of a row's times a column's plane, R rows with K columns at a time.
template <int R, int K>
inline void correlate_block(const Correlation& c, const float* rows, const int64_t* columns, float* out) {
    Vector sums[R][K];
    for (int r = 0; r < R; r++) {
        for (int k = 0; k < K; k++) sums[r][k] = Vector::zero();
    }
    for (int64_t picture = 0; picture < c.pictures; picture++) {
        const float* row = rows + picture * c.row_picture_step;
        const float* column = c.columns + picture * c.column_picture_step;
        for (int64_t p = 0; p < c.positions; p += Vector::LANES) {
            Vector y[R];
            for (int r = 0; r < R; r++) y[r] = Vector::load(row + r * c.row_step + p);
            for (int k = 0; k < K; k++) {
                Vector x = Vector::load(column + columns[k] + p);
                for (int r = 0; r < R; r++) sums[r][k].add_product(y[r], x);
            }
        }
    }
    for (int r = 0; r < R; r++) {
        for (int k = 0; k < K; k++) out[r * c.column_count + k] = sums[r][k].sum();
    }
}

template <int R>
inline void correlate_rows(const Correlation& c, const float* rows, float* out) {
    int64_t k = 0;
    for (; k + COLUMNS <= c.column_count; k += COLUMNS) correlate_block<R, COLUMNS>(c, rows, c.column_starts + k, out + k);
    for (; k + 2 <= c.column_count; k += 2) correlate_block<R, 2>(c, rows, c.column_starts + k, out + k);
    for (; k < c.column_count; k++) correlate_block<R, 1>(c, rows, c.column_starts + k, out + k);
}

// out[row][column] for so many rows.
void correlate(const Correlation& c, const float* rows, int64_t count, float* out) {
    int64_t row = 0;
    for (; row + ROWS <= count; row += ROWS) {
        correlate_rows<ROWS>(c, rows + row * c.row_step, out + row * c.column_count);
    }
    for (; row < count; row++) {
        correlate_rows<1>(c, rows + row * c.row_step, out + row * c.column_count);
    }
}
