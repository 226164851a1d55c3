// Matrices whose rows become columns, square by square: what is read lies side by side, so that no line of memory is fetched
// twice, as far as what is written stays in the first cache.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// Columns of from, so many elements apart, as out[row][column], whose rows lie so far apart.
template <typename T>
inline void turn(const T* from, int64_t step, int64_t rows, int64_t columns, T* out, int64_t out_row) {
    constexpr int64_t SIDE = 4;
    constexpr bool HAS_SQUARES = std::is_same_v<T, float>;
    const int64_t down = HAS_SQUARES ? rows / SIDE * SIDE : 0, across = HAS_SQUARES ? columns / SIDE * SIDE : 0;
    if constexpr (HAS_SQUARES) {
        for (int64_t j = 0; j < across; j += SIDE) {
            for (int64_t i = 0; i < down; i += SIDE) turn_square(from + j * step + i, step, out + i * out_row + j, out_row);
        }
    }
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = i < down ? across : 0; j < columns; j++) out[i * out_row + j] = from[j * step + i];
    }
}
