// The two inner loops of convolutions, over planes that were padded beforehand (convolution.cpp), so that a tap of the
// kernel is one offset for every position of a plane and no position needs a test.
//
// Sums over inputs and taps are added up in one order for every result, whatever it is computed beside.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// How many results are kept in registers: output channels times vectors of positions, one more for a weight, and the
// positions that are read.
constexpr bool MANY = Vector::REGISTERS == 32;
constexpr int CHANNELS = MANY ? 8 : 4, VECTORS = MANY ? 3 : 2;  // 24 + 1 + 3 of 32, or 8 + 1 + 2 of 16
constexpr int ROWS = 4, COLUMNS = MANY ? 6 : 2;                 // 24 + 4 + 1 of 32, or 8 + 4 + 1 of 16

// A piece of a vector: so many positions of a padded row from a column on. Where pieces run over the ends of rows, count
// takes in what lies in the padding.
struct Piece {
    int64_t row, column;
    int count;
};

constexpr int PIECE = Vector::LANES / Vector::PIECES;
constexpr int MOST_PIECES = VECTORS * Vector::PIECES;

// Goes through the rows of a plane in pieces: row by row, or across the padding between rows where that takes fewer.
class Cursor {
  public:
    Cursor(const Results& results, int64_t first_row, int64_t last_row) : results(results), row(first_row), last(last_row) {
        int64_t rows = last_row - first_row;
        int64_t by_rows = rows * ((results.columns + PIECE - 1) / PIECE);
        int64_t across = ((rows - 1) * results.row_width + results.columns + PIECE - 1) / PIECE;
        skips_padding = by_rows <= across;
    }

    bool more() const { return row < last - 1 || (row == last - 1 && column < results.columns); }

    Piece next() {
        Piece piece{row, column, PIECE};
        column += PIECE;
        if (skips_padding) {
            if (column >= results.columns) {
                piece.count = static_cast<int>(results.columns - piece.column);
                column = 0;
                row++;
            }
            return piece;
        }
        while (column >= results.row_width) {
            column -= results.row_width;
            row++;
        }
        return piece;
    }

  private:
    const Results& results;
    int64_t row, last, column = 0;
    bool skips_padding;
};

// R channels at V vectors of positions: sums over inputs and taps. The pieces of a vector lie apart, or one after the other.
template <int R, int V, bool APART>
inline void convolve_tile(const Planes& planes, const float* const* starts, const float* weights, Vector (&sums)[R][V]) {
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) sums[r][v] = Vector::zero();
    }
    for (int64_t input = 0; input < planes.inputs; input++) {
        const float* of_input = weights + input * planes.weight_input_step;
        for (int64_t t = 0; t < planes.tap_count; t++) {
            int64_t offset = input * planes.input_step + planes.taps[t].offset;
            const float* weight = of_input + planes.taps[t].weight;
            Vector x[V];
            for (int v = 0; v < V; v++) {
                const float* const* start = starts + v * Vector::PIECES;
                x[v] = APART ? Vector::load_pieces(start, offset) : Vector::load(start[0] + offset);
            }
            for (int r = 0; r < R; r++) {
                Repeated w = repeated(weight[r * planes.weight_output_step]);
                for (int v = 0; v < V; v++) sums[r][v].add_product(w, x[v]);
            }
        }
    }
}

// Where results go, and where they are kept: what is not above 0 there makes them 0. Null keeps all.
struct Target {
    float* out;
    const float* kept;
    void step(int64_t elements) {
        out += elements;
        kept = kept == nullptr ? nullptr : kept + elements;
    }
    void store(int64_t element, float value) const {
        out[element] = kept == nullptr || kept[element] > 0 ? value : 0.0f;
    }
};

// The valid results of a piece, one by one.
inline void store_piece(const float* values, const Piece& piece, const Results& results, int64_t last_row, Target target) {
    int64_t row = piece.row;
    int64_t column = piece.column;
    if (column + piece.count <= results.columns) {
        target.step(row * results.row_step + column * results.column_step);
        for (int i = 0; i < piece.count; i++) target.store(i * results.column_step, values[i]);
        return;
    }
    for (int i = 0; i < piece.count && row < last_row; i++) {
        if (column < results.columns) {
            target.store(row * results.row_step + column * results.column_step, values[i]);
        }
        if (++column == results.row_width) {
            column = 0;
            row++;
        }
    }
}

// Where the pieces of a vector go, in elements, and whether all that it holds are results.
struct Place {
    bool whole;
    int64_t element[Vector::PIECES];
};

