// The test for finite values and norms: of any number of arrays, cut into chunks, and these into lanes.
#include <cmath>

#include "command.h"
#include "elements.h"
#include "primitive_words.h"

namespace baton {
namespace {

constexpr int64_t LANES = 512;  // items of a chunk: lane l takes its elements l, l + 512 and so on

struct Chunk {
    Reference from;
    int64_t count;
};

// Notes of the chunks of several arrays, one array's behind the other's.
Reference note_chunks(Decoder& in, const ArraysWords& arrays) {
    std::vector<Chunk> chunks;
    for (const ArraysWords::Array& array : arrays.arrays) {
        Reference from = array.from;
        for (int64_t start = 0; start < array.count; start += ArraysWords::CHUNK) {
            chunks.push_back({from, std::min(ArraysWords::CHUNK, array.count - start)});
            from.offset += ArraysWords::CHUNK * static_cast<int64_t>(sizeof(float));
        }
    }
    return in.note(chunks);
}

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

struct AllFinite : Command, AllFiniteWords {
    Reference chunks;

    explicit AllFinite(Decoder& in) : AllFiniteWords(in), chunks(note_chunks(in, from)) {}

    const char* name() const override { return "all-finite"; }

    void run(const Run& run) const override {
        each(run.stream, 1, SetTrue{run.at<uint8_t>(out)});
        each(run.stream, from.chunks * LANES,
             FindInfinite{run.table, run.at<const Chunk>(chunks), run.at<uint8_t>(out)});
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
    const int64_t* ends;  // behind the last chunk of each array
    const double* sums;
    float* norms;
    BATON_CUDA_FUNCTION void operator()(int64_t array) const {
        double sum = 0;
        for (int64_t i = array == 0 ? 0 : ends[array - 1]; i < ends[array]; i++) sum += sums[i];
        norms[array] = static_cast<float>(sqrt(sum));
    }
};

struct Norms : Command, NormsWords {
    Reference chunks, ends, lanes;

    explicit Norms(Decoder& in)
        : NormsWords(in), chunks(note_chunks(in, from)), lanes(in.scratch<double>(from.chunks * LANES)) {
        std::vector<int64_t> ends_of_arrays;
        int64_t end = 0;
        for (const ArraysWords::Array& array : from.arrays) ends_of_arrays.push_back(end += array.chunks());
        ends = in.note(ends_of_arrays);
    }

    const char* name() const override { return "norms"; }

    void run(const Run& run) const override {
        double* of_lanes = run.at<double>(lanes);
        double* of_chunks = run.optional<double>(sums);
        each(run.stream, from.chunks * LANES, AddSquares{run.table, run.at<const Chunk>(chunks), of_lanes});
        each(run.stream, from.chunks, AddLanes{of_lanes, of_chunks});
        each(run.stream, static_cast<int64_t>(from.arrays.size()),
             TakeRoot{run.at<const int64_t>(ends), of_chunks, run.at<float>(out)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_all_finite(Decoder& in) { return std::make_unique<AllFinite>(in); }

std::unique_ptr<Command> decode_norms(Decoder& in) { return std::make_unique<Norms>(in); }

}  // namespace baton
