// Convolutions of pictures [N, C, H, W] without a copy for every tap (im2col). Each picture is copied once into planes with
// its padding; a tap of the kernel is then one offset into a plane, the same at every position. Vectors are filled from
// pieces of rows of eight positions, so that little is computed that nobody wants. With stride s a plane is cut into its
// s * s phases, within which the stride is 1.
//
// By the input, the same loop runs over padded gradients with weights and taps turned around, once for each phase of the
// result. By the weights, planes of gradients are multiplied with shifted planes of inputs and added up.
//
// Factors that are rounded to bfloat16 are multiplied in pairs (pairs.h): planes and weights then hold pairs of channels,
// by the weights of pictures, and the loops are the same.
//
// Work is cut into chunks by shape alone, and each sum is added up in one order.
#include <algorithm>

#include "convolution_planes.h"
#include "plan.h"
#include "winograd.h"

namespace baton {
namespace {

// One run of the loop over padded planes: all of a forward pass, or one phase of a gradient by the input.
struct Pass {
    std::vector<Tap> taps;
    int64_t source_start = 0;
    int64_t rows = 0;
    int64_t out_start = 0;
    Results results{};
};

Padded padded_inputs(const Geometry& g) {
    Padded padded{g.down.size, g.across.size, g.down.stride, g.across.stride, g.down.before, g.across.before,
                  g.down.results + g.down.most_shift(), g.across.results + g.across.most_shift(), {}};
    for (int64_t a : g.down.used_phases()) {
        for (int64_t b : g.across.used_phases()) padded.phases.emplace_back(a, b);
    }
    return padded;
}

std::vector<Tap> forward_taps(const Geometry& g, const Padded& padded) {
    std::vector<Tap> taps;
    for (int64_t y = 0; y < g.down.kernel; y++) {
        for (int64_t x = 0; x < g.across.kernel; x++) {
            auto phase = std::make_pair(g.down.phase(y), g.across.phase(x));
            int64_t plane = std::find(padded.phases.begin(), padded.phases.end(), phase) - padded.phases.begin();
            taps.push_back({plane * padded.plane() + g.down.shift(y) * padded.row_width + g.across.shift(x),
                            y * g.across.kernel + x});
        }
    }
    return taps;
}

// What convolves padded planes to planes of results.
struct Convolve : Command, ConvolutionPlaces {
    Geometry geometry;
    Padded padded;
    std::vector<Pass> passes;
    int64_t inputs, outputs;  // channels of what is read and of what is written
    int64_t weight_input_step, weight_output_step;
    int64_t in_plane, out_plane;
    bool paired = false;

    int64_t inputs_of_group() const { return inputs / geometry.groups; }
    int64_t outputs_of_group() const { return outputs / geometry.groups; }
    // Planes of one channel each, or of a pair.
    int64_t planes_of_group() const { return paired ? (inputs_of_group() + 1) / 2 : inputs_of_group(); }
    int64_t plane_count() const { return geometry.groups * planes_of_group(); }
    int64_t weights_of_group() const { return planes_of_group() * outputs_of_group() * geometry.taps(); }

    // Many pictures go one by one, each with planes of its worker's. Few are padded first, then cut further.
    bool by_picture() const { return geometry.pictures >= 16; }
    int64_t planes_of_picture() const { return times(plane_count(), padded.channel()) + BEHIND; }
    int64_t planes(int64_t threads) const { return times(by_picture() ? threads : geometry.pictures, planes_of_picture()); }
    // Behind the planes lie the weights in pairs.
    int64_t scratch_floats(int64_t threads) const {
        return planes(threads) + (paired ? times(geometry.groups, weights_of_group()) : 0);
    }

