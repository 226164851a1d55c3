// Rotary embedding: an item turns one pair of a position in all rows that lie there, by the same angle.
#include "command.h"
#include "rotary_words.h"

namespace baton {
namespace {

struct TurnPair {
    int64_t positions, inner, half;
    bool neighbours;
    const float *cos, *sin, *in;
    float* out;

    BATON_CUDA_FUNCTION void operator()(int64_t item) const {
        int64_t pair = item % half, position = item / half;
        float c = cos[position % positions * half + pair], s = sin[position % positions * half + pair];
        int64_t first = position * inner * 2 * half + (neighbours ? 2 * pair : pair);
        int64_t second = first + (neighbours ? 1 : half);
        for (int64_t row = 0; row < inner; row++) {
            int64_t start = row * 2 * half;
            float a = in[start + first], b = in[start + second];
            out[start + first] = a * c - b * s;
            out[start + second] = b * c + a * s;
        }
    }
};

struct Rotary : Command, RotaryWords {
    Reference noted_cos, noted_sin;

    explicit Rotary(Decoder& words) : RotaryWords(words), noted_cos(words.note(cos)), noted_sin(words.note(sin)) {}

    const char* name() const override { return "rotary"; }

    void run(const Run& run) const override {
        int64_t half = width / 2;
        each(run.stream, elements == 0 ? 0 : outer * positions * half,
             TurnPair{positions, inner, half, neighbours, run.at<const float>(noted_cos), run.at<const float>(noted_sin),
                      run.at<const float>(in), run.at<float>(out)});
    }
};

}  // namespace

std::unique_ptr<Command> decode_rotary(Decoder& in) { return std::make_unique<Rotary>(in); }

}  // namespace baton
