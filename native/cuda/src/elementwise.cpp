// A region over every element of its shape.
#include "primitive_words.h"
#include "region.h"

namespace baton {
namespace {

template <int REGISTERS>
struct EvaluateElement {
    RegionCode code;
    BATON_CUDA_FUNCTION void operator()(int64_t element) const { evaluate<REGISTERS>(code, element, 0); }
};

struct Elementwise : Command {
    explicit Elementwise(Decoder& in) : notes(in, ElementwiseWords(in).region) {}
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

std::unique_ptr<Command> decode_elementwise(Decoder& in) { return std::make_unique<Elementwise>(in); }

}  // namespace baton
