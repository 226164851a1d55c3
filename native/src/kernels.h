// The kernels of one instruction set as a table. Each set's translation unit defines one of these and exports nothing
// else, so that no instruction reaches a processor that lacks it.
#ifndef BATON_KERNELS_H
#define BATON_KERNELS_H

#include <cstdint>

#include "functions.h"
#include "int8_products.h"
#include "pooling.h"
#include "update_rates.h"

namespace baton {

// The elements that a region is evaluated at: rows of the iteration's flat index. At most TILE in all.
struct Block {
    int64_t start;     // of the first row
    int64_t row_step;  // from one row to the next
    int64_t rows;
    int64_t columns;
    const float* product;  // the product at these elements, without gaps
};

// c[m, n] = a[m, k] b[k, n] in row-major order, or where it accumulates that added to c; rows lie so far apart.
struct Product {
    static constexpr int64_t PIECE = 256;       // of the inner dimension, multiplied at a time
    static constexpr int64_t FEW = 4;           // rows that read the right factor where it lies
    static constexpr int64_t COPIED_ROWS = 192, COPIED_COLUMNS = 64;  // of factors that are copied, at a time
    static constexpr int64_t SCRATCH = PIECE * (COPIED_ROWS + COPIED_COLUMNS);  // floats
    bool transposed_a, transposed_b;
    int64_t m, n, k;
    const float* a;
    int64_t row_a;
    const float* b;
    int64_t row_b;
    float* c;
    int64_t row_c;
    bool accumulate;
};

// One tap of a convolution's kernel: where it reads within a padded plane, and where its weight lies.
struct Tap {
    int64_t offset, weight;
};

// The padded planes that a convolution reads, and the weights that go with them.
struct Planes {
    int64_t inputs, input_step;  // channels, and from one to the next
    const Tap* taps;
    int64_t tap_count;
    int64_t weight_input_step, weight_output_step;
};

// Where the results of a convolution go. Of each padded row that is read, row_width apart, the first columns are valid.
struct Results {
    int64_t row_width, columns;
    int64_t channel_step, row_step, column_step;
    bool rectified;  // negative results become 0
};

// Tiles of 2 x 2 results of a convolution with 3 x 3 taps (winograd_kernel.h): the tiles from first on, counted through all
// pictures or through a band of one, in rows of so many across and so many rows down.
struct WinogradTiles {
    static constexpr int MOST = 48;      // tiles at once
    static constexpr int PLACES = 16;    // elements that a tile reads, and products of a pair of channels
    static constexpr int TOGETHER = 8;   // outputs that are computed side by side
    static constexpr int64_t BEHIND = 16;  // floats behind the tiles of one place that may be overwritten
    int64_t down, across;
    int64_t first, count;  // at most MOST
    int64_t width;  // from one channel's tiles to the next one's, a multiple of 16 and at least count
    int64_t inputs, outputs;
    const float* planes;  // with padding; of the picture that the tiles are counted from
    int64_t picture_step, input_step, row_width;
    const float* weights;  // transformed: [place][output][input]
    int64_t weight_step;   // from one place to the next
    float *transformed, *products;
    const float* bias;  // null where there is none
    bool rectified;     // negative results become 0
    int64_t rows, columns;  // of results, in a picture or a band
    int64_t output_step, picture_results;  // from the results of one output, or picture, to those of the next
    float* out;
    const float* kept;  // results become 0 where this is not above 0; null keeps all
};

// The weights of 3 x 3 taps, as they lie; turned around where the taps count from the last one.
struct WinogradWeights {
    const float* weights;
    int64_t inputs, outputs, input_step, output_step;
    bool turned;
    int64_t place_step;
};

// What some tiles add to the sums that become gradients of taps (winograd_sums_kernel.h).
struct WinogradSums {
    int64_t inputs, outputs;  // in whole lines
    int64_t tiles;
    const float* elements;  // transformed: [place][tile][input]
    int64_t elements_step;  // from one place to the next
    const float* slopes;    // transformed gradients: [place][tile][output]
    int64_t slopes_step;
    bool adds;  // to what is there
};

// The sums [place][input][output] of all parts.
struct WinogradParts {
    const float* sums;
    int64_t parts, part_step;
    int64_t inputs, outputs;  // in whole lines
};

// Sums of products of planes: rows (gradients) with columns (shifted inputs), over pictures and positions. Position i of a
// row belongs to position pieces[i / 8] + i % 8 of a column.
struct Correlation {
    static constexpr int64_t PIECE = 8;  // floats
    int64_t pictures;
    const int64_t* pieces;
    int64_t piece_count;
    int64_t row_step, row_picture_step;
    const float* columns;
    const int64_t* column_starts;
    int64_t column_count, column_picture_step;
};

// One channel of batch normalization: so many stretches of so many elements each, a step apart.
struct Channel {
    int64_t stretches, count, step;
    double elements() const { return static_cast<double>(stretches) * static_cast<double>(count); }
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
// Not a whole page: reads and writes whose addresses have the same last 12 bits are taken for the same by the processor.
constexpr int64_t REGISTER_BYTES = TILE * 8 + 5 * 64;

struct Kernels {
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
    void (*product)(const Product& product, float* scratch);
    // Of few rows with a long right factor, neither transposed nor added to.
    void (*product_of_few)(const Product& product);
    double (*sum_of_squares)(const float* values, int64_t count);
    bool (*all_finite)(const float* values, int64_t count);
    void (*convolve)(const Planes& planes, const float* source, const float* weights, const float* bias,
                     const Results& results, int64_t channels, int64_t first_row, int64_t last_row, float* out,
                     const float* kept);
    void (*winograd)(const WinogradTiles& tiles);
    void (*winograd_weights)(const WinogradWeights& weights, int64_t first, int64_t count, float* to);
    void (*channels_last)(const float* from, int64_t channel_step, int64_t channels, int64_t columns, float* to,
                          int64_t to_step);
    void (*winograd_elements)(const float* const (&rows)[4], int64_t channels, int64_t tiles, float* to, int64_t place_step);
    void (*winograd_slopes)(const float* const (&rows)[2], int64_t channels, int64_t tiles, float* to, int64_t place_step);
    void (*winograd_sums)(const WinogradSums& tiles, float* sums);
    void (*winograd_taps)(const WinogradParts& parts, int64_t inputs, int64_t outputs, float* to, int64_t to_step);
    void (*max_pool)(const Pooling& pooling, const float* in, float* out, int32_t* index);
    void (*max_pool_backward)(const Pooling& pooling, const float* gradient, const int32_t* index, float* out);
    // Rectified: with an addend or null, what is negative becomes 0.
    void (*batch_norm)(const Channel& channel, float epsilon, float weight, float bias, const float* in, bool rectified,
                       const float* addend, float* out, float* mean, float* inverse_deviation);
    // The gradient counts where the result is above 0; everywhere where that is null.
    void (*batch_norm_backward)(const Channel& channel, float weight, float mean, float inverse_deviation, const float* in,
                                const float* gradient, const float* result, float* by_input, float* by_weight,
                                float* by_bias);
    void (*correlate)(const Correlation& correlation, const float* rows, int64_t count, float* out);
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
    void (*add_weighted_rows)(int64_t rows, int64_t width, const float* weights, const float* x, int64_t stride, float factor,
                              float* out);
    void (*rotate)(const Rotation& turn, const float* cos, const float* sin, const float* x, float* y, int64_t from, int64_t to);
    void (*lstm_gates)(int64_t columns, int64_t hidden, const LstmRow& row);
    void (*lstm_gates_backward)(int64_t columns, int64_t hidden, const LstmBackwardRow& row);
    void (*gru_gates)(int64_t columns, int64_t hidden, const GruRow& row);
    void (*gru_gates_backward)(int64_t columns, int64_t hidden, const GruBackwardRow& row);
    Int8Kernels int8;
    void (*int8_finish)(const Int8Finish& finish, const int32_t* sums);
    void (*int8_copy)(const int8_t* from, int64_t count, uint8_t flipped, uint8_t* to);
};

extern const Kernels BASELINE_KERNELS;
extern const Kernels AVX2_KERNELS;
extern const Kernels AVX512_KERNELS;
extern const Kernels NEON_KERNELS;

}  // namespace baton

#endif
