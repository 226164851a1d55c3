#include "library_matmul.h"

namespace baton {
namespace {

// Whether the epilogue reads or writes something else where the product is kept, so that it can't lie there before.
bool is_in_the_way(const MatmulWords& w) {
    int64_t end = w.c.offset + w.batch * w.m * w.n * static_cast<int64_t>(sizeof(float));
    auto lies_there = [&](const Reference& from, int64_t elements, Type type) {
        return from.exists() && from.space == w.c.space && from.offset < end &&
               from.offset + elements * size_of(type) > w.c.offset;
    };
    bool found = false;
    for (const Operand& operand : w.epilogue.operands) {
        int64_t elements = 1;
        for (int d = 0; d < w.epilogue.rank; d++) elements += (w.epilogue.sizes[d] - 1) * operand.strides[d];
        found = found || lies_there(operand.from, elements, operand.type);
    }
    for (const Output& output : w.epilogue.outputs) {
        found = found || lies_there(output.to, w.batch * w.m * w.n, output.type);
    }
    return found;
}

// An epilogue that the library has: the product and a row, written to one place. Its ReLU is left out: what it makes of a NaN is
// not said.
struct OwnEpilogue {
    Reference bias, out;  // which don't exist where it is another one

    explicit OwnEpilogue(const MatmulWords& w) {
        const Region& e = w.epilogue;
        bool small = w.fused && !w.c.exists() && e.product >= 0 && e.operands.size() == 2 && e.instructions.size() == 1 &&
                     e.outputs.size() == 1;
        if (!small) {
            return;
        }
        const Operand& row = e.operands[static_cast<size_t>(1 - e.product)];
        const Instruction& add = e.instructions[0];
        bool adds = add.function == Function::ADD && add.argument == Type::F32 && add.a + add.b == 1 && add.a * add.b == 0;
        bool by_row = row.type == Type::F32 && row.strides[0] == 0 && row.strides[1] == 0 && row.strides[2] == 1;
        if (adds && by_row && e.outputs[0].value == 2 && e.outputs[0].type == Type::F32) {
            bias = row.from;
            out = e.outputs[0].to;
        }
    }
};

}  // namespace

MatmulByLibrary::MatmulByLibrary(Decoder& in, const MatmulWords& w, bool rounded) {
    if (in.library() == nullptr || std::min({w.batch, w.m, w.n, w.k}) == 0) {
        return;
    }
    MatrixProduct p{rounded ? CublasLt::BFLOAT16 : CublasLt::FLOAT32, w.batch, w.m, w.n, w.k,
                    {w.transposed_a, w.row_a, w.stride_a, in.alignment(w.a)},
                    {w.transposed_b, w.row_b, w.stride_b, in.alignment(w.b)}};
    if (rounded) {
        rounded_a_ = std::make_unique<RoundedFactor>(in, w.batch, w.transposed_a ? w.k : w.m, w.transposed_a ? w.m : w.k,
                                                     w.row_a, w.stride_a);
        rounded_b_ = std::make_unique<RoundedFactor>(in, w.batch, w.transposed_b ? w.n : w.k, w.transposed_b ? w.k : w.n,
                                                     w.row_b, w.stride_b);
        p.a = rounded_a_->factor(in, w.transposed_a);
        p.b = rounded_b_->factor(in, w.transposed_b);
    }
    OwnEpilogue own(w);
    if (own.bias.exists()) {
        p.bias_alignment = in.alignment(own.bias);
        p.result_alignment = in.alignment(own.out);
        prepared_ = in.library()->prepare(p);
        product_ = own.out;
        bias_ = own.bias;
        is_finished_ = prepared_ != nullptr;
    }
    if (prepared_ == nullptr) {
        keeps_product_ = w.c.exists() && !is_in_the_way(w);
        product_ = keeps_product_ ? w.c : in.scratch<float>(times(w.batch, w.m * w.n));
        bias_ = Reference();
        p.bias_alignment = 0;
        p.result_alignment = in.alignment(product_);
        prepared_ = in.library()->prepare(p);
        is_finished_ = !w.fused;
    }
    if (prepared_ != nullptr) {
        workspace_ = in.scratch<char>(prepared_->workspace());
    }
}

void MatmulByLibrary::run(const Run& run, const MatmulWords& w, const RegionNotes* notes) const {
    prepared_->run(run.stream, at(run, w.a, rounded_a_.get()), at(run, w.b, rounded_b_.get()), run.at<float>(product_),
                   run.optional<const float>(bias_), run.at<char>(workspace_));
    if (!is_finished_) {
        RegionCode epilogue = notes->code(run);
        with_registers(epilogue, [&](auto registers) {
            each(run.stream, w.batch * w.m * w.n,
                 FinishProduct<decltype(registers)::value>{epilogue, run.at<const float>(product_),
                                                           keeps_product_ ? nullptr : run.optional<float>(w.c)});
        });
    }
}

}  // namespace baton
