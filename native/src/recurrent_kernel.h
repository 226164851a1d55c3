// The gates of recurrent layers, for some hidden units of one example at one step: what follows the product with the
// hidden state, while that is in the cache. Included once by each instruction set's kernels.
//
// Where a value has one part for each gate, the parts lie `hidden` apart in memory and `columns` apart in the product.

// sigmoid'(x) by its result, and tanh'(x) by its.
inline float sigmoid_slope(float y) { return y * (1.0f - y); }
inline float tanh_slope(float y) { return 1.0f - y * y; }

// i, f, g, o = gates(projected + product); c = f c + i g; h = o tanh(c).
void lstm_gates(int64_t columns, int64_t hidden, const LstmRow& row) {
    const float* product = row.product;
    const float* projected = row.projected;
    const float* before = row.cell_before;
    float* gates = row.gates;
    float* cell = row.cell;
    float* output = row.output;
    float* carried = row.carried;
    // No iteration reads what another one wrote.
#pragma GCC ivdep
    for (int64_t u = 0; u < columns; u++) {
        float i = sigmoid(projected[u] + product[u]);
        float f = sigmoid(projected[hidden + u] + product[columns + u]);
        float g = hyperbolic_tangent(projected[2 * hidden + u] + product[2 * columns + u]);
        float o = sigmoid(projected[3 * hidden + u] + product[3 * columns + u]);
        float c = multiply_add(f, before[u], i * g);
        float h = o * hyperbolic_tangent(c);
        gates[u] = i;
        gates[hidden + u] = f;
        gates[2 * hidden + u] = g;
        gates[3 * hidden + u] = o;
        cell[u] = c;
        output[u] = h;
        carried[u] = h;
    }
}

// The same backwards. by_cell comes from the step after and leaves for the one before.
void lstm_gates_backward(int64_t columns, int64_t hidden, const LstmBackwardRow& row) {
    const float* product = row.product;
    const float* by_output = row.by_output;
    const float* gates = row.gates;
    const float* cell = row.cell;
    const float* before = row.cell_before;
    float* by_cell = row.by_cell;
    float* by_projected = row.by_projected;
    float* carried = row.carried;
    // In a loop of its own: a masked load from nowhere takes longer than all the rest.
    for (int64_t u = 0; row.by_cells != nullptr && u < columns; u++) by_cell[u] += row.by_cells[u];
#pragma GCC ivdep
    for (int64_t u = 0; u < columns; u++) {
        float i = gates[u], f = gates[hidden + u], g = gates[2 * hidden + u], o = gates[3 * hidden + u];
        float h = by_output[u] + product[u];
        float tanh_c = hyperbolic_tangent(cell[u]);
        float c = multiply_add(h * o, tanh_slope(tanh_c), by_cell[u]);
        float by_i = c * g * sigmoid_slope(i);
        float by_f = c * before[u] * sigmoid_slope(f);
        float by_g = c * i * tanh_slope(g);
        float by_o = h * tanh_c * sigmoid_slope(o);
        by_cell[u] = c * f;
        by_projected[u] = by_i;
        by_projected[hidden + u] = by_f;
        by_projected[2 * hidden + u] = by_g;
        by_projected[3 * hidden + u] = by_o;
        carried[u] = by_i;
        carried[hidden + u] = by_f;
        carried[2 * hidden + u] = by_g;
        carried[3 * hidden + u] = by_o;
    }
}

// r, z = sigmoid(projected + recurrent); n = tanh(projected + r recurrent); h = (1 - z) n + z h.
void gru_gates(int64_t columns, int64_t hidden, const GruRow& row) {
    const float* product = row.product;
    const float* projected = row.projected;
    const float* bias = row.bias;
    const float* before = row.before;
    float* gates = row.gates;
    float* output = row.output;
    float* carried = row.carried;
#pragma GCC ivdep
    for (int64_t u = 0; u < columns; u++) {
        float r = sigmoid(projected[u] + (product[u] + bias[u]));
        float z = sigmoid(projected[hidden + u] + (product[columns + u] + bias[hidden + u]));
        float candidate = product[2 * columns + u] + bias[2 * hidden + u];
        float n = hyperbolic_tangent(multiply_add(r, candidate, projected[2 * hidden + u]));
        float h = multiply_add(z, before[u], (1.0f - z) * n);
        gates[u] = r;
        gates[hidden + u] = z;
        gates[2 * hidden + u] = n;
        gates[3 * hidden + u] = candidate;
        output[u] = h;
        carried[u] = h;
    }
}

// The same backwards. by_hidden comes from the step after, save for what came through its product, and leaves for the one
// before.
void gru_gates_backward(int64_t columns, int64_t hidden, const GruBackwardRow& row) {
    const float* product = row.product;
    const float* by_output = row.by_output;
    const float* gates = row.gates;
    const float* before = row.before;
    float* by_hidden = row.by_hidden;
    float* by_projected = row.by_projected;
    float* by_recurrent = row.by_recurrent;
    float* carried = row.carried;
#pragma GCC ivdep
    for (int64_t u = 0; u < columns; u++) {
        float r = gates[u], z = gates[hidden + u], n = gates[2 * hidden + u], candidate = gates[3 * hidden + u];
        float h = by_output[u] + product[u] + by_hidden[u];
        float by_n = h * (1.0f - z) * tanh_slope(n);
        float by_z = h * (before[u] - n) * sigmoid_slope(z);
        float by_r = by_n * candidate * sigmoid_slope(r);
        float by_candidate = by_n * r;
        by_hidden[u] = h * z;
        by_projected[u] = by_r;
        by_projected[hidden + u] = by_z;
        by_projected[2 * hidden + u] = by_n;
        by_recurrent[u] = by_r;
        by_recurrent[hidden + u] = by_z;
        by_recurrent[2 * hidden + u] = by_candidate;
        carried[u] = by_r;
        carried[hidden + u] = by_z;
        carried[2 * hidden + u] = by_candidate;
    }
}
