// Convolutions with 3 x 3 taps side by side, and their gradients by the input, by Winograd's method (winograd_kernel.h).
// The gradient is the same convolution of the results' gradients, with taps turned around and inputs and outputs changed.
//
// Factors that are rounded to bfloat16 are rounded after they were transformed, two inputs to a lane (pairs.h).
//
// First the weights are transformed, unless they were beforehand, as those of a model that does not learn any more. Then
// blocks of tiles go their way from elements to results, each in memory of its worker that stays in the second cache. How work
// is cut changes no sum.
#include <algorithm>
#include <utility>
#include <vector>

#include "convolution_planes.h"
#include "winograd.h"

namespace baton {
namespace {

constexpr int64_t TOGETHER = WinogradTiles::TOGETHER;
constexpr int64_t PLACES = WinogradTiles::PLACES;

// Some whole pictures, or some rows of tiles of one: what one chunk of work pads for itself.
struct Band {
    int64_t first = 0;  // row of tiles
    int64_t down = 0;   // rows of tiles
    Padded padded;
};

struct Winograd : Command, ConvolutionPlaces {
    int64_t pictures, inputs, outputs;  // channels of what is read and of what is written
    int64_t rows, columns;              // of what is written
    Padded padded;
    std::vector<Band> bands;  // of a picture
    int64_t threads;
    bool turned, rectified, is_transformed, paired;

    int64_t down() const { return (rows + 1) / 2; }
    int64_t across() const { return (columns + 1) / 2; }
    int64_t tiles_of_picture() const { return down() * across(); }
    int64_t all_outputs() const { return rounded_up(outputs, TOGETHER); }
    // Lanes of one tile, or of one output's weights, at one place.
    int64_t factors() const { return paired ? divided_up(inputs, 2) : inputs; }

    // Many pictures go some by some. Few are cut into bands of rows, some for each thread: the more there are, the more rows are
    // padded twice. Small ones are rather cut by outputs, as far as these suffice: where a band ends in the middle of a page,
    // the processor looks ahead into what another core is writing.
    bool by_picture() const { return pictures >= 16; }
    int64_t pictures_at_once() const {
        return by_picture() ? std::clamp<int64_t>(MOST_TILES / tiles_of_picture(), 1, pictures) : 1;
    }
    int64_t most_parts() const { return (outputs + 15) / 16; }
    int64_t rows_of_band() const {
        int64_t fewest = most_parts() < threads ? FEW_TILES : 2 * FEW_TILES;
        int64_t some = std::max(divided_up(down(), 2 * threads), fewest / across());
        return by_picture() ? down() : std::clamp<int64_t>(some, 1, down());
    }
    // Blocks of equal width.
    int64_t width() const {
        int64_t tiles = std::max<int64_t>(1, times(pictures_at_once(), rows_of_band() * across()));
        int64_t blocks = (tiles + MOST_TILES - 1) / MOST_TILES;
        return rounded_up((tiles + blocks - 1) / blocks, 16);
    }
    void cut_bands() {
        for (int64_t row = 0; row < down(); row += rows_of_band()) {
            Band band{row, std::min(rows_of_band(), down() - row), padded};
            band.padded.before_down -= 2 * row;
            band.padded.rows = 2 * band.down + 2;
            bands.push_back(std::move(band));
        }
    }

    int64_t planes_of_picture() const { return times(inputs, padded_rows(rows_of_band())); }
    int64_t padded_rows(int64_t rows_of_tiles) const {
        return rounded_up(times(2 * rows_of_tiles + 2, padded.row_width), LINE);
    }
    int64_t planes() const { return times(pictures_at_once(), planes_of_picture()) + BEHIND; }
    int64_t transformed() const { return PLACES * (times(factors(), width()) + WinogradTiles::BEHIND); }
    int64_t products() const { return times(all_outputs(), PLACES * width() + WinogradTiles::BEHIND); }
    int64_t transformed_weights() const { return PLACES * times(all_outputs(), factors()); }
    int64_t own_weights() const { return is_transformed ? 0 : transformed_weights(); }
    int64_t of_worker() const { return transformed() + products() + planes(); }
    int64_t scratch_floats() const { return own_weights() + times(threads, of_worker()); }

    void run(const Run& run) const override {
        if (pictures == 0) {
            return;
        }
        if (!is_transformed) {
            run.machine.pool.each(all_outputs() / TOGETHER,
                                  [&](int64_t chunk, int) { transform_weights(run, chunk * TOGETHER); });
        }
        // Where there are fewer bands than threads they are cut by outputs too; each part transforms the inputs again.
        int64_t at_once = pictures_at_once();
        int64_t count = (pictures + at_once - 1) / at_once * static_cast<int64_t>(bands.size());
        int64_t parts = std::clamp<int64_t>(threads / count, 1, most_parts());
        int64_t outputs_of_part = rounded_up((outputs + parts - 1) / parts, TOGETHER);
        run.machine.pool.each(count * parts, [&](int64_t chunk, int worker) {
            int64_t from = std::min(outputs, chunk % parts * outputs_of_part);
            int64_t to = std::min(outputs, from + outputs_of_part);
            const Band& band = bands[static_cast<size_t>(chunk / parts) % bands.size()];
            int64_t first = chunk / parts / static_cast<int64_t>(bands.size()) * at_once;
            if (from < to) {
                convolve(run, first, std::min(at_once, pictures - first), band, from, to,
                         run.at<float>(scratch) + own_weights() + worker * of_worker());
            }
        });
    }

