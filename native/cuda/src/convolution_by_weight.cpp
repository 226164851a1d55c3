// Gradients of convolutions by their weights: for each weight a sum over pictures and places, by the library's products where
// it has a way for them (library_convolution.h), else by kernels of their own. Of these, a team computes a tile of
// weights, some output channels with some input channels at one tap; each of its threads goes through other places, so that
// neighbours read neighbours. Where tiles are few or sums long, places are cut into parts, whose sums are added up at last.
#include "library_convolution.h"

namespace baton {
namespace {

struct Correlation {
    int64_t pictures, groups;
    int64_t inputs, outputs;  // of a group
    Side down, across;
    const float *in, *gradient;
    int64_t places;  // of all results
    int64_t parts;
    float* sums;  // [parts, weights]
};

// A place of a result, which a thread moves on from by the same distance each time, without divisions.
struct ResultPlace {
    int64_t picture, row, column;

    BATON_CUDA_FUNCTION ResultPlace(int64_t place, int64_t rows, int64_t columns)
        : picture(place / (rows * columns)), row(place / columns % rows), column(place % columns) {}

    BATON_CUDA_FUNCTION void move(const ResultPlace& distance, int64_t rows, int64_t columns) {
        column += distance.column;
        row += distance.row + (column >= columns);
        column -= column >= columns ? columns : 0;
        picture += distance.picture + (row >= rows);
        row -= row >= rows ? rows : 0;
    }
};

template <bool ROUNDED, int OUTPUTS, int INPUTS>
struct CorrelateTile {
    Correlation c;
    int64_t output_tiles, input_tiles;

    explicit CorrelateTile(const Correlation& correlation)
        : c(correlation), output_tiles(divided_up(c.outputs, OUTPUTS)), input_tiles(divided_up(c.inputs, INPUTS)) {}

    int64_t tiles() const { return c.groups * output_tiles * input_tiles * c.down.kernel * c.across.kernel; }

    // Teams side by side read the same places.
    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(Team team, int64_t item) const {
        int64_t taps = c.down.kernel * c.across.kernel;
        int64_t tap = item % taps, rest = item / taps;
        int64_t input = rest % input_tiles * INPUTS, output = rest / input_tiles % output_tiles * OUTPUTS;
        rest /= input_tiles * output_tiles;
        int64_t group = rest % c.groups, part = rest / c.groups;
        int inputs = static_cast<int>(c.inputs - input < INPUTS ? c.inputs - input : INPUTS);
        int outputs = static_cast<int>(c.outputs - output < OUTPUTS ? c.outputs - output : OUTPUTS);

        float sums[OUTPUTS][INPUTS] = {};
        add(team, part, group * c.inputs + input, group * c.outputs + output, tap, inputs, outputs, sums);
        float* target = c.sums + part * c.groups * c.outputs * c.inputs * taps +
                        ((group * c.outputs + output) * c.inputs + input) * taps + tap;
        for (int o = 0; o < OUTPUTS; o++) {
            for (int i = 0; i < INPUTS; i++) {
                float sum = team.joined(sums[o][i], Plus());
                if (team.rank() == 0 && o < outputs && i < inputs) {
                    target[(o * c.inputs + i) * taps] = sum;
                }
            }
        }
    }

  private:
    template <typename Team>
    BATON_CUDA_FUNCTION void add(Team team, int64_t part, int64_t input, int64_t output, int64_t tap, int inputs,
                                 int outputs, float (&sums)[OUTPUTS][INPUTS]) const {
        int64_t rows = c.down.results, columns = c.across.results, picture = c.down.size * c.across.size;
        int64_t row_shift = tap / c.across.kernel * c.down.dilation - c.down.before;
        int64_t column_shift = tap % c.across.kernel * c.across.dilation - c.across.before;
        int64_t length = (c.places + c.parts - 1) / c.parts;
        int64_t start = part * length + team.rank(), end = start - team.rank() + length;
        end = end < c.places ? end : c.places;
        ResultPlace at(start, rows, columns);
        const ResultPlace distance(Team::SIZE, rows, columns);
        for (int64_t place = start; place < end; place += Team::SIZE, at.move(distance, rows, columns)) {
            int64_t row = at.row * c.down.stride + row_shift, column = at.column * c.across.stride + column_shift;
            if (row < 0 || row >= c.down.size || column < 0 || column >= c.across.size) {
                continue;
            }
            const float* x = c.in + (at.picture * c.groups * c.inputs + input) * picture + row * c.across.size + column;
            const float* slope = c.gradient + (at.picture * c.groups * c.outputs + output) * (rows * columns) +
                                 at.row * columns + at.column;
            float values[INPUTS];
            for (int i = 0; i < INPUTS; i++) values[i] = i < inputs ? factor<ROUNDED>(x[i * picture]) : 0.0f;
            for (int o = 0; o < OUTPUTS; o++) {
                float weight = o < outputs ? factor<ROUNDED>(slope[o * rows * columns]) : 0.0f;
                for (int i = 0; i < INPUTS; i++) sums[o][i] = multiply_add(weight, values[i], sums[o][i]);
            }
        }
    }
};

struct AddParts {
    const float* sums;
    int64_t parts, weights;
    float* out;

