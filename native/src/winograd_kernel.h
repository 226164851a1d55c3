// Convolutions with 3 x 3 taps by Winograd's method F(2x2, 3x3): results in tiles of 2 x 2, each from 4 x 4 elements and
// with 16 products for every pair of channels instead of 36 (A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2015). Elements, weights and products are transformed by additions and halvings alone; of what was
// transformed, each of the 16 places is a product of matrices [outputs, inputs] x [inputs, tiles].
//
// Lanes are tiles, neighbours in a row of tiles. Each tile's sums are added up in one order, whatever is computed beside.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// Tiles of one vector that lie in one row: their first and how many, where their elements begin in a plane that is read and
// their results in one that is written, and how many columns and rows of results there are.
struct Stretch {
    int64_t first, count, source, target, columns, rows;
};

class Stretches {
  public:
    explicit Stretches(const WinogradTiles& w) {
        const int64_t of_picture = w.down * w.across;
        int64_t picture = w.first / of_picture;
        int64_t row = w.first % of_picture / w.across;
        int64_t column = w.first % w.across;
        for (int64_t tile = 0; tile < w.count;) {
            int64_t count = Vector::LANES - tile % Vector::LANES;
            if (count > w.count - tile) count = w.count - tile;
            if (count > w.across - column) count = w.across - column;
            const int64_t source = picture * w.picture_step + 2 * row * w.row_width + 2 * column;
            const int64_t target = picture * w.picture_results + 2 * row * w.columns + 2 * column;
            const int64_t columns = w.columns - 2 * column < 2 * count ? w.columns - 2 * column : 2 * count;
            all[number++] = {tile, count, source, target, columns, 2 * row + 1 < w.rows ? 2 : 1};
            tile += count;
            column += count;
            if (column == w.across) {
                column = 0;
                if (++row == w.down) {
                    row = 0;
                    picture++;
                }
            }
        }
    }

    int size() const { return number; }
    const Stretch& operator[](int i) const { return all[i]; }
    const Stretch* begin() const { return all; }
    const Stretch* end() const { return all + number; }

  private:
    Stretch all[WinogradTiles::MOST];
    int number = 0;
};

// One direction of a tile's transform, of four elements.
inline void transform_four(const Vector& a, const Vector& b, const Vector& c, const Vector& d, Vector (&to)[4]) {
    to[0] = a - c;
    to[1] = b + c;
    to[2] = c - b;
    to[3] = b - d;
}

// Lanes of one tile at one place, as they are multiplied: one for each input, or for each two.
inline int64_t factors(int64_t inputs) { return (inputs + ADDENDS - 1) / ADDENDS; }

// From place to place of what is multiplied.
inline int64_t transformed_step(const WinogradTiles& w) { return factors(w.inputs) * w.width + WinogradTiles::BEHIND; }

// A vector of tiles of one plane in P pieces, each in a row of its own.
template <int P>
class TileRows {
  public:
    void read(const float* const (&from)[P], int64_t row_width) {
        for (int p = 0; p < P; p++) from_[p] = from[p];
        row_width_ = row_width;
        for (int64_t i = 0; i < 3; i++) {
            second_[i] = row(1, i);
            third_[i] = row(2, i);
        }
    }
    // Down first, where the lanes are still neighbouring columns.
    void transform(int place, Vector (&to)[4]) const {
        auto down = [&](int64_t i) {
            return place == 0   ? row(0, i) - third_[i]
                   : place == 1 ? second_[i] + third_[i]
                   : place == 2 ? third_[i] - second_[i]
                                : second_[i] - row(3, i);
        };
        Vector even, odd, next_even, next_odd;
        Vector::part<P>(down(0), down(1), even, odd);
        Vector::shift_in<P>(even, odd, down(2), next_even, next_odd);
        transform_four(even, odd, next_even, next_odd, to);
    }

  private:
    Vector row(int64_t r, int64_t i) const {
        return Vector::load_parts(from_, r * row_width_ + i * (Vector::LANES / P));
    }
    const float* from_[P];
    int64_t row_width_;
    // Of which every place needs one.
    Vector second_[3], third_[3];
};

