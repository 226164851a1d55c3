// The kernels of one instruction set as a table. Each set's translation unit defines one of these and exports nothing
// else, so that no instruction reaches a processor that lacks it.
#ifndef BATON_KERNELS_H
#define BATON_KERNELS_H

#include <cstdint>

#include "functions.h"

namespace baton {

// The elements that a region is evaluated at: rows of the iteration's flat index. At most TILE in all.
struct Block {
    int64_t start;     // of the first row
    int64_t row_step;  // from one row to the next
    int64_t rows;
    int64_t columns;
    const float* product;  // the product at these elements, without gaps
};

struct AdamRates {
    float beta1, beta2;
    float new1, new2;  // 1 - beta, rounded once
    float epsilon, decay, rate, correction1, correction2;
    bool decoupled;
};

struct SgdRates {
    float momentum, decay, rate;
    bool nesterov;
};

// Some hidden units of one example at one step; the parts of different gates lie apart (recurrent_kernel.h).
struct LstmRow {
    const float *product, *projected, *cell_before;
    float *gates, *cell, *output, *carried;
};

struct LstmBackwardRow {
    const float *product, *by_output;
    const float* by_cells;  // null where the cells are used for nothing else
    const float *gates, *cell, *cell_before;
    float *by_cell, *by_projected, *carried;
};

struct GruRow {
    const float *product, *projected, *bias, *before;
    float *gates, *output, *carried;
};

struct GruBackwardRow {
    const float *product, *by_output, *gates, *before;
    float *by_hidden, *by_projected, *by_recurrent, *carried;
};

// Memory for the registers of one worker.
constexpr int64_t REGISTER_BYTES = TILE * 8;

struct Kernels {
    const char* name;
    void (*region)(const Region& region, char* const* bases, const Block& block, char* registers);
    // in [outer, reduced, inner] -> out [outer, inner], for outer rows from .. to - 1.
    void (*reduce)(Reduction kind, const char* in, char* out, int64_t reduced, int64_t inner, int64_t from, int64_t to,
                   int64_t inner_from, int64_t inner_to);
    void (*cross_entropy)(int64_t classes, float smoothing, const float* logits, const int32_t* labels, float* loss,
                          float* log_sum_exp, int64_t from, int64_t to);
    void (*cross_entropy_backward)(int64_t classes, float smoothing, const float* logits, const int32_t* labels,
                                   const float* log_sum_exp, const float* gradient, float* by_logits, int64_t from,
                                   int64_t to);
    void (*adam)(const AdamRates& rates, int64_t count, const float* gradient, const float* weight, const float* mean,
                 const float* square, float* weight_out, float* mean_out, float* square_out);
    void (*sgd)(const SgdRates& rates, int64_t count, const float* gradient, const float* weight, const float* velocity,
                float* weight_out, float* velocity_out);
    bool (*all_finite)(const float* values, int64_t count);
    void (*lstm_gates)(int64_t columns, int64_t hidden, const LstmRow& row);
    void (*lstm_gates_backward)(int64_t columns, int64_t hidden, const LstmBackwardRow& row);
    void (*gru_gates)(int64_t columns, int64_t hidden, const GruRow& row);
    void (*gru_gates_backward)(int64_t columns, int64_t hidden, const GruBackwardRow& row);
};

extern const Kernels BASELINE_KERNELS;
extern const Kernels AVX2_KERNELS;
extern const Kernels AVX512_KERNELS;

}  // namespace baton

#endif
