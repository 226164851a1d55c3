// Convolutions with 3 x 3 taps side by side, and their gradients by the input, by Winograd's method (winograd_kernel.h).
// The gradient is the same convolution of the results' gradients, with taps turned around and inputs and outputs changed.
//
// First the weights are transformed, then blocks of tiles go their way from elements to results, each in memory of its
// worker that stays in the second cache. Work is cut by shape alone.
#include <algorithm>

#include "convolution_planes.h"
#include "plan.h"

namespace baton {
namespace {

constexpr int64_t TOGETHER = WinogradTiles::TOGETHER;
constexpr int64_t PLACES = WinogradTiles::PLACES;

struct Winograd : Command, ConvolutionPlaces {
    int64_t pictures, inputs, outputs;  // channels of what is read and of what is written
    int64_t rows, columns;              // of what is written
    Padded padded;
    bool turned, rectified;

    int64_t down() const { return (rows + 1) / 2; }
    int64_t across() const { return (columns + 1) / 2; }
    int64_t tiles_of_picture() const { return down() * across(); }
    int64_t all_outputs() const { return rounded_up(outputs, TOGETHER); }

    // Many pictures go some by some, each with planes of its worker's. Few are padded first, then cut further.
    bool by_picture() const { return pictures >= 16; }
    int64_t pictures_at_once() const {
        return by_picture() ? std::clamp<int64_t>(MOST_TILES / tiles_of_picture(), 1, pictures) : pictures;
    }
    int64_t tiles_at_once() const { return times(pictures_at_once(), tiles_of_picture()); }
    // Blocks of equal width, of few tiles where there is little work.
    int64_t width() const {
        int64_t most = by_picture() ? MOST_TILES : FEW_TILES;
        int64_t tiles = std::max<int64_t>(1, tiles_at_once());
        int64_t blocks = (tiles + most - 1) / most;
        return rounded_up((tiles + blocks - 1) / blocks, 16);
    }

    int64_t planes_of_picture() const { return times(inputs, padded.channel()); }
    int64_t planes() const { return times(pictures_at_once(), planes_of_picture()) + BEHIND; }
    int64_t transformed() const { return PLACES * (times(inputs, width()) + WinogradTiles::BEHIND); }
    int64_t products() const { return times(all_outputs(), PLACES * width() + WinogradTiles::BEHIND); }
    int64_t weights() const { return PLACES * times(all_outputs(), inputs); }
    // The transformed weights, the planes of few pictures, and what each worker has for itself.
    int64_t of_worker() const { return transformed() + products() + (by_picture() ? planes() : 0); }
    int64_t scratch_floats(int64_t threads) const {
        return weights() + (by_picture() ? 0 : planes()) + times(threads, of_worker());
    }

    void run(const Run& run) const override {
        if (pictures == 0) {
            return;
        }
        const int64_t groups = all_outputs() / TOGETHER;
        float* planes_of_all = run.at<float>(scratch) + weights();
        run.machine.pool.each(groups + (by_picture() ? 0 : pictures * inputs), [&](int64_t chunk, int) {
            if (chunk < groups) {
                transform_weights(run, chunk * TOGETHER);
            } else {
                pad(run, 0, chunk - groups, planes_of_all);
            }
        });
        if (by_picture()) {
            int64_t at_once = pictures_at_once();
            run.machine.pool.each((pictures + at_once - 1) / at_once, [&](int64_t chunk, int worker) {
                float* own = run.at<float>(scratch) + weights() + worker * of_worker();
                float* planes = own + transformed() + products();
                int64_t first = chunk * at_once;
                int64_t count = std::min(at_once, pictures - first);
                for (int64_t plane = 0; plane < count * inputs; plane++) pad(run, first, plane, planes);
                for (int64_t tile = 0; tile < count * tiles_of_picture(); tile += width()) {
                    convolve(run, first, planes, tile, std::min(width(), count * tiles_of_picture() - tile), 0, outputs, own);
                }
            });
            return;
        }
        // Where there are few blocks they are cut by outputs too; each part transforms the inputs again.
        int64_t tiles = pictures * tiles_of_picture();
        int64_t blocks = (tiles + width() - 1) / width();
        int64_t parts = std::clamp<int64_t>(4 / blocks, 1, (outputs + 15) / 16);
        int64_t outputs_of_part = rounded_up((outputs + parts - 1) / parts, TOGETHER);
        run.machine.pool.each(blocks * parts, [&](int64_t chunk, int worker) {
            int64_t tile = chunk / parts * width();
            int64_t from = std::min(outputs, chunk % parts * outputs_of_part);
            int64_t to = std::min(outputs, from + outputs_of_part);
            if (from < to) {
                convolve(run, 0, planes_of_all, tile, std::min(width(), tiles - tile), from, to,
                         planes_of_all + planes() + worker * of_worker());
            }
        });
    }

