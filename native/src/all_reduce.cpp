// Adding up among the members of a group.
#include "plan.h"

namespace baton {
namespace {

struct AllReduce : Command {
    Sum sum;

    explicit AllReduce(Decoder& in) : sum(in, in.member()) {}

    void run(const Run& run) const override {
        sum.run(run.bases, [&](int64_t count, auto task) {
            run.machine.pool.each(count, [&](int64_t chunk, int) { task(chunk); });
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_all_reduce(Decoder& in) { return std::make_unique<AllReduce>(in); }

}  // namespace baton
