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
        each_pair(machine, [&](int64_t pair, const float* first, const float* second) {
            for (int64_t i = 0; i < m; i += BLOCK) {
                kernels.interleave(first + i, second == nullptr ? nullptr : second + i, std::min(BLOCK, m - i),
                                   to + i * pairs() + pair * BLOCK);
            }
        }, factor);
    }

    void copy_right(Machine& machine, const Factor& factor, float* to) const {
        if (!factor.across) {
            machine.pool.each((n + PAIR_COLUMNS - 1) / PAIR_COLUMNS, [&](int64_t panel, int) {
                int64_t column = panel * PAIR_COLUMNS;
                kernels.join_columns(factor.from + column * factor.row, factor.row, std::min(PAIR_COLUMNS, n - column), k,
                                     to + column * pairs());
                std::fill_n(to + column * pairs() + (k + 1) / 2 * PAIR_COLUMNS, (pairs() - (k + 1) / 2) * PAIR_COLUMNS, 0.0f);
            });
            return;
        }
        each_pair(machine, [&](int64_t pair, const float* first, const float* second) {
            for (int64_t j = 0; j < n; j += PAIR_COLUMNS) {
                if (first == nullptr) {
                    std::fill_n(to + j * pairs() + pair * PAIR_COLUMNS, PAIR_COLUMNS, 0.0f);
                    continue;
                }
                kernels.interleave(first + j, second == nullptr ? nullptr : second + j, std::min(PAIR_COLUMNS, n - j),
                                   to + j * pairs() + pair * PAIR_COLUMNS);
            }
        }, factor);
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
    // Each pair of rows, the second null where there is none; both are where zeros are filled up.
    template <typename Body>
    void each_pair(Machine& machine, Body&& body, const Factor& factor) const {
        machine.pool.each((pairs() + AT_ONCE - 1) / AT_ONCE, [&](int64_t chunk, int) {
            for (int64_t pair = chunk * AT_ONCE; pair < std::min(pairs(), (chunk + 1) * AT_ONCE); pair++) {
                const float* first = 2 * pair < k ? factor.from + 2 * pair * factor.row : nullptr;
                body(pair, first, 2 * pair + 1 < k ? first + factor.row : nullptr);
            }
        });
    }
};

}  // namespace baton

#endif