    void run(const Run& run) const override {
        if (geometry.pictures * outputs * out_plane == 0) {
            return;
        }
        if (paired) {
            pair_weights(run);
        }
        if (by_picture()) {
            run.machine.pool.each(geometry.pictures, [&](int64_t picture, int worker) {
                float* planes = run.at<float>(scratch) + worker * planes_of_picture();
                pad(run, picture, 0, plane_count(), planes);
                for (int64_t group = 0; group < geometry.groups; group++) {
                    convolve(run, planes, picture, group, 0, outputs_of_group(), 0, 1);
                }
            });
            return;
        }
        run.machine.pool.each(geometry.pictures * plane_count(), [&](int64_t chunk, int) {
            int64_t picture = chunk / plane_count();
            int64_t plane = chunk % plane_count();
            pad(run, picture, plane, plane + 1, run.at<float>(scratch) + picture * planes_of_picture());
        });
        // Parts of a picture: channels in eights, then rows, until there is work for sixteen threads.
        int64_t parts = std::min((outputs_of_group() + 7) / 8, (16 + geometry.pictures - 1) / geometry.pictures);
        int64_t chunks = geometry.pictures * geometry.groups * parts;
        int64_t bands = chunks >= 16 ? 1 : (16 + chunks - 1) / chunks;
        int64_t width = rounded_up((outputs_of_group() + parts - 1) / parts, 8);
        run.machine.pool.each(chunks * bands, [&](int64_t chunk, int) {
            int64_t band = chunk % bands;
            int64_t part = chunk / bands % parts;
            int64_t group = chunk / bands / parts % geometry.groups;
            int64_t picture = chunk / bands / parts / geometry.groups;
            int64_t from = std::min(part * width, outputs_of_group());
            int64_t to = std::min(from + width, outputs_of_group());
            convolve(run, run.at<float>(scratch) + picture * planes_of_picture(), picture, group, from, to, band, bands);
        });
    }

    void pad(const Run& run, int64_t picture, int64_t from, int64_t to, float* planes) const {
        const float* channels = run.at<const float>(in) + picture * inputs * in_plane;
        for (int64_t plane = from; plane < to; plane++) {
            float* target = planes + plane * padded.channel();
            if (paired) {
                int64_t channel = plane / planes_of_group() * inputs_of_group() + plane % planes_of_group() * 2;
                bool alone = plane % planes_of_group() * 2 + 1 == inputs_of_group();
                const float* first = channels + channel * in_plane;
                padded.copy_pairs(*run.machine.pairs, first, alone ? nullptr : first + in_plane, target);
            } else {
                padded.copy(channels + plane * in_plane, target);
            }
        }
        if (to == plane_count()) {
            std::fill_n(planes + plane_count() * padded.channel(), BEHIND, 0.0f);
        }
    }

    float* paired_weights(const Run& run) const { return run.at<float>(scratch) + planes(run.machine.pool.threads()); }

    // The weights of two channels that are read, side by side.
    void pair_weights(const Run& run) const {
        int64_t together = weight_input_step;
        run.machine.pool.each(geometry.groups * weights_of_group() / together, [&](int64_t chunk, int) {
            int64_t pair = chunk % planes_of_group();
            const float* first =
                run.at<const float>(weight) + (chunk / planes_of_group() * inputs_of_group() + 2 * pair) * together;
            run.machine.pairs->interleave(first, 2 * pair + 1 == inputs_of_group() ? nullptr : first + together, together,
                                          paired_weights(run) + chunk * together);
        });
    }

