// The optimizers' updates: one start for all parameters of a command, which are cut into chunks; a team for each chunk.
#include "command.h"
#include "elements.h"
#include "training_words.h"

namespace baton {
namespace {

constexpr int64_t CHUNK = 2048;  // elements
constexpr int AT_ONCE = 4;  // elements that a thread reads before it writes the first, so that more reads are under way

struct Chunk {
    int64_t parameter, start;
};

// What the items of an update read: the parameters and their chunks, and whether the step counts.
struct Parts {
    char* const* bases;
    const UpdateWords::Parameter* parameters;
    const Chunk* chunks;
    const uint8_t* finite;
};

// An element has so many values; the step makes the new ones of the gradient and the old ones.
template <int STATES, typename Step>
struct UpdateChunk {
    Parts parts;
    Step step;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t number) const {
        const Chunk& chunk = parts.chunks[number];
        const UpdateWords::Parameter& p = parts.parameters[chunk.parameter];
        const float* gradient = place<const float>(parts.bases, p.gradient);
        const float* from[STATES];
        float* to[STATES];
        for (int state = 0; state < STATES; state++) {
            from[state] = place<const float>(parts.bases, p.before[state]);
            to[state] = place<float>(parts.bases, p.after[state]);
        }
        int64_t left = p.count - chunk.start, end = chunk.start + (left < CHUNK ? left : CHUNK);
        bool applies = *parts.finite != 0;
        typename Step::Rates rates = step.rates_now();
        for (int64_t first = chunk.start + team.rank(); first < end; first += AT_ONCE * Team::SIZE) {
            float gradients[AT_ONCE] = {}, values[AT_ONCE][STATES] = {};
            for (int k = 0; k < AT_ONCE && first + k * Team::SIZE < end; k++) {
                int64_t i = first + k * Team::SIZE;
                gradients[k] = gradient[i];
                for (int state = 0; state < STATES; state++) values[k][state] = from[state][i];
            }
            for (int k = 0; k < AT_ONCE && first + k * Team::SIZE < end; k++) {
                int64_t i = first + k * Team::SIZE;
                if (applies) {
                    Step::apply(rates, gradients[k], values[k]);
                }
                for (int state = 0; state < STATES; state++) to[state][i] = values[k][state];
            }
        }
    }
};

// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019); the values are weight, mean and square.
struct AdamStep {
    struct Rates {
        AdamRates given;
        float shrink, added, size, root;
    };
    AdamRates given;
    const float *rate, *correction1, *correction2;

    BATON_CUDA_FUNCTION Rates rates_now() const {
        Rates r{given, 1, 0, *rate / *correction1, sqrtf(*correction2)};
        if (given.decoupled) {
            r.shrink = 1 - *rate * given.decay;
        } else {
            r.added = given.decay;
        }
        return r;
    }

    BATON_CUDA_FUNCTION static void apply(const Rates& r, float gradient, float* values) {
        float w = values[0];
        float g = gradient + r.added * w;
        float m = r.given.beta1 * values[1] + r.given.new1 * g;
        float v = r.given.beta2 * values[2] + r.given.new2 * (g * g);
        values[0] = w * r.shrink - r.size * (m / (sqrtf(v) / r.root + r.given.epsilon));
        values[1] = m;
        values[2] = v;
    }
};

// Gradient descent with momentum (Sutskever et al. 2013); the values are weight and, where there is momentum, velocity.
template <bool MOVES>
struct SgdStep {
    using Rates = SgdRates;
    SgdRates given;
    const float* rate;

    BATON_CUDA_FUNCTION Rates rates_now() const {
        Rates r = given;
        r.rate = *rate;
        return r;
    }

    BATON_CUDA_FUNCTION static void apply(const Rates& r, float gradient, float* values) {
        float w = values[0];
        float g = gradient + r.decay * w;
        if constexpr (MOVES) {
            float v = r.momentum * values[1] + g;
            values[1] = v;
            g = r.nesterov ? r.momentum * v + g : v;
        }
        values[0] = w - r.rate * g;
    }
};

template <typename Words>
struct Update : Command, Words {
    Reference noted_parameters, noted_chunks;
    int64_t chunk_count;

    explicit Update(Decoder& in) : Words(in), noted_parameters(in.note(this->parameters)) {
        std::vector<Chunk> chunks;
        for (size_t i = 0; i < this->parameters.size(); i++) {
            for (int64_t start = 0; start < this->parameters[i].count; start += CHUNK) {
                chunks.push_back({static_cast<int64_t>(i), start});
            }
        }
        chunk_count = static_cast<int64_t>(chunks.size());
        noted_chunks = in.note(chunks);
    }

    template <int STATES, typename Step>
    void update(const Run& run, const Step& step) const {
        Parts parts{run.table, run.at<const UpdateWords::Parameter>(noted_parameters), run.at<const Chunk>(noted_chunks),
                    run.at<const uint8_t>(this->finite)};
        each_team<BLOCK_THREADS>(run.stream, chunk_count, UpdateChunk<STATES, Step>{parts, step});
    }
};

struct Adam : Update<AdamWords> {
    using Update::Update;

    const char* name() const override { return "adam"; }

    void run(const Run& run) const override {
        update<3>(run, AdamStep{rates, run.at<const float>(rate), run.at<const float>(correction1),
                                run.at<const float>(correction2)});
    }
};

struct Sgd : Update<SgdWords> {
    using Update::Update;

    const char* name() const override { return "sgd"; }

    void run(const Run& run) const override {
        if (states == 2) {
            update<2>(run, SgdStep<true>{rates, run.at<const float>(rate)});
        } else {
            update<1>(run, SgdStep<false>{rates, run.at<const float>(rate)});
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_adam(Decoder& in) { return std::make_unique<Adam>(in); }

std::unique_ptr<Command> decode_sgd(Decoder& in) { return std::make_unique<Sgd>(in); }

}  // namespace baton
