// Products of bytes: convolutions of pictures with their channels last, and matrix products, whose rows are the positions of
// pictures of one element. Of a window's row all bytes lie side by side, so that a convolution is a product for each row of
// its window. Lines of results are cut into bands; each copies what it reads with the padding around, and then multiplies it
// with two panels of outputs at a time. The sums become results while they are in the cache.
//
// Work is cut by shape alone, and sums of whole numbers are exact in any order.
#include <algorithm>
#include <cstring>

#include "int8_words.h"
#include "plan.h"

namespace baton {
namespace {

constexpr int64_t MOST_POSITIONS = 256;  // whose sums a worker keeps at a time
constexpr int64_t SPARE = 64;            // bytes behind a copy that may be read
constexpr int64_t ENOUGH = 16;           // parts of the lines, for some threads
constexpr int64_t FEW_PRODUCTS = 65536;  // of bytes: they are there before another thread has heard of them

struct Int8Product : Command, Int8Words {
    int64_t all_lines;  // of results, in all pictures
    int64_t width;      // positions of a line
    int64_t rest;       // positions of the last line
    int64_t band_lines, bands_of_picture, lines_of_picture;
    int64_t columns;    // positions of a line that are multiplied at a time
    int64_t products;   // of bytes
    bool flat;          // whether positions are read one after the other, whatever picture they are of

    explicit Int8Product(Decoder& words) : Int8Words(words) {
        flat = down.kernel == 1 && across.kernel == 1 && down.stride == 1 && across.stride == 1 && down.before == 0 &&
               across.before == 0 && down.results == down.size && across.results == across.size;
        int64_t positions = lines() * across.results;
        products = times(times(results(), down.kernel), row());
        width = flat ? std::max<int64_t>(1, std::min<int64_t>(positions, 64)) : across.results;
        all_lines = divided_up(positions, width);
        rest = positions - (all_lines - 1) * width;
        lines_of_picture = flat ? all_lines : down.results;
        columns = std::min(width, MOST_POSITIONS);
        // Several lines where they are short, and fewer where there would be little to share among threads.
        int64_t most = std::max<int64_t>(1, MOST_POSITIONS / width), least = std::max<int64_t>(1, 32 / width);
        band_lines = std::min(lines_of_picture, std::max(least, std::min(most, divided_up(all_lines, ENOUGH))));
        band_lines = std::max<int64_t>(1, band_lines);
        bands_of_picture = divided_up(lines_of_picture, band_lines);
    }

    int64_t bands() const { return lines_of_picture == 0 ? 0 : all_lines / lines_of_picture * bands_of_picture; }
    // Of a copied line, padding and what is read of it by mistake included.
    int64_t read_width() const { return flat ? width : (width - 1) * across.stride + across.kernel; }
    int64_t line_bytes() const { return read_width() * channels; }
    int64_t read_lines() const { return flat ? band_lines : (band_lines - 1) * down.stride + down.kernel; }
    int64_t copy_bytes() const { return rounded_up(times(read_lines(), line_bytes()) + SPARE, 64); }
    int64_t worker_bytes() const { return copy_bytes() + MOST_POSITIONS * INT8_ROW * 4; }

    int64_t shared_floats(const Machine& machine) const override {
        return times(machine.pool.threads(), worker_bytes()) / 4;
    }

    void run(const Run& run) const override {
        if (results() == 0) {
            return;
        }
        int64_t groups = divided_up(panels(), INT8_PANELS);
        int64_t parts = products <= FEW_PRODUCTS ? 1 : std::min(groups, divided_up(2 * run.machine.pool.threads(), bands()));
        int64_t share = divided_up(groups, parts);
        run.machine.pool.each(bands() * parts, [&](int64_t chunk, int worker) {
            int64_t band = chunk / parts, part = chunk % parts;
            char* memory = reinterpret_cast<char*>(run.machine.shared()) + worker * worker_bytes();
            auto* copied = reinterpret_cast<uint8_t*>(memory);
            auto* sums = reinterpret_cast<int32_t*>(memory + copy_bytes());
            int64_t picture = band / bands_of_picture, first = band % bands_of_picture * band_lines;
            int64_t count = std::min(band_lines, lines_of_picture - first);
            const uint8_t* read = copied;
            if (in_place(run)) {
                read = run.at<const uint8_t>(x) + first * width * channels;
            } else {
                copy(run, picture, first, count, copied);
            }
            for (int64_t group = part * share; group < std::min(groups, (part + 1) * share); group++) {
                multiply(run, picture * lines_of_picture + first, count, group * INT8_PANELS, read, sums);
            }
        });
    }