template <int R, int V>
inline void convolve_pieces(const Planes& planes, const float* const* starts, const float* weights, const float* bias,
                            const Results& results, const Piece* pieces, int64_t last_row, Target target) {
    bool apart = false;
    Place places[V];
    // What is stored at the end shall not be waited for then; where little is added up, not by the next vectors either.
    constexpr int64_t LITTLE = 64;
    const int64_t ahead = planes.inputs * planes.tap_count < LITTLE ? V * Vector::LANES : 0;
    for (int v = 0; v < V; v++) {
        places[v].whole = results.column_step == 1;
        for (int i = 0; i < Vector::PIECES; i++) {
            const int at = v * Vector::PIECES + i;
            const Piece& piece = pieces[at];
            apart = apart || (i > 0 && starts[at] != starts[at - 1] + PIECE);
            places[v].whole = places[v].whole && piece.count == PIECE && piece.column + PIECE <= results.columns &&
                              piece.row < last_row;
            places[v].element[i] = piece.row * results.row_step + piece.column;
        }
        for (int r = 0; places[v].whole && r < R; r++) {
            __builtin_prefetch(target.out + r * results.channel_step + places[v].element[0] + ahead, 1);
        }
    }
    Vector sums[R][V];
    if (apart) {
        convolve_tile<R, V, true>(planes, starts, weights, sums);
    } else {
        convolve_tile<R, V, false>(planes, starts, weights, sums);
    }
    for (int r = 0; r < R; r++) {
        Vector shift = bias == nullptr ? Vector::zero() : Vector::all(bias[r]);
        for (int v = 0; v < V; v++) {
            Vector sum = sums[r][v];
            sum.add(shift);
            if (results.rectified) sum.rectify();
            if (places[v].whole) {
                float* outs[Vector::PIECES];
                for (int i = 0; i < Vector::PIECES; i++) outs[i] = target.out + places[v].element[i];
                if (target.kept != nullptr) {
                    const float* kept[Vector::PIECES];
                    for (int i = 0; i < Vector::PIECES; i++) kept[i] = target.kept + places[v].element[i];
                    sum.keep_where_positive(Vector::load_pieces(kept, 0));
                }
                sum.store_pieces(outs);
            } else {
                alignas(64) float values[Vector::LANES];
                sum.store(values);
                for (int i = 0; i < Vector::PIECES; i++) {
                    store_piece(values + i * PIECE, pieces[v * Vector::PIECES + i], results, last_row, target);
                }
            }
        }
        target.step(results.channel_step);
    }
}

template <int R>
inline void convolve_channels(const Planes& planes, const float* source, const float* weights, const float* bias,
                              const Results& results, int64_t first_row, int64_t last_row, Target target) {
    Cursor cursor(results, first_row, last_row);
    while (cursor.more()) {
        Piece pieces[MOST_PIECES];
        const float* starts[MOST_PIECES];
        int count = 0;
        while (count < MOST_PIECES && (cursor.more() || count % Vector::PIECES != 0)) {
            // A vector that is half full reads something twice and gives it to nobody.
            pieces[count] = cursor.more() ? cursor.next() : Piece{pieces[0].row, pieces[0].column, 0};
            starts[count] = source + pieces[count].row * results.row_width + pieces[count].column;
            count++;
        }
        switch (count / Vector::PIECES) {
            case 1: convolve_pieces<R, 1>(planes, starts, weights, bias, results, pieces, last_row, target); break;
            case 2: convolve_pieces<R, 2>(planes, starts, weights, bias, results, pieces, last_row, target); break;
            default: convolve_pieces<R, VECTORS>(planes, starts, weights, bias, results, pieces, last_row, target); break;
        }
    }
}

// Output channels in some rows of a plane: out[channel][row][column].
void convolve(const Planes& planes, const float* source, const float* weights, const float* bias, const Results& results,
              int64_t channels, int64_t first_row, int64_t last_row, float* out, const float* kept) {
    Target target{out, kept};
    int64_t channel = 0;
    auto rest = [&](int count) { return channels - channel >= count; };
    auto advance = [&](int count) {
        channel += count;
        weights += count * planes.weight_output_step;
        bias = bias == nullptr ? nullptr : bias + count;
        target.step(count * results.channel_step);
    };
    while (rest(CHANNELS)) {
        convolve_channels<CHANNELS>(planes, source, weights, bias, results, first_row, last_row, target);
        advance(CHANNELS);
    }
    while (rest(4)) {
        convolve_channels<4>(planes, source, weights, bias, results, first_row, last_row, target);
        advance(4);
    }
    while (rest(1)) {
        convolve_channels<1>(planes, source, weights, bias, results, first_row, last_row, target);
        advance(1);
    }
}

// The products at a vector of positions, or at one piece where it is wider than what is left.
template <int R, int K, bool WHOLE>
inline void correlate_at(const Correlation& c, const float* row, const float* column, const int64_t* columns, int64_t position,
                         Vector (&sums)[R][K]) {
    Vector y[R];
    for (int r = 0; r < R; r++) {
        const float* from = row + r * c.row_step + position;
        y[r] = WHOLE ? Vector::load(from) : Vector::load_piece(from);
    }
    const int64_t* piece = c.pieces + position / Correlation::PIECE;
    const float* starts[Vector::PIECES];
    for (int i = 0; i < (WHOLE ? Vector::PIECES : 1); i++) starts[i] = column + piece[i] + position % Correlation::PIECE;
    for (int k = 0; k < K; k++) {
        Vector x = WHOLE ? Vector::load_pieces(starts, columns[k]) : Vector::load_piece(starts[0] + columns[k]);
        for (int r = 0; r < R; r++) sums[r][k].add_product(y[r], x);
    }
}

// Sums over pictures and positions of a row's times a column's plane, R rows with K columns at a time. A row's positions
// lie one after the other; a column's in pieces.
template <int R, int K>
inline void correlate_block(const Correlation& c, const float* rows, const int64_t* columns, float* out) {
    Vector sums[R][K];
    for (int r = 0; r < R; r++) {
        for (int k = 0; k < K; k++) sums[r][k] = Vector::zero();
    }
    const int64_t positions = c.piece_count * Correlation::PIECE;
    const int64_t whole = positions / Vector::LANES * Vector::LANES;
    // One loop, not two: gcc keeps the sums in registers throughout the innermost one alone.
    const float* row = rows;
    const float* column = c.columns;
    int64_t p = 0;
    for (int64_t left = c.pictures * (whole / Vector::LANES); left > 0; left--) {
        correlate_at<R, K, true>(c, row, column, columns, p, sums);
        p += Vector::LANES;
        if (p == whole) {
            p = 0;
            row += c.row_picture_step;
            column += c.column_picture_step;
        }
    }
    for (int64_t picture = 0; whole < positions && picture < c.pictures; picture++) {
        correlate_at<R, K, false>(c, rows + picture * c.row_picture_step, c.columns + picture * c.column_picture_step, columns,
                                  whole, sums);
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
