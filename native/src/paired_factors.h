// The factors of a matrix product as pairs of bfloat16 (pairs.h). Both are copied once, in blocks: rows of the left one, or
// columns where it is transposed and those are multiplied as they lie; panels of PAIR_COLUMNS columns of the right one. Each sum over the inner dimension is added
// up in registers from its first pair to its last.
#ifndef BATON_PAIRED_FACTORS_H
#define BATON_PAIRED_FACTORS_H

#include <algorithm>

#include "pairs.h"
#include "plan.h"

namespace baton {

// A factor as it lies in memory: rows of the summed dimension where it is across, else of the other.
struct Factor {
    const float* from;
    int64_t row;
    bool across;
};

struct PairedFactors {
    static constexpr int64_t BLOCK = 64;    // rows and columns of a tile, and rows that are copied side by side
    static constexpr int64_t AT_ONCE = 16;  // pairs, or rows, that a thread copies at a time
    int64_t m, n, k;
    const PairKernels& kernels;

    int64_t pairs() const { return rounded_up((k + 1) / 2, kernels.unit); }
    // Whether columns of the left factor are multiplied as they lie.
    bool keeps_columns(bool across) const { return across && kernels.turn == nullptr; }
    // An odd number of lines from row to row: eight rows in the same few sets of the cache would displace one another.
    int64_t left_row() const { return rounded_up(pairs(), 32) + 16; }
    int64_t left_lanes(bool across) const {
        return keeps_columns(across) ? times(rounded_up(m, BLOCK), pairs()) : times(rounded_up(m, kernels.unit), left_row());
    }
    int64_t right_lanes() const { return times(rounded_up(n, PAIR_COLUMNS), pairs()); }

    void copy_left(Machine& machine, const Factor& factor, float* to) const {
        if (!factor.across) {
            machine.pool.each((m + AT_ONCE - 1) / AT_ONCE, [&](int64_t chunk, int) {
                for (int64_t i = chunk * AT_ONCE; i < std::min(m, (chunk + 1) * AT_ONCE); i++) {
                    kernels.join(factor.from + i * factor.row, k, to + i * left_row());
                    std::fill_n(to + i * left_row() + (k + 1) / 2, pairs() - (k + 1) / 2, 0.0f);
                }
            });
            return;
        }
        if (kernels.turn != nullptr) {
            machine.pool.each(pairs() / kernels.unit, [&](int64_t chunk, int) {
                int64_t pair = chunk * kernels.unit;
                kernels.turn(factor.from + 2 * pair * factor.row, factor.row, k - 2 * pair, m, to + pair, left_row());
            });
            return;
        }
        copy_rows(machine, factor, m, BLOCK, to);
    }

    void copy_right(Machine& machine, const Factor& factor, float* to) const {
        if (factor.across) {
            copy_rows(machine, factor, n, PAIR_COLUMNS, to);
        } else {
            machine.pool.each((n + PAIR_COLUMNS - 1) / PAIR_COLUMNS, [&](int64_t panel, int) {
                copy_panel(factor, panel * PAIR_COLUMNS, to + panel * PAIR_COLUMNS * pairs());
            });
        }
    }

    // Some columns of the right factor, at most BLOCK, for those who do not share a copy of all.
    int64_t panel_lanes() const { return times(BLOCK, pairs()); }
    void copy_panels(const Factor& factor, int64_t column, int64_t columns, float* to) const {
        for (int64_t j = 0; j < columns; j += PAIR_COLUMNS) copy_panel(factor, column + j, to + j * pairs());
    }

    // A tile of the product from the copies; its first row and column are multiples of BLOCK.
    void multiply(const float* left, bool left_across, const float* right, int64_t row, int64_t column, int64_t rows,
                  int64_t columns, float* out, int64_t out_row) const {
        bool as_it_lies = keeps_columns(left_across);
        for (int64_t j = 0; j < columns; j += PAIR_COLUMNS) {
            kernels.multiply({pairs(), as_it_lies ? left + row * pairs() : left + row * left_row(),
                              as_it_lies ? 1 : left_row(), as_it_lies ? BLOCK : 1, right + (column + j) * pairs(), out + j,
                              out_row, rows, std::min(PAIR_COLUMNS, columns - j)});
        }
    }

  private:
    void copy_panel(const Factor& factor, int64_t column, float* to) const {
        int64_t columns = std::min(PAIR_COLUMNS, n - column), joined = (k + 1) / 2;
        if (factor.across) {
            kernels.join_rows(factor.from + column, factor.row, k, columns, to, PAIR_COLUMNS);
        } else {
            kernels.join_columns(factor.from + column * factor.row, factor.row, columns, k, to);
        }
        std::fill_n(to + joined * PAIR_COLUMNS, (pairs() - joined) * PAIR_COLUMNS, 0.0f);
    }

    // Pairs of rows, in blocks of so many columns: to[block][pair][column].
    void copy_rows(Machine& machine, const Factor& factor, int64_t columns, int64_t width, float* to) const {
        machine.pool.each((pairs() + AT_ONCE - 1) / AT_ONCE, [&](int64_t chunk, int) {
            int64_t first = chunk * AT_ONCE, last = std::min(pairs(), first + AT_ONCE);
            int64_t rows = std::clamp<int64_t>(k - 2 * first, 0, 2 * (last - first));
            for (int64_t column = 0; column < columns; column += width) {
                float* lanes = to + column * pairs();
                kernels.join_rows(factor.from + 2 * first * factor.row + column, factor.row, rows,
                                  std::min(width, columns - column), lanes + first * width, width);
                std::fill(lanes + (first + (rows + 1) / 2) * width, lanes + last * width, 0.0f);
            }
        });
    }
};

}  // namespace baton

#endif
