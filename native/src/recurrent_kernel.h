// The gates of recurrent layers (gates.h), for some hidden units of one example at one step: what follows the product
// with the hidden state, while that is in the cache. Included once by each instruction set's kernels.
//
// Where a value has one part for each gate, the parts lie `hidden` apart in memory and `columns` apart in the product.

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
        LstmUnit one = lstm_unit(projected[u] + product[u], projected[hidden + u] + product[columns + u],
                                 projected[2 * hidden + u] + product[2 * columns + u],
                                 projected[3 * hidden + u] + product[3 * columns + u], before[u]);
        gates[u] = one.i;
        gates[hidden + u] = one.f;
        gates[2 * hidden + u] = one.g;
        gates[3 * hidden + u] = one.o;
        cell[u] = one.cell;
        output[u] = one.output;
        carried[u] = one.output;
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
        LstmSlopes by = lstm_slopes(gates[u], gates[hidden + u], gates[2 * hidden + u], gates[3 * hidden + u], cell[u],
                                    before[u], by_output[u] + product[u], by_cell[u]);
        by_cell[u] = by.cell_before;
        by_projected[u] = by.i;
        by_projected[hidden + u] = by.f;
        by_projected[2 * hidden + u] = by.g;
        by_projected[3 * hidden + u] = by.o;
        carried[u] = by.i;
        carried[hidden + u] = by.f;
        carried[2 * hidden + u] = by.g;
        carried[3 * hidden + u] = by.o;
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
        float candidate = product[2 * columns + u] + bias[2 * hidden + u];
        GruUnit one = gru_unit(projected[u] + (product[u] + bias[u]),
                               projected[hidden + u] + (product[columns + u] + bias[hidden + u]),
                               projected[2 * hidden + u], candidate, before[u]);
        gates[u] = one.r;
        gates[hidden + u] = one.z;
        gates[2 * hidden + u] = one.n;
        gates[3 * hidden + u] = candidate;
        output[u] = one.output;
        carried[u] = one.output;
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
        GruSlopes by = gru_slopes(gates[u], gates[hidden + u], gates[2 * hidden + u], gates[3 * hidden + u], before[u],
                                  by_output[u] + product[u] + by_hidden[u]);
        by_hidden[u] = by.before;
        by_projected[u] = by.r;
        by_projected[hidden + u] = by.z;
        by_projected[2 * hidden + u] = by.n;
        by_recurrent[u] = by.r;
        by_recurrent[hidden + u] = by.z;
        by_recurrent[2 * hidden + u] = by.candidate;
        carried[u] = by.r;
        carried[hidden + u] = by.z;
        carried[2 * hidden + u] = by.candidate;
    }
}
