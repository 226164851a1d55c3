// Factors of the library's products: float32 where they lie, or rounded to bfloat16, as matrix units read nothing else.
#ifndef BATON_CUDA_LIBRARY_FACTOR_H
#define BATON_CUDA_LIBRARY_FACTOR_H

#include "bfloat16.h"
#include "command.h"

namespace baton {

// Rows in scratch memory are multiples of so many elements: matrix units read no others.
constexpr int64_t ROW_PLACES = 8;

// A copy of matrices that is rounded to bfloat16.
struct RoundedFactor {
    int64_t matrices, rows, columns;
    int64_t row_step, matrix_step;  // where they are read
    int64_t packed_row;
    Reference to;

    // Of a batch with matrix step 0 it is one matrix.
    RoundedFactor(Decoder& in, int64_t batch, int64_t of_rows, int64_t of_columns, int64_t row, int64_t matrix)
        : matrices(matrix == 0 ? 1 : batch), rows(of_rows), columns(of_columns), row_step(row), matrix_step(matrix),
          packed_row(rounded_up(columns, ROW_PLACES)), to(in.scratch<uint16_t>(times(matrices, packed_matrix()))) {}

    int64_t packed_matrix() const { return times(rows, packed_row); }
    MatrixFactor factor(const Decoder& in, bool transposed) const {
        return {transposed, packed_row, matrix_step == 0 ? 0 : packed_matrix(), in.alignment(to)};
    }
};

struct RoundFactor {
    RoundedFactor f;
    const float* from;
    uint16_t* to;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t column = item % f.columns, row = item / f.columns % f.rows, matrix = item / f.columns / f.rows;
        to[(matrix * f.rows + row) * f.packed_row + column] =
            bfloat16_bits(from[matrix * f.matrix_step + row * f.row_step + column]);
    }
};

// Where a factor lies; one that is to be rounded is, first.
inline const void* at(const Run& run, const Reference& from, const RoundedFactor* rounded) {
    if (rounded == nullptr) {
        return run.at<const float>(from);
    }
    RoundFactor round{*rounded, run.at<const float>(from), run.at<uint16_t>(rounded->to)};
    each(run.stream, rounded->matrices * rounded->rows * rounded->columns, round);
    return round.to;
}

}  // namespace baton

#endif
