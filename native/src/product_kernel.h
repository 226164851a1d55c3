// Products of float32 matrices in registers: some rows of the result by one or more panels of columns, over a piece of the
// inner dimension at a time. For processors for which OpenBLAS packs both factors of every small product anew, and for wide
// products on some others (tiles.h).
//
// The right factor is copied in panels, each of which stays in the first cache for many rows; few rows read it where it lies.
// Of the left one, which is mostly read where it lies, as many rows are copied as fit into the second cache.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// Rows and columns whose sums fit into the registers, beside what is multiplied.
constexpr int PRODUCT_ROWS = Vector::REGISTERS == 32 ? 12 : 6;
constexpr int64_t PRODUCT_COLUMNS = 2 * Vector::LANES;

struct ProductFactors {
    int64_t inner;
    const float* left;
    int64_t left_row, left_step;  // to the next row, and along the inner dimension
    const float* right;
    int64_t right_step;
    float* out;
    int64_t out_row;
    bool adds;
};

// R rows and V vectors of columns; of the last vectors so many columns as there are. A function of its own: inlined, it has
// too few registers for its sums.
template <int R, int V>
__attribute__((noinline)) void product_block(const ProductFactors& p, int64_t columns) {
    constexpr int64_t LANES = Vector::LANES;
    Vector sums[R][V];
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) sums[r][v] = Vector::zero();
    }
    // Rows of the result lie far apart, often in the same few sets of the caches: they are there when the sums are.
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v += 16 / LANES) __builtin_prefetch(p.out + r * p.out_row + v * LANES, 1);
    }
    const float *left = p.left, *right = p.right;
    for (int64_t i = 0; i < p.inner; i++) {
        Vector columns_of_right[V];
        for (int v = 0; v < V; v++) columns_of_right[v] = Vector::load(right + v * LANES);
        for (int r = 0; r < R; r++) {
            Repeated x = repeated(left[r * p.left_row]);
            for (int v = 0; v < V; v++) sums[r][v].add_product(x, columns_of_right[v]);
        }
        left += p.left_step;
        right += p.right_step;
    }
    for (int r = 0; r < R; r++) {
        float* out = p.out + r * p.out_row;
        for (int v = 0; v < V; v++) {
            int64_t count = std::min(LANES, columns - v * LANES);
            if (count == LANES) {
                if (p.adds) sums[r][v].add(Vector::load(out + v * LANES));
                sums[r][v].store(out + v * LANES);
            } else if (count > 0) {
                float lanes[LANES];
                sums[r][v].store(lanes);
                for (int64_t j = 0; j < count; j++) out[v * LANES + j] = (p.adds ? out[v * LANES + j] : 0) + lanes[j];
            }
        }
    }
}

// So many rows, at most MOST, and V vectors of columns.
template <int MOST, int V>
void product_rows(const ProductFactors& p, int64_t rows, int64_t columns) {
    if (rows == MOST) {
        product_block<MOST, V>(p, columns);
    } else if constexpr (MOST > 1) {
        product_rows<MOST - 1, V>(p, rows, columns);
    }
}

// Some columns of a few steps of the inner dimension, as rows of a panel. What a panel lacks is 0.
inline void copy_product_columns(const Product& p, int64_t from, int64_t inner, int64_t column, int64_t columns, float* to) {
    const float* right = p.b + from * p.row_b + column;
    for (int64_t i = 0; i < inner; i++, right += p.row_b, to += PRODUCT_COLUMNS) {
        if (columns == PRODUCT_COLUMNS) {
            Vector::load(right).store(to);
            Vector::load(right + Vector::LANES).store(to + Vector::LANES);
        } else {
            for (int64_t j = 0; j < PRODUCT_COLUMNS; j++) to[j] = j < columns ? right[j] : 0;
        }
    }
}

// The same of a transposed factor, whose rows become columns: square by square of 4 x 4.
inline void turn_product_rows(const Product& p, int64_t from, int64_t inner, int64_t column, int64_t columns, float* to) {
    const float* right = p.b + column * p.row_b + from;
    for (int64_t j = 0; j < PRODUCT_COLUMNS; j += 4, right += 4 * p.row_b) {
        int64_t whole = j + 4 <= columns ? inner / 4 * 4 : 0;
        for (int64_t i = 0; i < whole; i += 4) {
            turn_square(right + i, p.row_b, to + i * PRODUCT_COLUMNS + j, PRODUCT_COLUMNS);
        }
        for (int64_t i = whole; i < inner; i++) {
            for (int64_t l = 0; l < 4; l++) {
                to[i * PRODUCT_COLUMNS + j + l] = j + l < columns ? right[l * p.row_b + i] : 0;
            }
        }
    }
}

// Some columns of the right factor in panels, one behind the other: a few steps of all of them after the other, so that
// memory is read in long stretches.
inline void copy_product_panels(const Product& p, int64_t from, int64_t inner, int64_t column, int64_t columns, float* panels) {
    constexpr int64_t STEPS = 16;
    for (int64_t i = 0; i < inner; i += STEPS) {
        for (int64_t j = 0; j < columns; j += PRODUCT_COLUMNS) {
            auto copy = p.transposed_b ? turn_product_rows : copy_product_columns;
            copy(p, from + i, std::min(STEPS, inner - i), column + j, std::min(PRODUCT_COLUMNS, columns - j),
                 panels + j * inner + i * PRODUCT_COLUMNS);
        }
    }
}

// Some rows of the left factor, over a piece of the inner dimension. Those of a transposed one are columns in memory, and
// rows that lie a multiple of a page apart fall into the same few sets of the first cache: such rows are copied.
struct ProductLeft {
    const float* from;
    int64_t row, step;