    // The channels from .. to - 1 of a group, in one band of rows of so many.
    void convolve(const Run& run, const float* planes, int64_t picture, int64_t group, int64_t from, int64_t to,
                  int64_t band, int64_t bands) const {
        int64_t first = group * outputs_of_group() + from;
        int64_t plane = (picture * outputs + first) * out_plane;
        const float* weights = (paired ? paired_weights(run) : run.at<float>(weight)) + group * weights_of_group() +
                               from * weight_output_step;
        auto loop = paired ? run.machine.pairs->convolve : run.machine.kernels.convolve;
        const float* shifts = bias.exists() ? run.at<float>(bias) + first : nullptr;
        for (const Pass& pass : passes) {
            Planes source{planes_of_group(), padded.channel(), pass.taps.data(), static_cast<int64_t>(pass.taps.size()),
                          weight_input_step, weight_output_step};
            int64_t row = pass.rows * band / bands;
            int64_t last = pass.rows * (band + 1) / bands;
            int64_t start = plane + pass.out_start;
            if (row < last) {
                loop(source, planes + group * planes_of_group() * padded.channel() + pass.source_start, weights, shifts,
                     pass.results, to - from, row, last, run.at<float>(out) + start,
                     kept.exists() ? run.at<const float>(kept) + start : nullptr);
            }
        }
    }
};

std::unique_ptr<Convolve> forward(const Geometry& g, bool paired) {
    auto command = std::make_unique<Convolve>();
    command->paired = paired;
    command->geometry = g;
    command->padded = padded_inputs(g);
    command->inputs = g.inputs;
    command->outputs = g.outputs;
    command->weight_input_step = g.taps();
    command->weight_output_step = command->planes_of_group() * g.taps();
    command->in_plane = g.picture();
    command->out_plane = g.result();
    Pass pass;
    pass.taps = forward_taps(g, command->padded);
    pass.rows = g.down.results;
    pass.results = {command->padded.row_width, g.across.results, g.result(), g.across.results, 1, false};
    command->passes.push_back(pass);
    return command;
}

// One side of a phase of the gradient by the input: element index * stride + first, for index in 0 .. count - 1.
struct PhaseSide {
    int64_t first, count, start;
};

// Element u of the input, counted with its padding, takes part in the results (u - tap * dilation) / stride. With u = stride
// * y + phase and phase = that of the tap, result y - shift: padded row y - base + most - shift, where row 0 of the padded
// gradients is result base - most.
PhaseSide phase_side(const Side& s, int64_t phase) {
    int64_t base = divided_down(s.before, s.stride);
    int64_t y = divided_up(s.before - phase, s.stride);
    int64_t first = y * s.stride + phase - s.before;
    return {first, first < s.size ? (s.size - 1 - first) / s.stride + 1 : 0, y - base};
}

int64_t gradient_rows(const Side& s) {
    return divided_down(s.before + s.size - 1, s.stride) - divided_down(s.before, s.stride) + 1 + s.most_shift();
}

std::unique_ptr<Convolve> by_input(const Geometry& g, bool paired) {
    auto command = std::make_unique<Convolve>();
    command->paired = paired;
    command->geometry = g;
    command->padded = {g.down.results, g.across.results, 1, 1,
                       g.down.most_shift() - divided_down(g.down.before, g.down.stride),
                       g.across.most_shift() - divided_down(g.across.before, g.across.stride),
                       gradient_rows(g.down), gradient_rows(g.across), {{0, 0}}};
    command->inputs = g.outputs;
    command->outputs = g.inputs;
    command->weight_input_step = g.inputs / g.groups * g.taps();
    command->weight_output_step = g.taps();
    command->in_plane = g.result();
    command->out_plane = g.picture();
    std::vector<std::vector<int64_t>> across_taps;
    for (int64_t b = 0; b < g.across.stride; b++) across_taps.push_back(g.across.taps(b));
    for (int64_t a = 0; a < g.down.stride; a++) {
        std::vector<int64_t> down_taps = g.down.taps(a);
        for (int64_t b = 0; b < g.across.stride; b++) {
            PhaseSide down = phase_side(g.down, a);
            PhaseSide across = phase_side(g.across, b);
            Pass pass;
            int64_t width = command->padded.row_width;
            for (int64_t y : down_taps) {
                for (int64_t x : across_taps[b]) {
                    pass.taps.push_back({(g.down.most_shift() - g.down.shift(y)) * width + g.across.most_shift() -
                                             g.across.shift(x),
                                         y * g.across.kernel + x});
                }
            }
            pass.source_start = down.start * width + across.start;
            pass.rows = across.count == 0 ? 0 : down.count;
            pass.out_start = down.first * g.across.size + across.first;
            pass.results = {width, across.count, g.picture(), g.down.stride * g.across.size, g.across.stride, false};
            command->passes.push_back(pass);
        }
    }
    return command;
}

struct ByWeights : Command, ConvolutionByWeightPlaces {
    Geometry geometry;
    Padded inputs, gradients;
    std::vector<Tap> taps;
    std::vector<int64_t> column_starts;  // for every input of a group and tap
    std::vector<int64_t> pieces;         // where in a plane of inputs the positions of the gradients lie, eight by eight
    bool paired = false;

