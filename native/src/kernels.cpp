// The kernels of one instruction set: compiled once for each, with BATON_KERNELS as the name of its table. Everything but the
// table has internal linkage.
#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif
#include <math.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace baton {
namespace {

#include "elementary.h"
#include "arithmetic.h"
#include "random_kernel.h"
#include "reduction_kernel.h"
#include "vector.h"
#include "turn.h"
#include "region_kernel.h"
#include "training_kernel.h"
#include "product_kernel.h"
#include "convolution_kernel.h"
#include "winograd_kernel.h"
#include "winograd_weights_kernel.h"
#include "winograd_sums_kernel.h"
#include "picture_kernel.h"
#include "normalization_kernel.h"
#include "attention_kernel.h"
#include "gates.h"
#include "recurrent_kernel.h"
#include "int8_kernel.h"

}  // namespace

extern const Kernels BATON_KERNELS;
const Kernels BATON_KERNELS = {
    evaluate, reduce, cross_entropy, cross_entropy_backward, adam, sgd, product, product_of_few, sum_of_squares, all_finite,
    convolve, winograd, winograd_weights,
    channels_last, winograd_elements, winograd_slopes, winograd_sums, winograd_taps, max_pool, max_pool_backward, batch_norm, batch_norm_backward, correlate,
    normalize, normalize_backward, softmax, softmax_backward,
    attention_weights, attention_finish, attention_slopes, scale_rows, row_products, add_weighted_rows, rotate,
    lstm_gates, lstm_gates_backward, gru_gates, gru_gates_backward,
    {0, int8_multiply}, int8_finish, int8_copy,
};

}  // namespace baton