// From planes with padding to transformed[place][input][tile], or [place][two inputs][tile]. What is stored behind the last
// tile is overwritten by what follows, or belongs to no tile.
template <int P>
inline void transform_inputs(const WinogradTiles& w, const Stretches& stretches) {
    for (int64_t input = 0; input < w.inputs; input += ADDENDS) {
        const int64_t there = w.inputs - input < ADDENDS ? w.inputs - input : ADDENDS;
        for (int i = 0; i < stretches.size(); i += P) {
            TileRows<P> tiles[ADDENDS];
            for (int k = 0; k < there; k++) {
                const float* from[P];
                // A vector that is not full reads something twice.
                for (int p = 0; p < P; p++) {
                    const Stretch& stretch = stretches[i + p < stretches.size() ? i + p : i];
                    from[p] = w.planes + (input + k) * w.input_step + stretch.source;
                }
                tiles[k].read(from, w.row_width);
            }
            float* to = w.transformed + input / ADDENDS * w.width + stretches[i].first;
#pragma GCC unroll 4
            for (int row = 0; row < 4; row++) {
                Vector across[ADDENDS][4];
                for (int k = 0; k < ADDENDS; k++) {
                    if (k < there) {
                        tiles[k].transform(row, across[k]);
                    } else {
                        for (int j = 0; j < 4; j++) across[k][j] = Vector::zero();
                    }
                }
                for (int j = 0; j < 4; j++) {
                    Vector addends[ADDENDS];
                    for (int k = 0; k < ADDENDS; k++) addends[k] = across[k][j];
                    factors_of(addends).store(to + (4 * row + j) * transformed_step(w));
                }
            }
        }
    }
}

inline int64_t rounded_outputs(const WinogradTiles& w) {
    return (w.outputs + WinogradTiles::TOGETHER - 1) / WinogradTiles::TOGETHER * WinogradTiles::TOGETHER;
}

// From the products of one output to those of the next: not a power of two, as several are written together.
inline int64_t product_step(const WinogradTiles& w) { return WinogradTiles::PLACES * w.width + WinogradTiles::BEHIND; }

// R outputs for V vectors of tiles at one place: sums over inputs.
template <int R, int V>
inline void multiply_place(const WinogradTiles& w, const float* weights, const float* inputs, float* out) {
    Vector sums[R][V];
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) sums[r][v] = Vector::zero();
    }
    const int64_t count = factors(w.inputs);
    for (int64_t input = 0; input < count; input++) {
        Vector x[V];
        for (int v = 0; v < V; v++) x[v] = Vector::load(inputs + input * w.width + v * Vector::LANES);
        for (int r = 0; r < R; r++) {
            Repeated weight = repeated(weights[r * count + input]);
            for (int v = 0; v < V; v++) sums[r][v].add_product(weight, x[v]);
        }
    }
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) sums[r][v].store(out + r * product_step(w) + v * Vector::LANES);
    }
}

template <int V>
inline void multiply_vectors(const WinogradTiles& w, const float* weights, const float* inputs, float* out) {
    for (int r = 0; r < WinogradTiles::TOGETHER; r += CHANNELS) {
        multiply_place<CHANNELS, V>(w, weights + r * factors(w.inputs), inputs, out + r * product_step(w));
    }
}

// One of each stretch's two rows of results.
inline void prefetch_results(const WinogradTiles& w, const Stretches& stretches, int64_t output, int64_t row) {
    if (output >= w.outputs) return;
    const float* out = w.out + output * w.output_step + row * w.columns;
    for (const Stretch& stretch : stretches) {
        if (row < stretch.rows) {
            __builtin_prefetch(out + stretch.target, 1);
            if (stretch.columns > 16) __builtin_prefetch(out + stretch.target + 16, 1);
        }
    }
}

// products[output][place][tile], place by place: what one place reads stays in the first cache.
inline void multiply_places(const WinogradTiles& w, const Stretches& stretches) {
    const int64_t outputs = rounded_outputs(w);
    for (int64_t place = 0; place < WinogradTiles::PLACES; place++) {
        const float* inputs = w.transformed + place * transformed_step(w);
        for (int64_t output = 0; output < outputs; output += WinogradTiles::TOGETHER) {
            const float* weights = w.weights + place * w.weight_step + output * factors(w.inputs);
            float* out = w.products + output * product_step(w) + place * w.width;
            // What is stored at the end shall not be waited for then.
            prefetch_results(w, stretches, output + place / 2, place % 2);
            for (int64_t tile = 0; tile < w.count;) {
                int64_t vectors = (w.count - tile + Vector::LANES - 1) / Vector::LANES;
                if (vectors >= VECTORS) {
                    multiply_vectors<VECTORS>(w, weights, inputs + tile, out + tile);
                    tile += VECTORS * Vector::LANES;
                } else if (vectors == 2) {
                    multiply_vectors<2>(w, weights, inputs + tile, out + tile);
                    tile += 2 * Vector::LANES;
                } else {
                    multiply_vectors<1>(w, weights, inputs + tile, out + tile);
                    tile += Vector::LANES;
                }
            }
        }
    }
}

// Neighbours of a row of results, which are kept where another is positive; null keeps all.
inline void copy_results(const float* from, float* out, const float* kept, int64_t count) {
    int64_t i = 0;
    if (kept == nullptr) {
        for (; i + PIECE <= count; i += PIECE) memcpy(out + i, from + i, PIECE * sizeof(float));
        for (; i < count; i++) out[i] = from[i];
    } else {
        for (; i + PIECE <= count; i += PIECE) {
            for (int64_t j = i; j < i + PIECE; j++) out[j] = kept[j] > 0 ? from[j] : 0.0f;
        }
        for (; i < count; i++) out[i] = kept[i] > 0 ? from[i] : 0.0f;
    }
}

