// Products of tiles of matrices by a team: both factors lie in shared memory, a part at a time, and every thread keeps
// the sums of its squares in registers. A square is four rows and in each 64 columns of the result four neighbours; a
// team of a block has as many threads as there are squares, the host's one thread has all of them.
#ifndef BATON_CUDA_TILE_PRODUCTS_H
#define BATON_CUDA_TILE_PRODUCTS_H

#include "elements.h"

namespace baton {

constexpr int TILE_ROWS = 64;
constexpr int DEPTH = 16;  // how much of what is added up lies in shared memory at a time
constexpr int SIDE = 4;    // of a square
constexpr int SQUARES = TILE_ROWS / SIDE;  // along each side of a tile

// Four neighbours, which are loaded together.
struct alignas(16) Four {
    float at[SIDE];
};

// Some rows of a matrix, of neighbours.
struct Rows {
    const float* from;
    int64_t stride;
    int count;
};

template <typename Team>
constexpr int OWN_SQUARES = SQUARES * SQUARES / Team::SIZE;  // of a thread

// Calls each(own, row, column) for a thread's squares within so many rows and columns: the square's number among its
// own and where it begins.
template <typename Team, typename Each>
BATON_CUDA_FUNCTION void each_square(const Team& team, int rows, int columns, const Each& each) {
    for (int own = 0; own < OWN_SQUARES<Team>; own++) {
        int square = team.rank() + own * Team::SIZE;
        int row = square / SQUARES * SIDE, column = square % SQUARES * SIDE;
        if (row < rows && column < columns) {
            each(own, row, column);
        }
    }
}

// A thread's part of a result of TILE_ROWS rows.
template <typename Team, int COLUMNS>
struct Sums {
    float at[OWN_SQUARES<Team>][SIDE][COLUMNS / SQUARES];

    BATON_CUDA_FUNCTION void clear() {
        for (auto& square : at) {
            for (auto& row : square) {
                for (float& sum : row) sum = 0;
            }
        }
    }
    // Within so many rows of a width.
    BATON_CUDA_FUNCTION void store(const Team& team, float* out, int64_t stride, int rows, int64_t width) const {
        each_square(team, rows, TILE_ROWS, [&](int own, int first_row, int first_column) {
            for (int r = 0; r < SIDE; r++) {
                for (int c = 0; c < COLUMNS / SQUARES; c++) {
                    int row = first_row + r, column = first_column + c / SIDE * TILE_ROWS + c % SIDE;
                    if (row < rows && column < width) {
                        out[row * stride + column] = at[own][r][c];
                    }
                }
            }
        });
    }
};

// A factor with its rows along what is added up; a place more than a row needs keeps stores out of each other's way.
using TurnedRows = Four[DEPTH][SQUARES + 1];

BATON_CUDA_FUNCTION inline int whole(int count, int parts) { return (count + parts - 1) / parts * parts; }

// DEPTH columns from one on of all rows; 0 beyond these rows and their width.
template <typename Team>
BATON_CUDA_FUNCTION void load_turned(const Team& team, const Rows& rows, int64_t width, int64_t first, TurnedRows& to) {
    int places = whole(rows.count, DEPTH) * DEPTH;
    for (int i = team.rank(); i < places; i += Team::SIZE) {
        int row = i / DEPTH, column = i % DEPTH;
        bool inside = row < rows.count && first + column < width;
        to[column][row / SIDE].at[row % SIDE] = inside ? rows.from[row * rows.stride + first + column] : 0.0f;
    }
}

// DEPTH rows from one on, COLUMNS of each; 0 beyond these rows and their width.
template <int COLUMNS, typename Team>
BATON_CUDA_FUNCTION void load_rows(const Team& team, const Rows& rows, int64_t width, int first,
                                   Four (&to)[DEPTH][COLUMNS / SIDE]) {
    for (int i = team.rank(); i < DEPTH * COLUMNS; i += Team::SIZE) {
        int row = i / COLUMNS, column = i % COLUMNS;
        bool inside = first + row < rows.count && column < width;
        to[row][column / SIDE].at[column % SIDE] = inside ? rows.from[(first + row) * rows.stride + column] : 0.0f;
    }
}

// Adds left [DEPTH, rows] transposed times right [DEPTH, columns] to the sums of a square.
template <int COLUMNS, int PLACES>
BATON_CUDA_FUNCTION void add_square(const Four (*left)[SQUARES + 1], const Four (*right)[PLACES], int row, int column,
                                    float (&sums)[SIDE][COLUMNS / SQUARES]) {
    for (int k = 0; k < DEPTH; k++) {
        Four a = left[k][row / SIDE];
        for (int part = 0; part < COLUMNS / TILE_ROWS; part++) {
            Four b = right[k][column / SIDE + part * SQUARES];
            for (int r = 0; r < SIDE; r++) {
                for (int c = 0; c < SIDE; c++) {
                    float& sum = sums[r][part * SIDE + c];
                    sum = multiply_add(a.at[r], b.at[c], sum);
                }
            }
        }
    }
}

// The products of all left rows with all right ones, of a width; right rows are filled up with 0 to a multiple of DEPTH.
template <typename Team>
BATON_CUDA_FUNCTION void multiply_rows(const Team& team, const Rows& left, const Rows& right, int64_t width,
                                       TurnedRows& turned_left, TurnedRows& turned_right,
                                       Sums<Team, TILE_ROWS>& sums) {
    sums.clear();
    for (int64_t first = 0; first < width; first += DEPTH) {
        team.wait();
        load_turned(team, left, width, first, turned_left);
        load_turned(team, right, width, first, turned_right);
        team.wait();
        each_square(team, left.count, whole(right.count, DEPTH), [&](int own, int row, int column) {
            add_square<TILE_ROWS>(turned_left, turned_right, row, column, sums.at[own]);
        });
    }
}

// Adds the products of left [right.count, rows] transposed with right [right.count, width]; beyond right.count left has
// 0 up to a multiple of DEPTH.
template <int COLUMNS, typename Team>
BATON_CUDA_FUNCTION void add_product(const Team& team, const Four (&left)[TILE_ROWS][SQUARES + 1], int rows,
                                     const Rows& right, int64_t width, Four (&part)[DEPTH][COLUMNS / SIDE],
                                     Sums<Team, COLUMNS>& sums) {
    for (int first = 0; first < right.count; first += DEPTH) {
        team.wait();
        load_rows<COLUMNS>(team, right, width, first, part);
        team.wait();
        int columns = width < TILE_ROWS ? static_cast<int>(width) : TILE_ROWS;
        each_square(team, rows, columns, [&](int own, int row, int column) {
            add_square<COLUMNS>(left + first, part, row, column, sums.at[own]);
        });
    }
}

}  // namespace baton

#endif
