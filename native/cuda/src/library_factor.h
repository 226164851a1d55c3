// Factors of the library's products: float32 where they lie, or rounded to bfloat16, as matrix units read nothing else.
#ifndef BATON_CUDA_LIBRARY_FACTOR_H
#define BATON_CUDA_LIBRARY_FACTOR_H

#include "bfloat16.h"
#include "command.h"

namespace baton {

// Rows in scratch memory are multiples of so many elements, 16 bytes of bfloat16: matrix units read others slowly or not at
// all.
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
        Quotient row(item, f.columns), matrix(row.whole, f.rows);
        to[row.whole * f.packed_row + row.rest] =
            bfloat16_bits(from[matrix.whole * f.matrix_step + matrix.rest * f.row_step + row.rest]);
    }
};

// Where some matrices of a factor lie; those that are to be rounded are, first.
inline const void* at(const Run& run, const float* from, const RoundedFactor* rounded, int64_t matrices) {
    if (rounded == nullptr) {
        return from;
    }
    RoundFactor round{*rounded, from, run.at<uint16_t>(rounded->to)};
    each(run.stream, matrices * rounded->rows * rounded->columns, round);
    return round.to;
}
inline const void* at(const Run& run, const Reference& from, const RoundedFactor* rounded) {
    return at(run, run.at<const float>(from), rounded, rounded == nullptr ? 0 : rounded->matrices);
}

}  // namespace baton

#endif