// A vector of tiles becomes two rows of results, two vectors each.
inline void transform_products_of(const WinogradTiles& w, const float* from, Vector bias, Vector (&rows)[2][2]) {
    Vector sums[2][4];
    for (int j = 0; j < 4; j++) {
        auto product = [&](int i) { return Vector::load(from + (4 * i + j) * w.width); };
        Vector one = product(1), two = product(2);
        sums[0][j] = product(0) + one + two;
        sums[1][j] = one - two - product(3);
    }
    for (int i = 0; i < 2; i++) {
        Vector even = sums[i][0] + sums[i][1] + sums[i][2] + bias, odd = sums[i][1] - sums[i][2] - sums[i][3] + bias;
        Vector::join(even, odd, rows[i][0], rows[i][1]);
        if (w.rectified) {
            rows[i][0].rectify();
            rows[i][1].rectify();
        }
    }
}

// Whether P stretches, this one and those behind it, fill a vector of tiles with rows of results that are whole.
template <int P>
inline bool fill_vector(const Stretches& stretches, int first) {
    bool whole = first + P <= stretches.size();
    for (int p = 0; whole && p < P; p++) {
        const Stretch& stretch = stretches[first + p];
        whole = stretch.columns == 2 * Vector::LANES / P && stretch.rows == stretches[first].rows;
    }
    return whole;
}

// Their rows of results, of which four that are short share a vector in pieces.
template <int P>
inline void store_rows(const WinogradTiles& w, Vector (&rows)[2][2], const Stretch* stretches, int64_t output) {
    for (int64_t i = 0; i < stretches->rows; i++) {
        for (int half = 0; half < 2; half++) {
            auto at = [&](int p) { return output * w.output_step + stretches[p].target + i * w.columns; };
            if constexpr (P == 4) {
                const int64_t first = at(2 * half), second = at(2 * half + 1);
                if (w.kept != nullptr) {
                    const float* kept[2] = {w.kept + first, w.kept + second};
                    rows[i][half].keep_where_positive(Vector::load_pieces(kept, 0));
                }
                float* out[2] = {w.out + first, w.out + second};
                rows[i][half].store_pieces(out);
            } else {
                const int64_t place = P == 1 ? at(0) + half * Vector::LANES : at(half);
                if (w.kept != nullptr) rows[i][half].keep_where_positive(Vector::load(w.kept + place));
                rows[i][half].store(w.out + place);
            }
        }
    }
}

template <int P>
inline void transform_products(const WinogradTiles& w, const Stretches& stretches) {
    for (int64_t output = 0; output < w.outputs; output++) {
        const Vector bias = w.bias == nullptr ? Vector::zero() : Vector::all(w.bias[output]);
        const float* products = w.products + output * product_step(w);
        alignas(64) float results[2][2 * Vector::LANES];
        for (int number = 0; number < stretches.size(); number++) {
            const Stretch& stretch = stretches[number];
            const int64_t in_vector = stretch.first % Vector::LANES;
            if (in_vector == 0) {
                Vector rows[2][2];
                transform_products_of(w, products + stretch.first, bias, rows);
                if (fill_vector<P>(stretches, number)) {
                    store_rows<P>(w, rows, &stretch, output);
                    number += P - 1;
                    continue;
                }
                for (int i = 0; i < 4; i++) rows[i / 2][i % 2].store_by_pieces(results[i / 2] + i % 2 * Vector::LANES);
            }
            const int64_t element = output * w.output_step + stretch.target;
            for (int64_t i = 0; i < stretch.rows; i++) {
                const float* kept = w.kept == nullptr ? nullptr : w.kept + element + i * w.columns;
                copy_results(results[i] + 2 * in_vector, w.out + element + i * w.columns, kept, stretch.columns);
            }
        }
    }
}

// Vectors are filled from P rows of tiles.
template <int P>
inline void winograd_of(const WinogradTiles& w) {
    const Stretches stretches(w);
    transform_inputs<P>(w, stretches);
    multiply_places(w, stretches);
    transform_products<P>(w, stretches);
}

void winograd(const WinogradTiles& w) {
    constexpr int64_t LANES = Vector::LANES;
    // Rows of 4 or 8 tiles do not fill one alone.
    if (LANES >= 8 && w.across == LANES / 2) {
        winograd_of<LANES >= 8 ? 2 : 1>(w);
    } else if (LANES >= 16 && w.across == LANES / 4) {
        winograd_of<LANES >= 16 ? 4 : 1>(w);
    } else {
        winograd_of<1>(w);
    }
}
