// Adding up among the GPUs of a group.
#include "command.h"
#include "device_group.h"

namespace baton {
namespace {

struct AllReduce : Command, AllReduceWords {
    const Member& member;

    explicit AllReduce(Decoder& in) : AllReduceWords(in, in.member().joined()), member(in.member()) {}

    const char* name() const override { return "all-reduce"; }

    bool meets_others() const override { return true; }

    void run(const Run& run) const override {
        device_group(member).all_reduce(member.number(), {this, run.bases}, run.stream);
    }
};

}  // namespace

std::unique_ptr<Command> decode_all_reduce(Decoder& in) { return std::make_unique<AllReduce>(in); }

}  // namespace baton
