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

struct NormRows {
    int64_t width;
    double epsilon;
};

// Of [outer, size, inner]: outer rows from .. to - 1 and some columns, at most 128.
struct SoftmaxPart {
    bool logarithms;
    int64_t size, inner;
    int64_t from, to, inner_from, inner_to;
};

// The side of a tile of attention scores.
constexpr int64_t ATTENTION_TILE = 64;

struct AttentionTile {
    int64_t queries, keys;  // at most ATTENTION_TILE each
    float scale;
    bool causal;
    int64_t first_visible;  // where causal: how many keys the first query may look at; the next one looks at one more
    const uint8_t* mask;    // the first query's; null where there is none
    int64_t mask_stride;    // from one query to the next
};

struct Rotation {
    int64_t positions, inner, width;
    bool neighbours;
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
    void (*normalize)(const NormRows& rows, const float* x, const float* weight, const float* bias, float* y, float* mean,
                      float* inverse, int64_t from, int64_t to);
    void (*normalize_backward)(const NormRows& rows, const float* x, const float* mean, const float* inverse,
                               const float* gradient, const float* weight, float* by_x, double* by_weight, double* by_bias,
                               int64_t from, int64_t to);
    void (*softmax)(const SoftmaxPart& part, const float* in, float* out);
    void (*softmax_backward)(const SoftmaxPart& part, const float* result, const float* gradient, float* by_x);
    void (*attention_weights)(const AttentionTile& tile, float* scores, float* highest, float* sums, float* factors);
    void (*attention_finish)(int64_t rows, int64_t width, int64_t stride, const float* highest, const float* sums, float* out,
                             float* log_sum_exp);
    void (*attention_slopes)(const AttentionTile& tile, float* scores, float* gradients, const float* log_sum_exp,
                             const float* means);
    void (*scale_rows)(int64_t rows, int64_t width, int64_t stride, const float* factors, float* out);
    void (*row_products)(int64_t rows, int64_t width, const float* a, int64_t stride_a, const float* b, int64_t stride_b,
                         float* out);
    void (*rotate)(const Rotation& turn, const float* cos, const float* sin, const float* x, float* y, int64_t from, int64_t to);
};

extern const Kernels BASELINE_KERNELS;
extern const Kernels AVX2_KERNELS;
extern const Kernels AVX512_KERNELS;

}  // namespace baton

#endif
