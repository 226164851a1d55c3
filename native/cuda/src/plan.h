// A plan that can run: its commands, and where its memory lies.
#ifndef BATON_CUDA_PLAN_H
#define BATON_CUDA_PLAN_H

#include "command.h"

namespace baton {

class Plan {
  public:
    static constexpr bool IS_ASYNCHRONOUS = true;

    // The addresses and sizes of all memory spaces; arguments is where the addresses of the inputs are read at every run.
    Plan(const Executor& executor, const int64_t* code, int64_t words, const int64_t* addresses, const int64_t* sizes,
         int32_t spaces, const int64_t* arguments);
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    // Returns when everything is done. The first run starts the commands one by one, and with that all of their kernels
    // are loaded; the second one captures them as a graph, which this and all later runs launch. Where inputs come ahead there
    // are two such graphs, one for each slot.
    // Where commands meet other backends all runs are as the first one.
    void run();
    // The same in two parts. The inputs have been read when the first one returns.
    void start();
    void finish();
    // What was started and is not finished is still at it.
    bool is_running() const { return started_ && executor_.is_running(); }
    // Copies inputs of the next run beside the one that was started: those whose addresses the arguments now have. An
    // address that is null at the next start stands for what was copied here.
    void prefetch();
    int64_t outputs_size() const { return sizes_[OUTPUTS]; }
    void read(int64_t first, void* to, int64_t bytes) const;
    ~Plan();

  private:
    // So few outputs come back with every run, at once and without a call for each.
    static constexpr int64_t MOST_RETURNED = int64_t(1) << 20;
    // Inputs of so few bytes, such as the number of a step, are copied by the graph, with one copy for all of them; others by
    // a call for each, which may be made ahead.
    static constexpr int64_t MOST_TOGETHER = int64_t(1) << 14;

    // Where a run has its inputs. Copies of those of the next run lie in another slot than those of the run that was
    // started; the last slot is for inputs that are read in place.
    struct Slot {
        // Where each space begins, for the items; the copies of the inputs.
        Block memory;
        // The same for the calling thread.
        std::vector<char*> bases;
        // Where the inputs lie on their way to their copies, as those do.
        PinnedMemory staging;
        std::unique_ptr<Graph> graph;
    };
    static constexpr int IN_PLACE = 2;

    Slot& slot(int which);
    bool returns_outputs() const { return returned_ != nullptr; }
    void place_inputs();
    // Copies an input to its staging; says whether the graph leaves the rest of the way to a call.
    bool stage(const Slot& slot, size_t space, const char* from) const;
    char* staged(const Slot& slot, size_t space) const { return slot.staging.get() + places_[space]; }
    void write_table(const Slot& slot) const;
    Slot& inputs_in_place();
    Slot& inputs_copied();
    bool was_prefetched(size_t space) const { return prefetched_[space] && arguments_[space - FIRST_INPUT] == 0; }
    void forget_prefetched();
    void start(bool in_place);
    void launch(Slot& slot);
    void start_all(const Slot& slot) const;
    void start_commands(const Slot& slot) const;
    void break_up() const;

    const Executor& executor_;
    std::vector<std::unique_ptr<Command>> commands_;
    std::vector<int64_t> sizes_;
    const int64_t* arguments_;
    // Where the spaces begin that all runs share; null for inputs.
    std::vector<char*> bases_;
    // The notes of the commands; scratch memory.
    Block memory_;
    // Of each input among the inputs; first come those that are copied together, which have so many bytes.
    std::vector<int64_t> places_;
    int64_t together_size_ = 0, inputs_size_ = 0;
    std::unique_ptr<Slot> slots_[IN_PLACE + 1];
    int current_ = 0;
    // Which inputs the other slot has.
    std::vector<bool> prefetched_;
    // Where the outputs lie on their way back.
    PinnedMemory returned_;
    bool meets_others_ = false;
    bool has_run_ = false;
    bool started_ = false;
};

}  // namespace baton

#endif
