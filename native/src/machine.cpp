// The threads of a backend, and the memory that each of them works in.
#include <algorithm>
#include <cstdint>

#include "growing_memory.h"
#include "instruction_set.h"
#include "openblas.h"
#include "plan.h"
#include "tiles.h"

namespace baton {

Machine::Machine(int threads, const InstructionSet& chosen)
    : pool(threads), name(chosen.name), kernels(chosen.kernels), pairs(chosen.pairs), int8(chosen.int8),
      small_tiles(openblas_has_small_kernels()), own_wide(small_tiles && chosen.own_wide), packs_large(!small_tiles && !chosen.own_large) {
    int64_t panel = small_tiles ? PANEL_ROWS * PANEL_COLUMNS : 0;
    if (!small_tiles || own_wide) panel = std::max(panel, Product::SCRATCH);
    int64_t bytes = MOST_REGISTERS * REGISTER_BYTES + (LARGEST_TILE + panel) * 4 + 64;
    for (int i = 0; i < threads; i++) {
        scratch_.push_back(std::unique_ptr<char[]>(new char[bytes]));
    }
}

namespace {

constexpr int64_t LINE_BYTES = 64;

float* next_line(char* memory) {
    return reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(memory) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
}

}  // namespace

float* Machine::tile(int worker) { return next_line(scratch_[worker].get() + MOST_REGISTERS * REGISTER_BYTES); }

float* Machine::panel(int worker) { return tile(worker) + LARGEST_TILE; }

void Machine::multiply(int worker, const Product& p, bool by_openblas) {
    if (by_openblas) {
        baton::multiply(p.transposed_a, p.transposed_b, p.m, p.n, p.k, p.a, p.row_a, p.b, p.row_b, p.c, p.row_c, p.accumulate);
    } else {
        kernels.product(p, panel(worker));
    }
}

void Machine::share(int64_t floats) {
    if (floats > shared_floats_) {
        shared_floats_ = 0;
        shared_ = nullptr;
        shared_memory_.reset();
        // Of its own, not of the heap: there it may lie on top of much that is free, and keep the system from having it back.
        shared_memory_ = std::make_unique<GrowingMemory>(times(floats, sizeof(float)));
        shared_memory_->grow(times(floats, sizeof(float)));
        shared_ = reinterpret_cast<float*>(shared_memory_->address());
        shared_floats_ = floats;
    }
}

}  // namespace baton
