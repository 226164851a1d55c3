// What the processor's tiles (AMX) are shaped like while a kernel uses them.
#ifndef BATON_TILE_SHAPES_H
#define BATON_TILE_SHAPES_H

#include <cstdint>

namespace baton {

struct alignas(64) TileShapes {
    uint8_t palette = 1;
    uint8_t start = 0;
    uint8_t unused[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};

    constexpr void shape(int tile, int64_t high, int64_t bytes) {
        rows[tile] = static_cast<uint8_t>(high);
        row_bytes[tile] = static_cast<uint16_t>(bytes);
    }
};

// Not by the header's function: gcc 11 to 13 are told there that it reads the first eight bytes alone.
inline void take_tiles(const TileShapes& shapes) { asm volatile("ldtilecfg %0" : : "m"(shapes)); }

}  // namespace baton

#endif
