// The processor's core: a backend with its threads, and the plans that it runs.
#include <algorithm>
#include <cstring>

#include "growing_memory.h"
#include "instruction_set.h"
#include "openblas.h"
#include "plan.h"

namespace baton {
namespace {

// The instruction set for a number of threads that there can be.
InstructionSet instruction_set_for(int32_t threads, const char* isa) {
    constexpr int32_t MOST_THREADS = 1024;
    if (threads < 1 || threads > MOST_THREADS) {
        throw Failure("a backend has 1 to " + std::to_string(MOST_THREADS) + " threads, not " + std::to_string(threads));
    }
    return choose_instruction_set(isa);
}

void probe() { choose_instruction_set(nullptr); }

// What the commands of a plan share with those of others: each has it while it runs.
int64_t shared_floats(const std::vector<std::unique_ptr<Command>>& commands, const Machine& machine) {
    int64_t most = 0;
    for (const auto& command : commands) most = std::max(most, command->shared_floats(machine));
    return most;
}

void copy(void* to, const void* from, int64_t bytes) { std::memcpy(to, from, static_cast<size_t>(bytes)); }

}  // namespace

using CoreGroup = Group;

class Backend {
  public:
    Backend(int32_t threads, const char* isa) : machine_(threads, instruction_set_for(threads, isa)) {}
    const char* name() const { return machine_.name; }
    bool has_bfloat16() const { return machine_.pairs != nullptr; }
    bool has_own_products() const { return !machine_.small_tiles; }
    // The system's memory answers for itself.
    int64_t free_memory() const { return INT64_MAX; }
    int64_t convolution_scratch(const int64_t* geometry, int64_t opcode) const {
        return baton::convolution_scratch(geometry, opcode, machine_);
    }
    int64_t plan_shared(const int64_t* code, int64_t words, const int64_t* sizes, int32_t spaces) const {
        return times(shared_floats(Decoder(code, words, sizes, spaces, machine_).commands(), machine_), sizeof(float));
    }
    GrowingMemory reserve(int64_t capacity) const { return GrowingMemory(capacity); }
    void join(Group& group, int32_t member) { machine_.member.join(group, member); }
    Machine& machine() { return machine_; }

  private:
    Machine machine_;
};

class Plan {
  public:
    static constexpr bool IS_ASYNCHRONOUS = false;

    Plan(Backend& backend, const int64_t* code, int64_t words, const int64_t* addresses, const int64_t* sizes, int32_t spaces,
         const int64_t* arguments)
        : machine_(backend.machine()),
          commands_(Decoder(code, words, sizes, spaces, backend.machine()).commands()),
          sizes_(sizes, sizes + spaces),
          arguments_(arguments) {
        for (int32_t i = 0; i < spaces; i++) bases_.push_back(reinterpret_cast<char*>(addresses[i]));
        machine_.share(shared_floats(commands_, machine_));
    }

    void run() {
        try {
            run_commands();
        } catch (...) {
            machine_.member.break_up();
            throw;
        }
    }

    // It has only the threads that wait for it.
    void start() { run(); }
    void finish() {}
    bool is_running() const { return false; }
    // Inputs are read where they lie.
    void prefetch() {}
    int64_t outputs_size() const { return sizes_[OUTPUTS]; }
    void read(int64_t first, void* to, int64_t bytes) const { copy(to, bases_[OUTPUTS] + first, bytes); }

  private:
    void run_commands() {
        openblas_use_one_thread();
        for (size_t i = FIRST_INPUT; i < bases_.size(); i++) {
            bases_[i] = input(arguments_, i, sizes_[i]);
        }
        Run run{machine_, bases_.data()};
        for (const auto& command : commands_) command->run(run);
    }

    Machine& machine_;
    std::vector<std::unique_ptr<Command>> commands_;
    std::vector<char*> bases_;
    std::vector<int64_t> sizes_;
    const int64_t* arguments_;
};

}  // namespace baton

#include "boundary.h"
