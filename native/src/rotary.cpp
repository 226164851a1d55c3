// Rotary embedding: positions in chunks by shape alone.
#include <algorithm>

#include "plan.h"
#include "rotary_words.h"

namespace baton {
namespace {

struct Rotary : Command, RotaryWords {
    explicit Rotary(Decoder& words) : RotaryWords(words) {}

    void run(const Run& run) const override {
        Rotation turn{positions, inner, width, neighbours};
        // Without elements there is no bound on the positions.
        int64_t rows = elements == 0 ? 0 : outer * positions;
        int64_t at_once = std::max<int64_t>(1, 8192 / std::max<int64_t>(1, inner * width));
        run.machine.pool.each((rows + at_once - 1) / at_once, [&](int64_t chunk, int) {
            run.machine.kernels.rotate(turn, cos.data(), sin.data(), run.at<const float>(in), run.at<float>(out),
                                       chunk * at_once, std::min(rows, (chunk + 1) * at_once));
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_rotary(Decoder& in) { return std::make_unique<Rotary>(in); }

}  // namespace baton