    void transform_weights(const Run& run, int64_t first) const {
        WinogradWeights all{run.at<const float>(weight), inputs, outputs, turned ? outputs * 9 : 9, turned ? 9 : inputs * 9,
                            turned, all_outputs() * factors()};
        auto transform = paired ? run.machine.pairs->winograd_weights : run.machine.kernels.winograd_weights;
        transform(all, first, TOGETHER, run.at<float>(scratch));
    }

    // Some outputs of a band of some pictures.
    void convolve(const Run& run, int64_t first, int64_t count, const Band& band, int64_t from, int64_t to, float* own) const {
        float* planes = own + transformed() + products();
        const int64_t elements = padded.height * padded.width, results = rows * columns;
        for (int64_t plane = 0; plane < count * inputs; plane++) {
            band.padded.copy(run.at<const float>(in) + (first * inputs + plane) * elements,
                             planes + plane * band.padded.channel());
        }
        const int64_t element = (first * outputs + from) * results + 2 * band.first * columns;
        WinogradTiles tiles{};
        tiles.down = band.down;
        tiles.across = across();
        tiles.width = width();
        tiles.inputs = inputs;
        tiles.outputs = to - from;
        tiles.planes = planes;
        tiles.picture_step = inputs * band.padded.channel();
        tiles.input_step = band.padded.channel();
        tiles.row_width = padded.row_width;
        tiles.weights = run.at<const float>(is_transformed ? weight : scratch) + from * factors();
        tiles.weight_step = all_outputs() * factors();
        tiles.transformed = own;
        tiles.products = own + transformed();
        tiles.bias = bias.exists() ? run.at<const float>(bias) + from : nullptr;
        tiles.rectified = rectified;
        tiles.rows = std::min(2 * band.down, rows - 2 * band.first);
        tiles.columns = columns;
        tiles.output_step = results;
        tiles.picture_results = outputs * results;
        tiles.out = run.at<float>(out) + element;
        tiles.kept = kept.exists() ? run.at<const float>(kept) + element : nullptr;
        auto compute = paired ? run.machine.pairs->winograd : run.machine.kernels.winograd;
        const int64_t all = count * band.down * across();
        for (tiles.first = 0; tiles.first < all; tiles.first += width()) {
            tiles.count = std::min(width(), all - tiles.first);
            compute(tiles);
        }
    }

  private:
    static constexpr int64_t MOST_TILES = WinogradTiles::MOST, FEW_TILES = 32;
};

void check(const Side& side) {
    if (side.kernel != 3 || side.stride != 1 || side.dilation != 1 || side.before > 2) {
        throw Failure("Winograd's method needs 3 x 3 taps, stride and dilation 1 and a padding of at most 2");
    }
}

std::unique_ptr<Winograd> winograd(const Geometry& g, int64_t threads, bool backward, WinogradFactors factors) {
    require_winograd(g);
    auto command = std::make_unique<Winograd>();
    command->pictures = g.pictures;
    command->inputs = backward ? g.outputs : g.inputs;
    command->outputs = backward ? g.inputs : g.outputs;
    command->rows = backward ? g.down.size : g.down.results;
    command->columns = backward ? g.across.size : g.across.results;
    command->threads = threads;
    command->turned = backward;
    command->is_transformed = factors == WinogradFactors::TRANSFORMED;
    command->paired = factors == WinogradFactors::PAIRED;
    auto before = [&](const Side& side) { return backward ? 2 - side.before : side.before; };
    command->padded = {backward ? g.down.results : g.down.size, backward ? g.across.results : g.across.size, 1, 1,
                       before(g.down), before(g.across), 2 * command->down() + 2, 2 * command->across() + 2, {{0, 0}}};
    return command;
}

}  // namespace

void require_winograd(const Geometry& geometry) {
    check(geometry.down);
    check(geometry.across);
    if (geometry.groups != 1) {
        throw Failure("Winograd's method needs channels in one group");
    }
}

int64_t winograd_scratch(Decoder& in, bool backward, WinogradFactors factors) {
    auto command = winograd(decode_geometry(in), in.threads(), backward, factors);
    return command->scratch_floats() * static_cast<int64_t>(sizeof(float));
}

std::unique_ptr<Command> decode_winograd(Decoder& in, bool backward, bool rectified, WinogradFactors factors) {
    Geometry g = decode_geometry(in);
    auto command = winograd(g, in.threads(), backward, factors);
    command->rectified = rectified && !backward;
    command->read(in, g, backward, rectified, command->is_transformed ? command->transformed_weights() : g.weights(),
                  command->scratch_floats());
    // Only now, as there are no more of them than there are rows in memory.
    command->cut_bands();
    return command;
}

}  // namespace baton
