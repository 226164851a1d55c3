// What recurrences share. Each step multiplies what the step before handed on, few rows, by weights that stay the same.
// A thread computes one column of up to 8 rows, which share what it reads of the weights, over a slice of the inner
// dimension: there are so many slices that all of a GPU has work. Whoever reads the product adds up the slices, in
// their order.
#ifndef BATON_CUDA_RECURRENCE_H
#define BATON_CUDA_RECURRENCE_H

#include "command.h"
#include "elements.h"

namespace baton {

#include "gates.h"

// Elements that are read at once.
struct alignas(16) FourInputs {
    static constexpr int64_t COUNT = 4;
    float values[COUNT];
};

// [rows, inner] by [inner, columns].
struct StepSizes {
    int64_t rows, inner, columns;
    int64_t stride;         // from one row of the left factor to the next, a multiple of four
    int64_t slice, slices;  // of the inner dimension; all but the last are a multiple of four
};

template <int ROWS>
struct MultiplySlice {
    StepSizes sizes;
    const float *left, *right;
    float* out;  // [slices, rows, columns]

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t tiles = (sizes.rows + ROWS - 1) / ROWS, columns = sizes.columns;
        int64_t column = item % columns, first = item / columns % tiles * ROWS, slice = item / columns / tiles;
        int64_t from = slice * sizes.slice, to = from + sizes.slice < sizes.inner ? from + sizes.slice : sizes.inner;
        // What is behind the last row is computed like that, and not stored.
        const float* rows[ROWS];
        for (int r = 0; r < ROWS; r++) {
            rows[r] = left + (first + r < sizes.rows ? first + r : sizes.rows - 1) * sizes.stride;
        }
        const float* weights = right + column;
        float sums[ROWS] = {};
        int64_t i = from;
        for (; i + FourInputs::COUNT <= to; i += FourInputs::COUNT) {
            float weight[FourInputs::COUNT];
            for (int j = 0; j < FourInputs::COUNT; j++) weight[j] = weights[(i + j) * columns];
            for (int r = 0; r < ROWS; r++) {
                FourInputs x = *reinterpret_cast<const FourInputs*>(rows[r] + i);
                for (int j = 0; j < FourInputs::COUNT; j++) sums[r] = multiply_add(x.values[j], weight[j], sums[r]);
            }
        }
        for (; i < to; i++) {
            for (int r = 0; r < ROWS; r++) sums[r] = multiply_add(rows[r][i], weights[i * columns], sums[r]);
        }
        for (int r = 0; r < ROWS; r++) {
            if (first + r < sizes.rows) {
                out[(slice * sizes.rows + first + r) * columns + column] = sums[r];
            }
        }
    }
};

// The product as it is read, [rows, columns].
struct StepResult {
    const float* slices;
    int64_t count, elements;
    BATON_CUDA_FUNCTION float operator[](int64_t element) const {
        float sum = 0;
        for (int64_t i = 0; i < count; i++) sum += slices[i * elements + element];
        return sum;
    }
};

class StepProduct {
  public:
    StepProduct(Decoder& in, int64_t rows, int64_t inner, int64_t columns) {
        constexpr int64_t THREADS = 65536, SHORTEST = 32;
        at_once_ = rows > 4 ? 8 : rows > 2 ? 4 : rows;
        int64_t items = std::max<int64_t>(1, tiles(rows) * columns);
        int64_t slices = std::clamp<int64_t>(THREADS / items, 1, divided_up(inner, SHORTEST));
        int64_t slice = rounded_up(divided_up(inner, slices), FourInputs::COUNT);
        sizes_ = {rows, inner, columns, rounded_up(inner, FourInputs::COUNT), slice, divided_up(inner, slice)};
        left_ = in.scratch<float>(rows * sizes_.stride);
        slices_ = in.scratch<float>(sizes_.slices * rows * columns);
    }

    // The left factor, which is written before each step, and how far its rows are apart.
    float* left(const Run& run) const { return run.at<float>(left_); }
    int64_t stride() const { return sizes_.stride; }
    StepResult result(const Run& run) const {
        return {run.at<const float>(slices_), sizes_.slices, sizes_.rows * sizes_.columns};
    }

    void multiply(const Run& run, const float* right) const {
        switch (at_once_) {
            case 8: multiply<8>(run, right); break;
            case 4: multiply<4>(run, right); break;
            case 2: multiply<2>(run, right); break;
            default: multiply<1>(run, right); break;
        }
    }

  private:
    int64_t tiles(int64_t rows) const { return at_once_ == 0 ? 0 : divided_up(rows, at_once_); }
    template <int ROWS>
    void multiply(const Run& run, const float* right) const {
        each(run.stream, sizes_.slices * tiles(sizes_.rows) * sizes_.columns,
             MultiplySlice<ROWS>{sizes_, left(run), right, run.at<float>(slices_)});
    }
    StepSizes sizes_;
    int64_t at_once_;  // rows
    Reference left_, slices_;
};

// States without gaps, as the left factor of the first step.
struct CopyStates {
    const float* from;
    float* to;
    int64_t hidden, stride;
    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        to[item / hidden * stride + item % hidden] = from[item];
    }
};

// The weights turned around: [rows, columns] -> [columns, rows].
struct TransposeElement {
    const float* in;
    float* out;
    int64_t rows, columns;
    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        out[element] = in[element % rows * columns + element / rows];
    }
};

}  // namespace baton

#endif
