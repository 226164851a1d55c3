// The gates of recurrent layers, for one hidden unit of one example at one step. Included once by each instruction
// set's kernels, and by the CUDA core, behind elementary.h.

// sigmoid'(x) by its result, and tanh'(x) by its.
BATON_ELEMENT_FUNCTION inline float sigmoid_slope(float y) { return y * (1.0f - y); }
BATON_ELEMENT_FUNCTION inline float tanh_slope(float y) { return 1.0f - y * y; }

struct LstmUnit {
    float i, f, g, o, cell, output;
};

// i, f, g, o = gates of these sums; c = f c + i g; h = o tanh(c).
BATON_ELEMENT_FUNCTION inline LstmUnit lstm_unit(float sum_i, float sum_f, float sum_g, float sum_o,
                                                 float cell_before) {
    float i = sigmoid(sum_i);
    float f = sigmoid(sum_f);
    float g = hyperbolic_tangent(sum_g);
    float o = sigmoid(sum_o);
    float c = multiply_add(f, cell_before, i * g);
    return {i, f, g, o, c, o * hyperbolic_tangent(c)};
}

// The gradients of what a unit was made of.
struct LstmSlopes {
    float i, f, g, o, cell_before;
};

// by_cell is what reaches the cell from elsewhere than the output.
BATON_ELEMENT_FUNCTION inline LstmSlopes lstm_slopes(float i, float f, float g, float o, float cell, float cell_before,
                                                     float by_output, float by_cell) {
    float tanh_c = hyperbolic_tangent(cell);
    float c = multiply_add(by_output * o, tanh_slope(tanh_c), by_cell);
    return {c * g * sigmoid_slope(i), c * cell_before * sigmoid_slope(f), c * i * tanh_slope(g),
            by_output * tanh_c * sigmoid_slope(o), c * f};
}

struct GruUnit {
    float r, z, n, output;
};

// r, z = sigmoid of these sums; n = tanh(projected + r candidate); h = (1 - z) n + z h.
BATON_ELEMENT_FUNCTION inline GruUnit gru_unit(float sum_r, float sum_z, float projected, float candidate,
                                               float before) {
    float r = sigmoid(sum_r);
    float z = sigmoid(sum_z);
    float n = hyperbolic_tangent(multiply_add(r, candidate, projected));
    return {r, z, n, multiply_add(z, before, (1.0f - z) * n)};
}

struct GruSlopes {
    float r, z, n, candidate, before;  // before: save for what came through the product
};

BATON_ELEMENT_FUNCTION inline GruSlopes gru_slopes(float r, float z, float n, float candidate, float before,
                                                   float by_output) {
    float by_n = by_output * (1.0f - z) * tanh_slope(n);
    float by_z = by_output * (before - n) * sigmoid_slope(z);
    float by_r = by_n * candidate * sigmoid_slope(r);
    return {by_r, by_z, by_n, by_n * r, by_output * z};
}
