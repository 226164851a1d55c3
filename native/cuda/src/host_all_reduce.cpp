// Adding up among the members of a group, as the processor's core does it.
#include "command.h"

namespace baton {
namespace {

struct AllReduce : Command {
    Sum sum;

    explicit AllReduce(Decoder& in) : sum(in, in.member()) {}

    const char* name() const override { return "all-reduce"; }

    bool meets_others() const override { return true; }

    void run(const Run& run) const override {
        sum.run(run.bases, [](int64_t count, auto task) {
            for (int64_t i = 0; i < count; i++) task(i);
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_all_reduce(Decoder& in) { return std::make_unique<AllReduce>(in); }

}  // namespace baton
