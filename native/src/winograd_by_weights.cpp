// The gradient of a convolution with 3 x 3 taps by its weights, by Winograd's method (winograd_sums_kernel.h).
//
// Rows of tiles of all pictures are parted by shape alone, and channels into blocks, so that what a block adds to stays in
// the second cache. Each part has sums of its own; at the end they are added up in one order and become taps.
#include <algorithm>

#include "convolution_planes.h"
#include "winograd.h"

namespace baton {
namespace {

constexpr int64_t PLACES = WinogradTiles::PLACES;

struct WinogradByWeights : Command, ConvolutionByWeightPlaces {
    Geometry geometry;
    int64_t threads;

    static constexpr int64_t MOST = 64;       // channels of a block
    static constexpr int64_t FEWEST = 128;    // tiles of a part, so that its sums are worth their way through the memory
    static constexpr int64_t PARTS = 16;
    static constexpr int64_t AT_ONCE = 8192;  // transformed floats of one place, of elements and gradients together

    int64_t down() const { return (geometry.down.results + 1) / 2; }
    int64_t across() const { return (geometry.across.results + 1) / 2; }
    int64_t rows() const { return times(geometry.pictures, down()); }

    static int64_t blocks(int64_t channels) { return (channels + MOST - 1) / MOST; }
    static int64_t of_block(int64_t channels) {
        return rounded_up((channels + blocks(channels) - 1) / blocks(channels), LINE);
    }
    int64_t inputs() const { return of_block(geometry.inputs); }
    int64_t outputs() const { return of_block(geometry.outputs); }
    int64_t all_blocks() const { return blocks(geometry.inputs) * blocks(geometry.outputs); }

    int64_t parts() const {
        int64_t most = std::clamp<int64_t>(PARTS / all_blocks(), 1, std::max<int64_t>(1, rows()));
        return std::clamp<int64_t>(times(rows(), across()) / FEWEST, 1, most);
    }
    int64_t tiles_at_once() const {
        int64_t most_of_part = times((rows() + parts() - 1) / parts(), across());
        return std::clamp<int64_t>(AT_ONCE / (inputs() + outputs()), 1, std::max<int64_t>(1, most_of_part));
    }
    // From place to place: not a power of two, as all places are written together.
    int64_t elements_step() const { return tiles_at_once() * inputs() + LINE; }
    int64_t slopes_step() const { return tiles_at_once() * outputs() + LINE; }
    int64_t element_row() const { return times(2 * across() + 2, inputs()); }
    int64_t slope_row() const { return times(2 * across(), outputs()); }
    int64_t of_worker() const { return PLACES * (elements_step() + slopes_step()) + 4 * element_row() + 2 * slope_row(); }
    int64_t sums_of_part() const { return PLACES * inputs() * outputs(); }
    int64_t sums_of_block() const { return times(parts(), sums_of_part()); }
    int64_t scratch_floats() const { return times(threads, of_worker()) + times(all_blocks(), sums_of_block()); }

    float* sums(const Run& run) const { return run.at<float>(scratch) + threads * of_worker(); }

    void run(const Run& run) const override {
        if (rows() == 0) {
            std::fill_n(run.at<float>(out), geometry.weights(), 0.0f);
            return;
        }
        run.machine.pool.each(all_blocks() * parts(), [&](int64_t chunk, int worker) {
            sum_part(run, block_at(chunk / parts()), chunk % parts(), run.at<float>(scratch) + worker * of_worker(),
                     sums(run) + chunk * sums_of_part());
        });
        int64_t lines = outputs() / LINE;
        run.machine.pool.each(all_blocks() * lines, [&](int64_t chunk, int) { write_taps(run, chunk / lines, chunk % lines); });
    }

    // Some channels of a picture.
    struct Channels {
        const float* first;
        int64_t step, count, height, width;
    };

    // Some columns of one row, which may lie in the padding, channel by channel.
    static void copy_row(const Run& run, const Channels& channels, int64_t row, int64_t columns, float* to, int64_t to_step) {
        if (row < 0 || row >= channels.height) {
            std::fill_n(to, columns * to_step, 0.0f);
        } else {
            run.machine.kernels.channels_last(channels.first + row * channels.width, channels.step, channels.count, columns, to,
                                              to_step);
        }
    }

    // The channels of a block: the first of each side, and how many there are.
    struct Block {
        int64_t first_input, inputs, first_output, outputs;
    };
    Block block_at(int64_t number) const {
        const int64_t input = number / blocks(geometry.outputs) * inputs();
        const int64_t output = number % blocks(geometry.outputs) * outputs();
        return {input, std::min(inputs(), geometry.inputs - input), output, std::min(outputs(), geometry.outputs - output)};
    }

