// Products of bytes with exact sums: what the kernels of each instruction set share. Weights lie in panels of 16 outputs, in
// which four bytes that are summed lie side by side: a vector of 64 bytes, the quad of every output. Whichever instructions
// multiply them, the sums are the same.
#ifndef BATON_INT8_PRODUCTS_H
#define BATON_INT8_PRODUCTS_H

#include <cstdint>

#include "functions.h"

namespace baton {

constexpr int64_t INT8_OUTPUTS = 16;                 // of a panel
constexpr int64_t INT8_QUAD = 4;                     // bytes
constexpr int64_t INT8_VECTOR = INT8_OUTPUTS * INT8_QUAD;
constexpr int64_t INT8_PANELS = 2;                   // that are multiplied at once, at most
constexpr int64_t INT8_ROW = INT8_PANELS * INT8_OUTPUTS;  // of the sums' rows

// Lines of positions, and the sums of each with the outputs of one panel or two.
struct Int8Block {
    const uint8_t* left;
    int64_t line_step, position_step;  // bytes
    int64_t lines, positions;
    int64_t rows, row_step;  // of the window, and bytes from one to the next
    int64_t quads;           // of each row
    const int8_t* weights;   // [panels][rows][quads][16][4]
    int64_t panels;
    int32_t* sums;  // [lines][positions][INT8_ROW]
};

struct Int8Kernels {
    uint8_t flipped;  // the bits of left that are the other way around than those of int8
    void (*multiply)(const Int8Block& block);
};

// What becomes of the sums of a line.
struct Int8Finish {
    int64_t positions, outputs;  // at most INT8_ROW
    const int32_t* bias;
    const float* scales;
    const int8_t* addend;  // null where no bytes are added
    float addend_scale, addend_zero;
    const float* real_addend;  // null where no numbers are
    Function activation;  // COPY where there is none
    int64_t step;  // from one position of the result, and of the addend, to the next
    float* reals;  // one of these is null
    int8_t* bytes;
    float inverse_scale, shift;
};

// For processors with instructions for them: AVX-VNNI, AVX512-VNNI, and tiles (AMX).
extern const Int8Kernels INT8_AVX_VNNI;
extern const Int8Kernels INT8_AVX512_VNNI;
extern const Int8Kernels INT8_TILES;

}  // namespace baton

#endif
