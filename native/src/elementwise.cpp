// Elementwise regions: chunks of several tiles, shared among the threads.
#include <algorithm>

#include "plan.h"
#include "primitive_words.h"

namespace baton {
namespace {

// Below this, waking a thread costs more than it saves.
constexpr int64_t CHUNK = 16 * TILE;

struct Elementwise : Command, ElementwiseWords {
    explicit Elementwise(Decoder& in) : ElementwiseWords(in) {}

    void run(const Run& run) const override {
        int64_t chunks = (region.elements + CHUNK - 1) / CHUNK;
        run.machine.pool.each(chunks, [&](int64_t chunk, int worker) {
            int64_t end = std::min(region.elements, (chunk + 1) * CHUNK);
            for (int64_t start = chunk * CHUNK; start < end; start += TILE) {
                int64_t count = std::min(TILE, end - start);
                run.machine.kernels.region(region, run.bases, Block{start, count, 1, count, nullptr},
                                           run.machine.registers(worker));
            }
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_elementwise(Decoder& in) { return std::make_unique<Elementwise>(in); }

}  // namespace baton