    // One part of the rows of tiles, with one block of the inputs and one of the outputs.
    void sum_part(const Run& run, const Block& block, int64_t part, float* own, float* to) const {
        float* slopes = own + PLACES * elements_step();
        WinogradSums w{inputs(), outputs(), 0, own, elements_step(), slopes, slopes_step(), false};
        float* element_rows = slopes + PLACES * slopes_step();
        float* slope_rows = element_rows + 4 * element_row();
        // What is padding, and channels that are only there to fill up a line, stay 0.
        std::fill_n(element_rows, 4 * element_row() + 2 * slope_row(), 0.0f);
        const Side& side = geometry.across;
        const int64_t columns = std::min(side.size, 2 * across() + 2 - side.before);
        int64_t copied = 0;  // padded rows of the picture that were copied, of which the last four are there
        for (int64_t row = rows() * part / parts(); row < rows() * (part + 1) / parts(); row++) {
            const int64_t picture = row / down(), top = 2 * (row % down());
            const float* elements = run.at<const float>(in) + (picture * geometry.inputs + block.first_input) * geometry.picture();
            const float* gradients =
                run.at<const float>(gradient) + (picture * geometry.outputs + block.first_output) * geometry.result();
            // The rows that this row of tiles shares with the one above are there already.
            for (int64_t i = copied == top + 2 && top > 0 ? copied : top; i < top + 4; i++) {
                copy_row(run, {elements, geometry.picture(), block.inputs, geometry.down.size, side.size}, i - geometry.down.before,
                         columns, element_rows + i % 4 * element_row() + side.before * inputs(), inputs());
            }
            copied = top + 4;
            for (int64_t i = 0; i < 2; i++) {
                copy_row(run, {gradients, geometry.result(), block.outputs, geometry.down.results, side.results}, top + i,
                         side.results, slope_rows + i * slope_row(), outputs());
            }
            for (int64_t tile = 0; tile < across();) {
                const int64_t count = std::min(tiles_at_once() - w.tiles, across() - tile);
                const float* four[4];
                for (int64_t i = 0; i < 4; i++) four[i] = element_rows + (top + i) % 4 * element_row() + 2 * tile * inputs();
                const float* two[2];
                for (int64_t i = 0; i < 2; i++) two[i] = slope_rows + i * slope_row() + 2 * tile * outputs();
                run.machine.kernels.winograd_elements(four, inputs(), count, own + w.tiles * inputs(), elements_step());
                run.machine.kernels.winograd_slopes(two, outputs(), count, slopes + w.tiles * outputs(), slopes_step());
                w.tiles += count;
                tile += count;
                if (w.tiles == tiles_at_once()) add_tiles(run, w, to);
            }
        }
        if (w.tiles > 0 || !w.adds) add_tiles(run, w, to);
    }

    // What follows is added to these sums.
    static void add_tiles(const Run& run, WinogradSums& w, float* to) {
        run.machine.kernels.winograd_sums(w, to);
        w.tiles = 0;
        w.adds = true;
    }

    // One line of the outputs of a block.
    void write_taps(const Run& run, int64_t number, int64_t line) const {
        const Block block = block_at(number);
        const int64_t before = line * LINE;
        if (before < block.outputs) {
            WinogradParts all{sums(run) + number * sums_of_block() + before, parts(), sums_of_part(), inputs(), outputs()};
            float* target = run.at<float>(out) + ((block.first_output + before) * geometry.inputs + block.first_input) * 9;
            run.machine.kernels.winograd_taps(all, block.inputs, std::min(LINE, block.outputs - before), target,
                                              geometry.inputs * 9);
        }
    }
};

std::unique_ptr<WinogradByWeights> by_weights(const Geometry& geometry, int64_t threads) {
    require_winograd(geometry);
    auto command = std::make_unique<WinogradByWeights>();
    command->geometry = geometry;
    command->threads = threads;
    return command;
}

}  // namespace

int64_t winograd_by_weights_scratch(Decoder& in) {
    Geometry g = decode_geometry(in);
    return by_weights(g, in.threads())->scratch_floats() * static_cast<int64_t>(sizeof(float));
}

std::unique_ptr<Command> decode_winograd_by_weights(Decoder& in) {
    Geometry g = decode_geometry(in);
    auto command = by_weights(g, in.threads());
    command->read(in, g, command->scratch_floats());
    return command;
}

}  // namespace baton