    void transform_weights(const Run& run, int64_t first) const {
        WinogradWeights all{run.at<const float>(weight), inputs, outputs, turned ? outputs * 9 : 9, turned ? 9 : inputs * 9,
                            turned, all_outputs() * inputs};
        run.machine.kernels.winograd_weights(all, first, TOGETHER, run.at<float>(scratch));
    }

    // A plane of those from some picture on; behind the last one nothing is read that counts.
    void pad(const Run& run, int64_t first_picture, int64_t plane, float* planes) const {
        int64_t elements = padded.height * padded.width;
        padded.copy(run.at<const float>(in) + (first_picture * inputs + plane) * elements, planes + plane * padded.channel());
    }

    // Some tiles and outputs of the pictures from one on, whose planes these are.
    void convolve(const Run& run, int64_t picture, const float* planes, int64_t tile, int64_t count, int64_t from, int64_t to,
                  float* own) const {
        int64_t element = (picture * outputs + from) * rows * columns;
        WinogradTiles tiles{};
        tiles.down = down();
        tiles.across = across();
        tiles.first = tile;
        tiles.count = count;
        tiles.width = width();
        tiles.inputs = inputs;
        tiles.outputs = to - from;
        tiles.planes = planes;
        tiles.picture_step = planes_of_picture();
        tiles.input_step = padded.channel();
        tiles.row_width = padded.row_width;
        tiles.weights = run.at<const float>(scratch) + from * inputs;
        tiles.weight_step = all_outputs() * inputs;
        tiles.transformed = own;
        tiles.products = own + transformed();
        tiles.bias = bias.exists() ? run.at<const float>(bias) + from : nullptr;
        tiles.rectified = rectified;
        tiles.rows = rows;
        tiles.columns = columns;
        tiles.picture_results = outputs * rows * columns;
        tiles.out = run.at<float>(out) + element;
        tiles.kept = kept.exists() ? run.at<const float>(kept) + element : nullptr;
        run.machine.kernels.winograd(tiles);
    }

  private:
    static constexpr int64_t MOST_TILES = WinogradTiles::MOST, FEW_TILES = 32;
};

void check(const Side& side) {
    if (side.kernel != 3 || side.stride != 1 || side.dilation != 1 || side.before > 2) {
        throw Failure("Winograd's method needs 3 x 3 taps, stride and dilation 1 and a padding of at most 2");
    }
}

std::unique_ptr<Winograd> winograd(const Geometry& g, bool backward) {
    check(g.down);
    check(g.across);
    if (g.groups != 1) {
        throw Failure("Winograd's method needs channels in one group");
    }
    auto command = std::make_unique<Winograd>();
    command->pictures = g.pictures;
    command->inputs = backward ? g.outputs : g.inputs;
    command->outputs = backward ? g.inputs : g.outputs;
    command->rows = backward ? g.down.size : g.down.results;
    command->columns = backward ? g.across.size : g.across.results;
    command->turned = backward;
    auto before = [&](const Side& side) { return backward ? 2 - side.before : side.before; };
    command->padded = {backward ? g.down.results : g.down.size, backward ? g.across.results : g.across.size, 1, 1,
                       before(g.down), before(g.across), 2 * command->down() + 2, 2 * command->across() + 2, {{0, 0}}};
    return command;
}

}  // namespace

int64_t winograd_scratch(Decoder& in, bool backward) {
    return winograd(decode_geometry(in), backward)->scratch_floats(in.threads()) * static_cast<int64_t>(sizeof(float));
}

std::unique_ptr<Command> decode_winograd(Decoder& in, bool backward, bool rectified) {
    Geometry g = decode_geometry(in);
    auto command = winograd(g, backward);
    command->rectified = rectified && !backward;
    command->read(in, g, backward, rectified, command->scratch_floats(in.threads()));
    return command;
}

}  // namespace baton