    // Gradients that don't come in whole pieces are filled up with zeros; others are read where they lie, but for pairs.
    bool copies_gradients() const {
        return paired || gradients.row_width != geometry.across.results || geometry.result() % Correlation::PIECE != 0;
    }
    int64_t gradient_channel() const { return copies_gradients() ? gradients.channel() : geometry.result(); }

    // Sums over positions cost one addition across lanes each: chunks of several small pictures share it.
    int64_t pictures_at_once() const {
        int64_t vectors = gradients.plane() / LINE;
        int64_t enough = std::clamp<int64_t>((272 + vectors - 1) / std::max<int64_t>(1, vectors), 1, 16);
        return rounded_up(enough, together());
    }
    // Pictures that share their planes.
    int64_t together() const { return paired ? 2 : 1; }
    int64_t chunks() const { return (geometry.pictures + pictures_at_once() - 1) / pictures_at_once(); }
    int64_t input_planes() const { return times(geometry.inputs, inputs.channel()) + BEHIND; }
    int64_t gradient_planes() const { return copies_gradients() ? times(geometry.outputs, gradients.channel()) : 0; }
    int64_t planes() const { return times(pictures_at_once() / together(), input_planes() + gradient_planes()); }
    int64_t scratch_floats(int64_t threads) const {
        return times(threads, planes()) + times(chunks(), rounded_up(geometry.weights(), LINE));
    }

    void find_positions() {
        for (int64_t input = 0; input < geometry.inputs / geometry.groups; input++) {
            for (const Tap& tap : taps) column_starts.push_back(input * inputs.channel() + tap.offset);
        }
        if (gradients.row_width == inputs.row_width) {
            for (int64_t p = 0; p < gradients.rows * gradients.row_width; p += Correlation::PIECE) pieces.push_back(p);
            return;
        }
        for (int64_t row = 0; row < gradients.rows; row++) {
            for (int64_t column = 0; column < gradients.row_width; column += Correlation::PIECE) {
                pieces.push_back(row * inputs.row_width + column);
            }
        }
    }

    void run(const Run& run) const override {
        float* sums = run.at<float>(scratch) + run.machine.pool.threads() * planes();
        int64_t count = geometry.weights();
        int64_t step = rounded_up(count, LINE);
        run.machine.pool.each(chunks(), [&](int64_t chunk, int worker) {
            float* padded = run.at<float>(scratch) + worker * planes();
            sum_chunk(run, chunk, padded, sums + chunk * step);
        });
        constexpr int64_t AT_ONCE = 4096;
        run.machine.pool.each((count + AT_ONCE - 1) / AT_ONCE, [&](int64_t part, int) {
            int64_t from = part * AT_ONCE;
            int64_t to = std::min(count, from + AT_ONCE);
            float* target = run.at<float>(out);
            std::fill(target + from, target + to, 0.0f);
            for (int64_t chunk = 0; chunk < chunks(); chunk++) {
                const float* addend = sums + chunk * step;
                for (int64_t i = from; i < to; i++) target[i] += addend[i];
            }
        });
    }

