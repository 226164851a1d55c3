// Rows by their number.
#include "moves.h"
#include "primitive_words.h"

namespace baton {
namespace {

template <typename T>
struct GatherElement {
    const T* table;
    const int32_t* indices;
    T* out;
    int64_t rows, width;
    T outside;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        int64_t row = indices[element / width];
        out[element] = row < 0 || row >= rows ? outside : table[row * width + element % width];
    }
};

struct Gather : Command, GatherWords {
    explicit Gather(Decoder& in) : GatherWords(in) {}

    const char* name() const override { return "gather"; }

    void run(const Run& run) const override {
        by_size(type, [&](auto zero) {
            using T = decltype(zero);
            each(run.stream, count * width,
                 GatherElement<T>{run.at<const T>(table), run.at<const int32_t>(indices), run.at<T>(out), rows, width,
                                  static_cast<T>(bits_of_number(type, outside))});
        });
    }
};

// What the rows for one place of the table have in common: a chain in their order.
struct Link {
    int64_t next;  // the next row for the same place, or -1
    bool first;
};

struct LinkRow {
    const int32_t* indices;
    Link* links;
    int64_t count;

    BATON_CUDA_FUNCTION void operator()(int64_t row) const {
        int64_t before = row - 1, next = row + 1;
        while (before >= 0 && indices[before] != indices[row]) before--;
        while (next < count && indices[next] != indices[row]) next++;
        links[row] = {next < count ? next : -1, before < 0};
    }
};

struct ClearElement {
    float* out;
    BATON_CUDA_FUNCTION void operator()(int64_t element) const { out[element] = 0; }
};

// One column of all rows for one place, by the first of them.
struct AddChain {
    const int32_t* indices;
    const Link* links;
    const float* values;
    float* out;
    int64_t rows, width;

    BATON_CUDA_FUNCTION void operator()(int64_t element) const {
        int64_t row = element / width, column = element % width;
        int64_t place = indices[row];
        if (!links[row].first || place < 0 || place >= rows) {
            return;
        }
        float sum = 0;
        for (; row >= 0; row = links[row].next) sum += values[row * width + column];
        out[place * width + column] = sum;
    }
};

// Every sum is added up in the order of the rows. To find that order takes up to count comparisons for each row, which
// for 30,000 rows is a thousand million: short beside a training step, but no way to scatter millions of rows.
struct ScatterAdd : Command, ScatterAddWords {
    Reference links;

    explicit ScatterAdd(Decoder& in) : ScatterAddWords(in), links(in.scratch<Link>(count)) {}

    const char* name() const override { return "scatter-add"; }

    void run(const Run& run) const override {
        const int32_t* places = run.at<const int32_t>(indices);
        Link* chains = run.at<Link>(links);
        each(run.stream, count, LinkRow{places, chains, count});
        each(run.stream, rows * width, ClearElement{run.at<float>(out)});
        each(run.stream, count * width,
             AddChain{places, chains, run.at<const float>(values), run.at<float>(out), rows, width});
    }
};

}  // namespace

std::unique_ptr<Command> decode_gather(Decoder& in) { return std::make_unique<Gather>(in); }

std::unique_ptr<Command> decode_scatter_add(Decoder& in) { return std::make_unique<ScatterAdd>(in); }

}  // namespace baton
