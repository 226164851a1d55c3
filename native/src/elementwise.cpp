// Elementwise regions: chunks of several tiles, shared among the threads. A tile is a piece of the flat index, or, where an
// operand lies the other way round, a rectangle of the last two dimensions: of its lines all is read at once.
#include <algorithm>

#include "plan.h"
#include "primitive_words.h"

namespace baton {
namespace {

// Below this, waking a thread costs more than it saves.
constexpr int64_t TILES_OF_CHUNK = 16;

struct Elementwise : Command, ElementwiseWords {
    int64_t matrices = 1, rows = 1, columns;
    int64_t rows_of_tile = 1, columns_of_tile;

    explicit Elementwise(Decoder& in) : ElementwiseWords(in), columns(region.elements), columns_of_tile(TILE) {
        bool turned = std::any_of(region.operands.begin(), region.operands.end(), [](const Operand& one) { return one.turned; });
        if (turned && region.elements > 0) {
            constexpr int64_t LINE_FLOATS = 16;
            rows = region.sizes[region.rank - 2];
            columns = region.sizes[region.rank - 1];
            matrices = region.elements / rows / columns;
            columns_of_tile = std::min(columns, TILE / std::min(rows, LINE_FLOATS));
            rows_of_tile = std::min(rows, TILE / columns_of_tile);
        }
    }

    void run(const Run& run) const override {
        const int64_t down = divided_up(rows, rows_of_tile), across = divided_up(columns, columns_of_tile);
        const int64_t tiles = matrices * down * across;
        run.machine.pool.each(divided_up(tiles, TILES_OF_CHUNK), [&](int64_t chunk, int worker) {
            int64_t end = std::min(tiles, (chunk + 1) * TILES_OF_CHUNK);
            for (int64_t tile = chunk * TILES_OF_CHUNK; tile < end; tile++) {
                int64_t row = tile % down * rows_of_tile, column = tile / down % across * columns_of_tile;
                int64_t start = (tile / down / across * rows + row) * columns + column;
                Block block{start, columns, std::min(rows_of_tile, rows - row), std::min(columns_of_tile, columns - column), nullptr};
                run.machine.kernels.region(region, run.bases, block, run.machine.registers(worker));
            }
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_elementwise(Decoder& in) { return std::make_unique<Elementwise>(in); }

}  // namespace baton
