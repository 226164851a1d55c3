// Gradients of 3 x 3 taps by Winograd's method F(3x3, 2x2), the counterpart of winograd_kernel.h: each tile of 4 x 4 elements
// with its 2 x 2 gradients adds to all nine taps, by 16 products for every pair of channels instead of 36. Elements are
// transformed as for the results, gradients to their own, their sum and their difference either way; of what was transformed,
// each of the 16 places is a product of matrices [inputs, tiles] x [tiles, outputs]. Only the sums become taps.
//
// A tap to which only elements that are 0 belong is the difference of sums to which their neighbours belong too, and would be
// their rounding error. Optimizers that divide by how large a gradient was before, as Adam, would take a full step by it, to
// another side on every machine. So what is too small beside its sums to be told from their errors is 0.
//
// Lanes are channels: tiles of any width fill them, and sums need no addition across lanes. Channels are filled up to whole
// lines with zeros. Every sum is added up in one order.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// Some columns of one row of so many planes as to[column][channel]. The next but one row, whose turn comes soon, is fetched.
void channels_last(const float* from, int64_t channel_step, int64_t channels, int64_t columns, float* to, int64_t to_step) {
    for (int64_t i = 0; i < channels; i++) {
        const float* row = from + i * channel_step + 2 * columns;
        for (int64_t column = 0; column < columns; column += 16) __builtin_prefetch(row + column);
    }
    turn(from, channel_step, columns, channels, to, to_step);
}

// The elements of neighbouring tiles: four rows of theirs, and to[place][tile][channel].
void winograd_elements(const float* const (&rows)[4], int64_t channels, int64_t tiles, float* to, int64_t place_step) {
    for (int64_t channel = 0; channel < channels; channel += Vector::LANES) {
        auto column = [&](int64_t i, Vector(&down)[4]) {
            auto row = [&](int r) { return Vector::load(rows[r] + i * channels + channel); };
            transform_four(row(0), row(1), row(2), row(3), down);
        };
        // A tile's last two columns are the next one's first.
        Vector columns[4][4];
        column(0, columns[0]);
        column(1, columns[1]);
        for (int64_t tile = 0; tile < tiles; tile++) {
            column(2 * tile + 2, columns[2]);
            column(2 * tile + 3, columns[3]);
            float* of_tile = to + tile * channels + channel;
            for (int i = 0; i < 4; i++) {
                Vector across[4];
                transform_four(columns[0][i], columns[1][i], columns[2][i], columns[3][i], across);
                for (int j = 0; j < 4; j++) across[j].store(of_tile + (4 * i + j) * place_step);
                columns[0][i] = columns[2][i];
                columns[1][i] = columns[3][i];
            }
        }
    }
}

// The gradients of neighbouring tiles, in two rows. The halves of the method are left to the sums.
void winograd_slopes(const float* const (&rows)[2], int64_t channels, int64_t tiles, float* to, int64_t place_step) {
    auto four = [](Vector a, Vector b, Vector(&result)[4]) {
        result[0] = a;
        result[1] = a + b;
        result[2] = a - b;
        result[3] = b;
    };
    for (int64_t channel = 0; channel < channels; channel += Vector::LANES) {
        for (int64_t tile = 0; tile < tiles; tile++) {
            auto load = [&](int row, int64_t column) {
                return Vector::load(rows[row] + (2 * tile + column) * channels + channel);
            };
            Vector left[4], right[4];
            four(load(0, 0), load(1, 0), left);
            four(load(0, 1), load(1, 1), right);
            float* of_tile = to + tile * channels + channel;
            for (int i = 0; i < 4; i++) {
                Vector across[4];
                four(left[i], right[i], across);
                for (int j = 0; j < 4; j++) across[j].store(of_tile + (4 * i + j) * place_step);
            }
        }
    }
}

// Adds what some tiles bring to sums[place][input][output].
void winograd_sums(const WinogradSums& w, float* sums) {
    constexpr int ROWS_AT_ONCE = MANY ? 8 : 4;
    for (int64_t place = 0; place < WinogradTiles::PLACES; place++) {
        for (int64_t output = 0; output < w.outputs; output += PRODUCT_COLUMNS) {
            for (int64_t input = 0; input < w.inputs; input += ROWS_AT_ONCE) {
                ProductFactors factors{w.tiles, w.elements + place * w.elements_step + input, 1, w.inputs,
                                       w.slopes + place * w.slopes_step + output, w.outputs,
                                       sums + (place * w.inputs + input) * w.outputs + output, w.outputs, w.adds};
                if (w.outputs - output >= PRODUCT_COLUMNS) {
                    product_block<ROWS_AT_ONCE, 2>(factors, PRODUCT_COLUMNS);
                } else {
                    product_block<ROWS_AT_ONCE, 1>(factors, Vector::LANES);
                }
            }
        }
    }
}

// Of some inputs and one line of outputs, from the sums of all parts of the pictures, to[output][input][tap].
void winograd_taps(const WinogradParts& w, int64_t inputs, int64_t outputs, float* to, int64_t to_step) {
    constexpr int64_t LINE = 16;
    constexpr float ERROR = 0x1p-20f;  // of the largest sum: sixteen roundings
    const Vector half = Vector::all(0.5f);
    // Down, then across: what the sums and the differences of gradients brought counts half.
    auto three = [&](Vector a, Vector b, Vector c, Vector d, Vector(&result)[3]) {
        Vector both = half * (b + c);
        result[0] = a + both;
        result[1] = half * (b - c);
        result[2] = both - d;
    };
    for (int64_t input = 0; input < inputs; input++) {
        alignas(64) float taps[9][LINE], errors[LINE];
        for (int64_t lane = 0; lane < LINE; lane += Vector::LANES) {
            Vector down[4][3];
            Vector largest = Vector::zero();
            for (int j = 0; j < 4; j++) {
                Vector places[4];
                for (int i = 0; i < 4; i++) {
                    const float* from = w.sums + ((4 * i + j) * w.inputs + input) * w.outputs + lane;
                    places[i] = Vector::load(from);
                    for (int64_t part = 1; part < w.parts; part++) places[i].add(Vector::load(from + part * w.part_step));
                    largest.take_larger(places[i]);
                    largest.take_larger(Vector::zero() - places[i]);
                }
                three(places[0], places[1], places[2], places[3], down[j]);
            }
            (Vector::all(ERROR) * largest).store(errors + lane);
            for (int i = 0; i < 3; i++) {
                Vector across[3];
                three(down[0][i], down[1][i], down[2][i], down[3][i], across);
                for (int j = 0; j < 3; j++) across[j].store(taps[3 * i + j] + lane);
            }
        }
        for (int64_t output = 0; output < outputs; output++) {
            for (int tap = 0; tap < 9; tap++) {
                const float value = taps[tap][output];
                to[output * to_step + input * 9 + tap] = magnitude(value) < errors[output] ? 0.0f : value;
            }
        }
    }
}
