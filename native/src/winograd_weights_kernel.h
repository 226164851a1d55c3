// Weights of 3 x 3 taps as Winograd's method F(2x2, 3x3) multiplies them (winograd_kernel.h): each G w G' with the matrix G of
// its paper.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// The weights of some outputs, with all inputs: to[place][output][input], or [place][output][two inputs]. Outputs that are
// only there to fill up the last TOGETHER have weights of 0.
void winograd_weights(const WinogradWeights& w, int64_t first, int64_t count, float* to) {
    constexpr int64_t AT_ONCE = 64;
    for (int64_t output = first; output < first + count; output++) {
        for (int64_t start = 0; start < w.inputs; start += AT_ONCE) {
            const int64_t inputs = w.inputs - start < AT_ONCE ? w.inputs - start : AT_ONCE;
            float taps[9][AT_ONCE] = {};
            for (int64_t i = 0; output < w.outputs && i < inputs; i++) {
                const float* from = w.weights + output * w.output_step + (start + i) * w.input_step;
                for (int t = 0; t < 9; t++) taps[w.turned ? 8 - t : t][i] = from[t];
            }
            for (int64_t i = 0; i < inputs; i += ADDENDS * Vector::LANES) {
                const Vector half = Vector::all(0.5f);
                // Down, then across: the ends, and halves of all three with the middle's sign either way.
                auto three = [&](Vector a, Vector b, Vector c, Vector(&result)[4]) {
                    Vector ends = half * (a + c), middle = half * b;
                    result[0] = a;
                    result[1] = ends + middle;
                    result[2] = ends - middle;
                    result[3] = c;
                };
                Vector down[ADDENDS][3][4];
                for (int k = 0; k < ADDENDS; k++) {
                    for (int j = 0; j < 3; j++) {
                        auto tap = [&](int t) { return Vector::load(taps[t] + i + k * Vector::LANES); };
                        three(tap(j), tap(3 + j), tap(6 + j), down[k][j]);
                    }
                }
                const int64_t some = factors(inputs - i) < Vector::LANES ? factors(inputs - i) : Vector::LANES;
                for (int row = 0; row < 4; row++) {
                    Vector across[ADDENDS][4];
                    for (int k = 0; k < ADDENDS; k++) three(down[k][0][row], down[k][1][row], down[k][2][row], across[k]);
                    for (int j = 0; j < 4; j++) {
                        Vector addends[ADDENDS];
                        for (int k = 0; k < ADDENDS; k++) addends[k] = across[k][j];
                        neighbours_of(addends).store_first(
                            to + (4 * row + j) * w.place_step + output * factors(w.inputs) + factors(start + i), some);
                    }
                }
            }
        }
    }
}
