// A region over every element of its shape.
#include "region.h"

namespace baton {
namespace {

template <int REGISTERS>
struct EvaluateElement {
    RegionCode code;
    BATON_CUDA_FUNCTION void operator()(int64_t element) const { evaluate<REGISTERS>(code, element, 0); }
};

struct Elementwise : Command {
    explicit Elementwise(Decoder& in) : notes(in) {}
    RegionNotes notes;

    const char* name() const override { return "elementwise"; }
    void run(const Run& run) const override {
        RegionCode code = notes.code(run);
        with_registers(code, [&](auto registers) {
            each(run.stream, notes.region().elements, EvaluateElement<decltype(registers)::value>{code});
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_elementwise(Decoder& in) {
    auto command = std::make_unique<Elementwise>(in);
    if (command->notes.region().product >= 0) {
        throw Failure("there is no matrix product here");
    }
    return command;
}

}  // namespace baton
