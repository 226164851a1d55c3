// A plan that can run: its commands, and where its memory lies.
#ifndef BATON_CUDA_PLAN_H
#define BATON_CUDA_PLAN_H

#include "command.h"

namespace baton {

class Plan {
  public:
    // The addresses and sizes of all memory spaces; arguments is where the addresses of the inputs are read at every run.
    Plan(const Executor& executor, const int64_t* code, int64_t words, const int64_t* addresses, const int64_t* sizes,
         int32_t spaces, const int64_t* arguments);
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    // Returns when everything is done. The first run starts the commands one by one, and with that all of their kernels
    // are loaded; the second one captures them as a graph, which this and all later runs launch.
    // Where commands meet other backends all runs are as the first one.
    void run();
    int64_t outputs_size() const { return sizes_[OUTPUTS]; }
    void read(int64_t first, void* to, int64_t bytes) const;
    ~Plan();

  private:
    // So few outputs come back with every run, at once and without a call for each.
    static constexpr int64_t MOST_RETURNED = int64_t(1) << 20;
    bool returns_outputs() const { return returned_ != nullptr; }
    void take_inputs();
    void start();
    void start_all() const;
    void start_commands() const;
    const Executor& executor_;
    std::vector<std::unique_ptr<Command>> commands_;
    std::vector<int64_t> sizes_;
    const int64_t* arguments_;
    // One block: where each space begins, for the items; the notes of the commands; scratch memory; copies of the inputs
    // where these are not read in place.
    Block memory_;
    std::vector<char*> bases_;
    // The copies of the inputs within it.
    int64_t first_input_ = 0, inputs_size_ = 0;
    // Where the inputs lie on their way to their copies, as those do; and the outputs on their way back.
    PinnedMemory staging_, returned_;
    bool meets_others_ = false;
    bool has_run_ = false;
    std::unique_ptr<Graph> graph_;
};

}  // namespace baton

#endif
