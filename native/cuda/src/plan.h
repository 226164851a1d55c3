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
    // Returns when everything is done.
    void run();

  private:
    void take_inputs();
    void start();
    const Executor& executor_;
    std::vector<std::unique_ptr<Command>> commands_;
    std::vector<int64_t> sizes_;
    const int64_t* arguments_;
    // One block: where each space begins, for the items; the notes of the commands; scratch memory; copies of the inputs
    // where these are not read in place.
    Block memory_;
    std::vector<char*> bases_;
};

}  // namespace baton

#endif
