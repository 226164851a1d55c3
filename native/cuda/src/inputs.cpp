// The test for finite values and norms: of any number of arrays, cut into chunks, and these into lanes.
#include <cmath>

#include "command.h"
#include "elements.h"

namespace baton {
namespace {

constexpr int64_t CHUNK = 32768;  // elements; the plan has a double for each
constexpr int64_t LANES = 512;    // items of a chunk: lane l takes its elements l, l + 512 and so on

struct Chunk {
    Reference from;
    int64_t count;
};

// The chunks of one array.
struct Chunks {
    int64_t first, end;
};

struct Inputs {
    int64_t inputs = 0, chunks = 0;
    Reference chunk_notes, input_notes;

    void decode(Decoder& in) {
        std::vector<Chunk> all;
        std::vector<Chunks> of_input;
        inputs = in.size("number of inputs");
        for (int64_t i = 0; i < inputs; i++) {
            int64_t word = in.word();
            int64_t elements = in.size("number of elements");
            Reference from = in.resolve(word, elements, Type::F32, false);
            int64_t first = static_cast<int64_t>(all.size());
            for (int64_t start = 0; start < elements; start += CHUNK) {
                all.push_back({from, std::min(CHUNK, elements - start)});
                from.offset += CHUNK * static_cast<int64_t>(sizeof(float));
            }
            of_input.push_back({first, static_cast<int64_t>(all.size())});
        }
        chunks = static_cast<int64_t>(all.size());
        chunk_notes = in.note(all);
        input_notes = in.note(of_input);
    }
};

struct SetTrue {
    uint8_t* out;
    BATON_CUDA_FUNCTION void operator()(int64_t) const { *out = 1; }
};

// Items that find something write the same: which of them is last makes no difference.
struct FindInfinite {
    char* const* bases;
    const Chunk* chunks;
    uint8_t* out;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        const Chunk& chunk = chunks[item / LANES];
        const float* values = place<const float>(bases, chunk.from);
        bool finite = true;
        for (int64_t i = item % LANES; i < chunk.count; i += LANES) finite = finite && is_finite(values[i]);
        if (!finite) {
            *out = 0;
        }
    }
};

struct AllFinite : Command {
    Reference out;
    Inputs from;

    const char* name() const override { return "all-finite"; }

    void run(const Run& run) const override {
        each(run.stream, 1, SetTrue{run.at<uint8_t>(out)});
        each(run.stream, from.chunks * LANES,
             FindInfinite{run.table, run.at<const Chunk>(from.chunk_notes), run.at<uint8_t>(out)});
    }
};

// Squares are float32: which of them are too large is as on the CPU. Their sums are double.
struct AddSquares {
    char* const* bases;
    const Chunk* chunks;
    double* sums;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        const Chunk& chunk = chunks[item / LANES];
        const float* values = place<const float>(bases, chunk.from);
        double sum = 0;
        for (int64_t i = item % LANES; i < chunk.count; i += LANES) sum += values[i] * values[i];
        sums[item] = sum;
    }
};

struct AddLanes {
    const double* lanes;
    double* sums;
    BATON_CUDA_FUNCTION void operator()(int64_t chunk) const {
        double sum = 0;
        for (int64_t i = chunk * LANES; i < (chunk + 1) * LANES; i++) sum += lanes[i];
        sums[chunk] = sum;
    }
};

struct TakeRoot {
    const Chunks* inputs;
    const double* sums;
    float* norms;
    BATON_CUDA_FUNCTION void operator()(int64_t input) const {
        double sum = 0;
        for (int64_t i = inputs[input].first; i < inputs[input].end; i++) sum += sums[i];
        norms[input] = static_cast<float>(sqrt(sum));
    }
};

struct Norms : Command {
    Reference out, sums, lanes;
    Inputs from;

    const char* name() const override { return "norms"; }

    void run(const Run& run) const override {
        double* of_lanes = run.at<double>(lanes);
        double* of_chunks = sums.exists() ? run.at<double>(sums) : nullptr;
        each(run.stream, from.chunks * LANES, AddSquares{run.table, run.at<const Chunk>(from.chunk_notes), of_lanes});
        each(run.stream, from.chunks, AddLanes{of_lanes, of_chunks});
        each(run.stream, from.inputs, TakeRoot{run.at<const Chunks>(from.input_notes), of_chunks, run.at<float>(out)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_all_finite(Decoder& in) {
    auto command = std::make_unique<AllFinite>();
    command->out = in.reference(1, Type::BOOL);
    command->from.decode(in);
    return command;
}

std::unique_ptr<Command> decode_norms(Decoder& in) {
    auto command = std::make_unique<Norms>();
    int64_t out = in.word();
    int64_t sums = in.word();
    command->from.decode(in);
    command->out = in.resolve(out, command->from.inputs, Type::F32, false);
    // As large as doubles, which are no type of a plan. Without elements there are no sums.
    command->sums = in.resolve(sums, command->from.chunks, Type::I64, command->from.chunks == 0);
    command->lanes = in.scratch<double>(command->from.chunks * LANES);
    return command;
}

}  // namespace baton