    static bool copies(const Product& p) { return p.transposed_a || (p.row_a % 1024 == 0 && p.m > 4 * PRODUCT_ROWS); }

    static ProductLeft of(const Product& p, int64_t row, int64_t rows, int64_t from, int64_t inner, float* copy) {
        if (p.transposed_a) {
            for (int64_t i = 0; i < inner; i++) std::copy_n(p.a + (from + i) * p.row_a + row, rows, copy + i * rows);
            return {copy, 1, rows};
        }
        const float* left = p.a + row * p.row_a + from;
        if (!copies(p)) {
            return {left, p.row_a, 1};
        }
        for (int64_t i = 0; i < rows; i++) std::copy_n(left + i * p.row_a, inner, copy + i * Product::PIECE);
        return {copy, Product::PIECE, 1};
    }
};

// Rows that are multiplied with panels, which are copies, or with a right factor where it lies.
inline void multiply_product(const Product& p, const ProductLeft& left, int64_t row, int64_t rows, int64_t from, int64_t inner,
                             int64_t column, int64_t columns, const float* panels) {
    constexpr int64_t WIDE = 4 * PRODUCT_COLUMNS;  // columns whose sums fit into the registers, of a single row
    for (int64_t j = 0; j < columns;) {
        int64_t wide = std::min(PRODUCT_COLUMNS, columns - j);
        ProductFactors now{inner, left.from, left.row, left.step, nullptr, PRODUCT_COLUMNS,
                           p.c + row * p.row_c + column + j, p.row_c, p.accumulate || from > 0};
        if (panels != nullptr) {
            now.right = panels + j * inner;
        } else {
            now.right = p.b + from * p.row_b + column + j;
            now.right_step = p.row_b;
        }
        if (panels == nullptr && rows == 1 && columns - j >= WIDE) {
            product_block<1, 8>(now, WIDE);
            j += WIDE;
            continue;
        }
        for (int64_t i = 0; i < rows; i += PRODUCT_ROWS) {
            product_rows<PRODUCT_ROWS, 2>(now, std::min<int64_t>(PRODUCT_ROWS, rows - i), wide);
            now.left += PRODUCT_ROWS * left.row;
            now.out += PRODUCT_ROWS * p.row_c;
        }
        j += wide;
    }
}

void product(const Product& p, float* scratch) {
    if (p.k == 0 && !p.accumulate) {
        for (int64_t i = 0; i < p.m; i++) std::fill_n(p.c + i * p.row_c, p.n, 0.0f);
    }
    int64_t most = ProductLeft::copies(p) ? Product::COPIED_ROWS : p.m;
    // What lies in place is read in whole vectors.
    int64_t in_place = p.transposed_b || p.m > Product::FEW ? 0 : p.n / PRODUCT_COLUMNS * PRODUCT_COLUMNS;
    for (int64_t from = 0; from < p.k; from += Product::PIECE) {
        int64_t inner = std::min(Product::PIECE, p.k - from);
        for (int64_t row = 0; row < p.m; row += most) {
            int64_t rows = std::min(most, p.m - row);
            ProductLeft left =
                ProductLeft::of(p, row, rows, from, inner, scratch + Product::COPIED_COLUMNS * Product::PIECE);
            if (in_place > 0) {
                multiply_product(p, left, row, rows, from, inner, 0, in_place, nullptr);
            }
            for (int64_t column = in_place; column < p.n; column += Product::COPIED_COLUMNS) {
                int64_t columns = std::min(Product::COPIED_COLUMNS, p.n - column);
                copy_product_panels(p, from, inner, column, columns, scratch);
                multiply_product(p, left, row, rows, from, inner, column, columns, scratch);
            }
        }
    }
}

// Adds to a row of sums the products of R numbers with as many rows.
template <int R>
inline void add_rows(const float* left, const float* right, int64_t right_row, int64_t columns, float* sums) {
    constexpr int64_t LANES = Vector::LANES;
    Repeated x[R];
    for (int r = 0; r < R; r++) x[r] = repeated(left[r]);
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        Vector sum = Vector::load(sums + j);
        for (int r = 0; r < R; r++) sum.add_product(x[r], Vector::load(right + r * right_row + j));
        sum.store(sums + j);
    }
    if (j < columns) {
        float lanes[R + 1][LANES] = {};
        std::copy_n(sums + j, columns - j, lanes[R]);
        Vector sum = Vector::load(lanes[R]);
        for (int r = 0; r < R; r++) {
            std::copy_n(right + r * right_row + j, columns - j, lanes[r]);
            sum.add_product(x[r], Vector::load(lanes[r]));
        }
        sum.store(lanes[R]);
        std::copy_n(lanes[R], columns - j, sums + j);
    }
}

// The right factor is read once, in the order in which it lies in memory: as fast as that gives it. The sums of few rows stay
// in the first cache.
void product_of_few(const Product& p) {
    constexpr int AT_ONCE = 8;
    for (int64_t row = 0; row < p.m; row++) std::fill_n(p.c + row * p.row_c, p.n, 0.0f);
    int64_t i = 0;
    for (; i + AT_ONCE <= p.k; i += AT_ONCE) {
        for (int64_t row = 0; row < p.m; row++) {
            add_rows<AT_ONCE>(p.a + row * p.row_a + i, p.b + i * p.row_b, p.row_b, p.n, p.c + row * p.row_c);
        }
    }
    for (; i < p.k; i++) {
        for (int64_t row = 0; row < p.m; row++) {
            add_rows<1>(p.a + row * p.row_a + i, p.b + i * p.row_b, p.row_b, p.n, p.c + row * p.row_c);
        }
    }
}
