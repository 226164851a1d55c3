#include "region.h"

namespace baton {

RegionNotes::RegionNotes(Decoder& in, Region region)
    : region_(std::move(region)), operands_(in.note(region_.operands)), instructions_(in.note(region_.instructions)),
      outputs_(in.note(region_.outputs)) {
    for (const Operand& operand : region_.operands) strided_ = strided_ || (!operand.whole && !operand.repeated);
}

RegionCode RegionNotes::code(const Run& run) const {
    RegionCode code{};
    code.bases = run.table;
    code.operands = run.at<const Operand>(operands_);
    code.instructions = run.at<const Instruction>(instructions_);
    code.outputs = run.at<const Output>(outputs_);
    code.operand_count = static_cast<int32_t>(region_.operands.size());
    code.instruction_count = static_cast<int32_t>(region_.instructions.size());
    code.output_count = static_cast<int32_t>(region_.outputs.size());
    code.product = region_.product;
    code.rank = region_.rank;
    code.strided = strided_;
    std::copy_n(region_.sizes, region_.rank, code.sizes);
    return code;
}

}  // namespace baton