    void sum_chunk(const Run& run, int64_t chunk, float* padded, float* sums) const {
        int64_t first = chunk * pictures_at_once();
        int64_t pictures = std::min(pictures_at_once(), geometry.pictures - first);
        const float* slopes = run.at<float>(gradient) + first * geometry.outputs * geometry.result();
        int64_t shares = (pictures + together() - 1) / together();
        float* padded_gradients = padded + pictures_at_once() / together() * input_planes();
        for (int64_t i = 0; i < shares; i++) {
            bool alone = together() * (i + 1) > pictures;
            const float* picture = run.at<float>(in) + (first + together() * i) * geometry.inputs * geometry.picture();
            float* planes = padded + i * input_planes();
            for (int64_t c = 0; c < geometry.inputs; c++) {
                copy(run, inputs, picture + c * geometry.picture(), alone ? 0 : geometry.inputs * geometry.picture(),
                     planes + c * inputs.channel());
            }
            std::fill_n(planes + geometry.inputs * inputs.channel(), BEHIND, 0.0f);
            for (int64_t o = 0; copies_gradients() && o < geometry.outputs; o++) {
                copy(run, gradients, slopes + (together() * i * geometry.outputs + o) * geometry.result(),
                     alone ? 0 : geometry.outputs * geometry.result(),
                     padded_gradients + i * gradient_planes() + o * gradients.channel());
            }
        }
        const float* rows = copies_gradients() ? padded_gradients : slopes;
        int64_t outputs = geometry.outputs / geometry.groups;
        for (int64_t group = 0; group < geometry.groups; group++) {
            Correlation correlation{shares, pieces.data(), static_cast<int64_t>(pieces.size()), gradient_channel(),
                                    geometry.outputs * gradient_channel(),
                                    padded + group * (geometry.inputs / geometry.groups) * inputs.channel(),
                                    column_starts.data(), static_cast<int64_t>(column_starts.size()), input_planes()};
            auto loop = paired ? run.machine.pairs->correlate : run.machine.kernels.correlate;
            loop(correlation, rows + group * outputs * gradient_channel(), outputs,
                 sums + group * outputs * correlation.column_count);
        }
    }

    // A channel of one picture, or of a pair that lies so far apart; 0 where there is no second one.
    void copy(const Run& run, const Padded& planes, const float* channel, int64_t apart, float* to) const {
        if (paired) {
            planes.copy_pairs(*run.machine.pairs, channel, apart == 0 ? nullptr : channel + apart, to);
        } else {
            planes.copy(channel, to);
        }
    }
};

std::unique_ptr<ByWeights> by_weights(const Geometry& g, bool paired) {
    auto command = std::make_unique<ByWeights>();
    command->paired = paired;
    command->geometry = g;
    command->inputs = padded_inputs(g);
    // Rows of whole pieces, or positions that count through the rows of the inputs, whichever are fewer.
    int64_t row_width = std::min(rounded_up(g.across.results, Correlation::PIECE), command->inputs.row_width);
    command->gradients = {g.down.results, g.across.results, 1, 1, 0, 0, g.down.results, row_width, {{0, 0}}};
    command->taps = forward_taps(g, command->inputs);
    return command;
}

}  // namespace

int64_t convolution_scratch(const int64_t* words, int64_t opcode, const Machine& machine) {
    Decoder in(words, CONVOLUTION_WORDS, nullptr, 0, machine);
    if (opcode == 16 + WINOGRAD) {
        return winograd_by_weights_scratch(in);
    }
    int64_t plain = opcode % PAIRED;
    bool backward = plain == 15 || plain == 28;
    if (opcode >= WINOGRAD) {
        return winograd_scratch(in, backward,
                                opcode >= WINOGRAD_PAIRED ? WinogradFactors::PAIRED
                                : opcode >= TRANSFORMED   ? WinogradFactors::TRANSFORMED
                                                          : WinogradFactors::PLAIN);
    }
    int64_t threads = in.threads();
    Geometry g = decode_geometry(in);
    bool paired = opcode >= PAIRED;
    int64_t floats = plain == 16 ? by_weights(g, paired)->scratch_floats(threads)
                                 : (backward ? by_input(g, paired) : forward(g, paired))->scratch_floats(threads);
    return floats * static_cast<int64_t>(sizeof(float));
}

std::unique_ptr<Command> decode_convolution(Decoder& in, bool backward, bool rectified, bool paired) {
    Geometry g = decode_geometry(in);
    auto command = backward ? by_input(g, paired) : forward(g, paired);
    for (Pass& pass : command->passes) pass.results.rectified = rectified && !backward;
    command->read(in, g, backward, rectified, g.weights(), command->scratch_floats(in.threads()));
    return command;
}

std::unique_ptr<Command> decode_convolution_by_weight(Decoder& in, bool paired) {
    Geometry g = decode_geometry(in);
    auto command = by_weights(g, paired);
    command->read(in, g, command->scratch_floats(in.threads()));
    // Only now, as there are no more of them than there are weights and positions in memory.
    command->find_positions();
    return command;
}

}  // namespace baton
