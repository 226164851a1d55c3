// Reductions of [outer, reduced, inner] to [outer, inner], in stages: an item goes through at most about 64 of what is
// reduced, and the next stage through what 64 items gave. So long rows have many items, of which neighbours read
// neighbours, and the order of the additions is given by the shape alone. Sums are double until the last stage.
#include "command.h"
#include "elements.h"
#include "primitive_words.h"

namespace baton {
namespace {

// Each kind says what a reduction starts with, how an element becomes a partial result, how two of these become one, and
// what is stored in the end.
struct Sum {
    using From = float;
    using Partial = double;
    using Result = float;
    BATON_CUDA_FUNCTION static double start() { return 0; }
    template <typename T>
    BATON_CUDA_FUNCTION static double partial(T x, int64_t) { return x; }
    BATON_CUDA_FUNCTION static double joined(double a, double b) { return a + b; }
    template <typename T>
    BATON_CUDA_FUNCTION static void store(double sum, T& to) { to = static_cast<T>(sum); }
};

struct Max {
    using From = float;
    using Partial = float;
    using Result = float;
    BATON_CUDA_FUNCTION static float start() { return -INFINITY; }
    BATON_CUDA_FUNCTION static float partial(float x, int64_t) { return x; }
    BATON_CUDA_FUNCTION static float joined(float a, float b) { return larger(a, b); }
    BATON_CUDA_FUNCTION static void store(float largest, float& to) { to = largest; }
};

struct All {
    using From = uint8_t;
    using Partial = uint8_t;
    using Result = uint8_t;
    BATON_CUDA_FUNCTION static uint8_t start() { return 1; }
    BATON_CUDA_FUNCTION static uint8_t partial(uint8_t x, int64_t) { return x; }
    BATON_CUDA_FUNCTION static uint8_t joined(uint8_t a, uint8_t b) { return a & b; }
    BATON_CUDA_FUNCTION static void store(uint8_t all, uint8_t& to) { to = all; }
};

struct Largest {
    float value;
    int32_t index;  // -1 where there was nothing yet
};

struct Argmax {
    using From = float;
    using Partial = Largest;
    using Result = int32_t;
    BATON_CUDA_FUNCTION static Largest start() { return {0, -1}; }
    BATON_CUDA_FUNCTION static Largest partial(float x, int64_t index) { return {x, static_cast<int32_t>(index)}; }
    BATON_CUDA_FUNCTION static Largest partial(Largest x, int64_t) { return x; }
    // A NaN counts as largest; the first of equals wins, wherever it is met.
    BATON_CUDA_FUNCTION static Largest joined(Largest a, Largest b) {
        if (a.index < 0 || b.index < 0) {
            return a.index < 0 ? b : a;
        }
        bool a_is_none = a.value != a.value, b_is_none = b.value != b.value;
        bool equal = a_is_none ? b_is_none : a.value == b.value;
        bool better = equal ? b.index < a.index : b_is_none || (!a_is_none && b.value > a.value);
        return better ? b : a;
    }
    BATON_CUDA_FUNCTION static void store(Largest largest, int32_t& to) { to = largest.index < 0 ? 0 : largest.index; }
    BATON_CUDA_FUNCTION static void store(Largest largest, Largest& to) { to = largest; }
};

// One stage: part p of a row goes through its elements p, p + parts, p + 2 parts and so on.
template <typename Kind, typename From, typename To>
struct ReducePart {
    const From* in;
    To* out;
    int64_t reduced, parts, inner;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t column = item % inner, part = item / inner % parts, row = item / inner / parts;
        const From* x = in + row * reduced * inner + column;
        typename Kind::Partial result = Kind::start();
        for (int64_t i = part; i < reduced; i += parts) result = Kind::joined(result, Kind::partial(x[i * inner], i));
        Kind::store(result, out[item]);
    }
};

int64_t parts_of(int64_t reduced) {
    constexpr int64_t AT_ONCE = 64;
    return std::max<int64_t>(1, (reduced + AT_ONCE - 1) / AT_ONCE);
}

struct Reduce : Command, ReduceWords {
    Reference partials[2];  // of a stage and of the next

    explicit Reduce(Decoder& words) : ReduceWords(words) {
        // A double is as large as any partial result.
        int64_t parts = parts_of(reduced), results = times(outer, inner);
        partials[0] = words.scratch<double>(parts == 1 ? 0 : results * parts);
        partials[1] = words.scratch<double>(parts == 1 ? 0 : results * parts_of(parts));
    }

    const char* name() const override { return "reduce"; }

    void run(const Run& run) const override {
        switch (kind) {
            case Reduction::SUM: reduce<Sum>(run); break;
            case Reduction::MAX: reduce<Max>(run); break;
            case Reduction::ALL: reduce<All>(run); break;
            default: reduce<Argmax>(run); break;
        }
    }

    template <typename Kind>
    void reduce(const Run& run) const {
        using Partial = typename Kind::Partial;
        Partial* results[2] = {run.at<Partial>(partials[0]), run.at<Partial>(partials[1])};
        int64_t parts = parts_of(reduced);
        if (parts == 1) {
            stage<Kind>(run, run.at<const typename Kind::From>(in), reduced, run.at<typename Kind::Result>(out), 1);
            return;
        }
        stage<Kind>(run, run.at<const typename Kind::From>(in), reduced, results[0], parts);
        int turn = 0;
        for (int64_t left = parts; left > 1; left = parts) {
            const Partial* before = results[turn];
            turn = 1 - turn;
            parts = parts_of(left);
            if (parts == 1) {
                stage<Kind>(run, before, left, run.at<typename Kind::Result>(out), 1);
            } else {
                stage<Kind>(run, before, left, results[turn], parts);
            }
        }
    }

    template <typename Kind, typename From, typename To>
    void stage(const Run& run, const From* from, int64_t count, To* to, int64_t parts) const {
        each(run.stream, outer * parts * inner, ReducePart<Kind, From, To>{from, to, count, parts, inner});
    }
};

}  // namespace

std::unique_ptr<Command> decode_reduce(Decoder& in) { return std::make_unique<Reduce>(in); }

}  // namespace baton