    BATON_CUDA_FUNCTION void operator()(int64_t weight) const {
        double sum = 0;
        for (int64_t part = 0; part < parts; part++) sum += sums[part * weights + weight];
        out[weight] = static_cast<float>(sum);
    }
};

template <bool ROUNDED>
struct ConvolutionByWeight : Command, ConvolutionByWeightPlaces {
    using LargeTile = CorrelateTile<ROUNDED, 8, 4>;
    using SmallTile = CorrelateTile<ROUNDED, 1, 1>;
    Geometry geometry;
    int64_t parts;
    Reference sums;
    std::unique_ptr<ConvolutionByWeightByLibrary> library;  // null where the library has no way for it

    explicit ConvolutionByWeight(Decoder& words) : geometry(decode_geometry(words)) {
        read(words, geometry, 0);
        library = LibraryConvolution::make<ConvolutionByWeightByLibrary>(words, geometry, ROUNDED, *this);
        parts = library == nullptr ? parts_of() : library->parts();
        sums = library == nullptr ? words.scratch<float>(parts == 1 ? 0 : parts * geometry.weights()) : library->sums();
    }

    const char* name() const override { return "convolution by weight"; }

    int64_t places() const { return geometry.pictures * geometry.result(); }
    bool has_large_tiles() const { return geometry.inputs > geometry.groups && geometry.outputs > geometry.groups; }

    // Enough teams for a GPU, unless the parts become too short for one; and no sums so long that float32 would not do.
    int64_t parts_of() const {
        constexpr int64_t TEAMS = 8192, SHORTEST = 1024, LONGEST = 16384;
        int64_t tiles = has_large_tiles() ? LargeTile(correlation()).tiles() : SmallTile(correlation()).tiles();
        int64_t most = std::max<int64_t>(1, places() / SHORTEST);
        return std::max(std::min(divided_up(TEAMS, tiles), most), divided_up(places(), LONGEST));
    }

    Correlation correlation() const {
        Correlation c{};
        c.pictures = geometry.pictures;
        c.groups = geometry.groups;
        c.inputs = geometry.inputs / geometry.groups;
        c.outputs = geometry.outputs / geometry.groups;
        c.down = geometry.down;
        c.across = geometry.across;
        c.places = places();
        return c;
    }

    void run(const Run& run) const override {
        if (library != nullptr) {
            library->run(run, *this);
        } else {
            correlate(run);
        }
        if (parts > 1) {
            each(run.stream, geometry.weights(),
                 AddParts{run.at<const float>(sums), parts, geometry.weights(), run.at<float>(out)});
        }
    }

    void correlate(const Run& run) const {
        Correlation c = correlation();
        c.in = run.at<const float>(in);
        c.gradient = run.at<const float>(gradient);
        c.parts = parts;
        c.sums = parts == 1 ? run.at<float>(out) : run.at<float>(sums);
        if (has_large_tiles()) {
            start(run, LargeTile(c));
        } else {
            start(run, SmallTile(c));
        }
    }

    template <typename Tile>
    void start(const Run& run, const Tile& tile) const {
        each_team<WARP>(run.stream, parts * tile.tiles(), tile);
    }
};

}  // namespace

std::unique_ptr<Command> decode_convolution_by_weight(Decoder& in, bool rounded) {
    if (rounded) {
        return std::make_unique<ConvolutionByWeight<true>>(in);
    }
    return std::make_unique<ConvolutionByWeight<false>>(in);
}

}  // namespace baton
