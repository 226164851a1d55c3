// A decoded plan: commands whose memory references were checked, and what they need to run.
#ifndef BATON_PLAN_H
#define BATON_PLAN_H

#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "group.h"
#include "growing_memory.h"
#include "instruction_set.h"
#include "kernels.h"
#include "pairs.h"
#include "plan_reader.h"
#include "pool.h"

namespace baton {

struct Machine {
    Machine(int threads, const InstructionSet& chosen);
    Pool pool;
    const char* name;  // of the instruction set
    const Kernels& kernels;
    const PairKernels* pairs;  // null where the processor has none, or may not use them
    const Int8Kernels& int8;
    Member member;
    bool small_tiles;  // whether OpenBLAS multiplies small matrices without packing them
    bool own_wide;     // whether our own kernel multiplies wide ones all the same (tiles.h)
    bool packs_large;  // whether OpenBLAS multiplies the largest, having packed them
    // On the calling thread, which is this worker: by OpenBLAS or by our own kernel.
    void multiply(int worker, const Product& product, bool by_openblas);
    void multiply(int worker, const Product& product) { multiply(worker, product, small_tiles); }
    // Memory of one worker: the registers of a region, one tile of a product and copies of parts of its factors.
    char* registers(int worker) { return scratch_[worker].get(); }
    float* tile(int worker);
    float* panel(int worker);
    // Memory that the commands of all plans share, for as long as each runs: at least as much as was asked for. Begins with
    // a cache line.
    float* shared() const { return shared_; }
    void share(int64_t floats);

  private:
    std::vector<std::unique_ptr<char[]>> scratch_;
    std::unique_ptr<GrowingMemory> shared_memory_;
    float* shared_ = nullptr;
    int64_t shared_floats_ = 0;
};

struct Run {
    Machine& machine;
    char* const* bases;
    template <typename T>
    T* at(Reference reference) const {
        return reinterpret_cast<T*>(bases[reference.space] + reference.offset);
    }
    // Null where a command has none.
    template <typename T>
    T* optional(Reference reference) const {
        return reference.exists() ? at<T>(reference) : nullptr;
    }
};

struct Command {
    virtual ~Command() = default;
    // The floats of the machine's memory that it shares with others while it runs.
    virtual int64_t shared_floats(const Machine&) const { return 0; }
    virtual void run(const Run& run) const = 0;
};

// Makes commands of the words of a plan.
class Decoder : public PlanReader {
  public:
    Decoder(const int64_t* code, int64_t words, const int64_t* sizes, int32_t spaces, const Machine& machine)
        : PlanReader(code, words, sizes, spaces), machine_(machine) {}
    // How many workers there are, each of which may want memory of its own.
    int64_t threads() const { return machine_.pool.threads(); }
    const Member& member() const { return machine_.member; }
    std::vector<std::unique_ptr<Command>> commands();
    // Whether there is a command with this opcode; those of products of bfloat16 and of Winograd's method are not asked for.
    static bool has(int64_t opcode);

  private:
    std::unique_ptr<Command> command(int64_t opcode);
    const Machine& machine_;
};

std::unique_ptr<Command> decode_int8_product(Decoder& in);

// The bytes of scratch memory that a convolution of a geometry wants.
int64_t convolution_scratch(const int64_t* words, int64_t opcode, const Machine& machine);

}  // namespace baton

#endif