    // Whether positions lie one after the other as they are multiplied. Of a last quad that is not whole more is read.
    bool in_place(const Run& run) const { return flat && run.machine.int8.flipped == 0 && channels % INT8_QUAD == 0; }

    // What some lines of results read.
    void copy(const Run& run, int64_t picture, int64_t first, int64_t count, uint8_t* to) const {
        const int8_t* from = run.at<const int8_t>(x);
        uint8_t flipped = run.machine.int8.flipped;
        auto copies = run.machine.kernels.int8_copy;
        if (flat) {
            int64_t start = first * width, end = std::min((first + count) * width, (all_lines - 1) * width + rest);
            copies(from + start * channels, (end - start) * channels, flipped, to);
            return;
        }
        const int8_t* own = from + picture * down.size * across.size * channels;
        auto outside = static_cast<uint8_t>(static_cast<uint8_t>(padding) ^ flipped);
        int64_t before = std::min(across.before, read_width());
        int64_t inside = std::max<int64_t>(0, std::min(across.size, read_width() - before));
        int64_t rows = (count - 1) * down.stride + down.kernel;
        for (int64_t i = 0; i < rows; i++, to += line_bytes()) {
            int64_t row = first * down.stride + i - down.before;
            if (row < 0 || row >= down.size) {
                std::fill_n(to, line_bytes(), outside);
                continue;
            }
            std::fill_n(to, before * channels, outside);
            copies(own + row * across.size * channels, inside * channels, flipped, to + before * channels);
            std::fill_n(to + (before + inside) * channels, line_bytes() - (before + inside) * channels, outside);
        }
    }

    void multiply(const Run& run, int64_t line, int64_t count, int64_t panel, const uint8_t* read, int32_t* sums) const {
        int64_t first_output = panel * INT8_OUTPUTS;
        int64_t panel_bytes = down.kernel * quads() * INT8_VECTOR;
        Int8Block block{read, flat ? line_bytes() : down.stride * line_bytes(), flat ? channels : across.stride * channels,
                        count, columns, down.kernel, line_bytes(), quads(),
                        run.at<const int8_t>(weight) + panel * panel_bytes, std::min(INT8_PANELS, panels() - panel), sums};
        // The last line of positions that are read one after the other may be shorter: it comes by itself.
        bool shorter = flat && rest < width && line + count == all_lines;
        block.lines -= shorter;
        if (block.lines > 0) {
            for (int64_t from = 0; from < width; from += columns) {
                multiply(run, block, line, from, first_output);
            }
        }
        if (shorter) {
            block.left += block.lines * block.line_step;
            line += block.lines;
            block.lines = 1;
            block.positions = rest;
            multiply(run, block, line, 0, first_output);
        }
    }

    // Positions from one of each line on.
    void multiply(const Run& run, Int8Block block, int64_t line, int64_t from, int64_t first_output) const {
        block.left += from * block.position_step;
        block.positions = std::min(block.positions, width - from);
        run.machine.int8.multiply(block);
        Int8Finish finish{};
        finish.positions = block.positions;
        finish.outputs = std::min(INT8_ROW, outputs - first_output);
        finish.bias = run.at<const int32_t>(bias) + first_output;
        finish.scales = run.at<const float>(scales) + first_output;
        finish.addend_scale = addend_scale;
        finish.addend_zero = addend_zero;
        finish.activation = activation;
        finish.step = outputs;
        finish.inverse_scale = inverse_scale;
        finish.shift = result_zero + 0.5f;
        for (int64_t i = 0; i < block.lines; i++) {
            int64_t place = ((line + i) * width + from) * outputs + first_output;
            finish.addend = addend.exists() && !adds_numbers ? run.at<const int8_t>(addend) + place : nullptr;
            finish.real_addend = addend.exists() && adds_numbers ? run.at<const float>(addend) + place : nullptr;
            finish.bytes = keeps_bytes ? run.at<int8_t>(out) + place : nullptr;
            finish.reals = keeps_bytes ? nullptr : run.at<float>(out) + place;
            run.machine.kernels.int8_finish(finish, block.sums + i * block.positions * INT8_ROW);
        }
    }
};

}  // namespace

std::unique_ptr<Command> decode_int8_product(Decoder& in) { return std::make_unique<Int8Product>(in); }

}  // namespace baton
