// Padding, joining, folding and rows by their number, against loops over indices.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

template <typename T>
void expect(const char* name, Bench& bench, const std::vector<int64_t>& plan, int64_t out, const std::vector<T>& right) {
    bench.run_everywhere(name, plan, [&](const char* isa) {
        std::vector<T> got = bench.at<T>(out, right.size());
        size_t wrong = 0;
        for (size_t i = 0; i < right.size(); i++) {
            wrong += !(got[i] == right[i] || (got[i] != got[i] && right[i] != right[i]));
        }
        CHECK(wrong == 0, "%s on %s: %zu of %zu are wrong", name, isa, wrong, right.size());
    });
}

// [rows, columns] with so many of a number around.
template <typename T>
void pad(int64_t rows, int64_t columns, std::vector<int64_t> around, T number) {
    std::vector<T> values;
    for (int64_t i = 0; i < rows * columns; i++) values.push_back(static_cast<T>(i % 2 + 3));
    int64_t down = around[0] + rows + around[2], across = around[1] + columns + around[3];
    std::vector<T> right(static_cast<size_t>(down * across), number);
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) {
            right[static_cast<size_t>((i + around[0]) * across + j + around[1])] = values[static_cast<size_t>(i * columns + j)];
        }
    }
    Bench bench;
    int64_t in = bench.input(values), out = bench.result<T>(right.size());
    expect("padding", bench,
           command(PAD, joined({{type_of<T>(), 2, rows, columns}, around, {bits_of_double(static_cast<double>(number)), in, out}})),
           out, right);
}

void concat(const std::vector<int64_t>& widths, int64_t outer) {
    Bench bench;
    int64_t all = 0;
    for (int64_t width : widths) all += width;
    std::vector<float> right(static_cast<size_t>(outer * all));
    Numbers numbers(7);
    int64_t out = bench.result<float>(right.size()), start = 0;
    std::vector<int64_t> words{F32, outer, out, static_cast<int64_t>(widths.size())};
    for (int64_t width : widths) {
        std::vector<float> part = numbers.reals(static_cast<size_t>(outer * width));
        for (int64_t i = 0; i < outer * width; i++) {
            right[static_cast<size_t>(i / width * all + start + i % width)] = part[static_cast<size_t>(i)];
        }
        start += width;
        words.insert(words.end(), {width, bench.input(part)});
    }
    expect("joining", bench, command(CONCAT, words), out, right);
}

// Windows of a picture, folded: whole numbers, so that every order of the additions gives the same sum.
void fold(int64_t outer, int64_t height, int64_t width, int64_t kernel, int64_t stride, int64_t dilation) {
    int64_t reach = dilation * (kernel - 1) + 1;
    int64_t down = (height - reach) / stride + 1, across = (width - reach) / stride + 1;
    std::vector<float> windows, right(static_cast<size_t>(outer * height * width), 0.0f);
    Numbers numbers(static_cast<uint64_t>(height * 10 + kernel));
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t i = 0; i < down * across * kernel * kernel; i++) {
            windows.push_back(static_cast<float>(numbers.below(100)));
            int64_t y = i / (across * kernel * kernel) * stride + i / kernel % kernel * dilation;
            int64_t x = i / (kernel * kernel) % across * stride + i % kernel * dilation;
            right[static_cast<size_t>((o * height + y) * width + x)] += windows.back();
        }
    }
    Bench bench;
    int64_t in = bench.input(windows), out = bench.result<float>(right.size());
    expect("folding", bench, command(FOLD, {outer, 2, height, down, kernel, stride, dilation, width, across, kernel, stride, dilation, in, out}),
           out, right);
}

void rows(int64_t count, int64_t width, const std::vector<int32_t>& indices) {
    std::vector<float> table;
    for (int64_t i = 0; i < count * width; i++) table.push_back(static_cast<float>(i));
    std::vector<float> gathered, scattered(table.size(), 0.0f);
    for (int32_t index : indices) {
        for (int64_t j = 0; j < width; j++) {
            bool known = index >= 0 && index < count;
            gathered.push_back(known ? table[static_cast<size_t>(index * width + j)] : NAN);
            if (known) scattered[static_cast<size_t>(index * width + j)] += 2;
        }
    }
    Bench bench;
    int64_t n = static_cast<int64_t>(indices.size());
    int64_t from = bench.input(table), at = bench.input(indices), out = bench.result<float>(gathered.size());
    expect("gathering", bench, command(GATHER, {F32, bits_of_double(NAN), count, width, n, from, at, out}), out, gathered);
    int64_t twos = bench.input(std::vector<float>(gathered.size(), 2.0f)), sums = bench.result<float>(table.size());
    expect("scattering", bench, command(SCATTER_ADD, {count, width, n, at, twos, sums}), sums, scattered);
}

}  // namespace

void test_movements() {
    pad<float>(3, 5, {1, 2, 0, 3}, -INFINITY);
    pad<float>(1, 1, {0, 0, 2, 0}, 0.0f);
    pad<float>(0, 4, {2, 1, 1, 1}, 7.0f);
    pad<float>(70, 700, {1, 1, 1, 1}, 0.5f);
    pad<int32_t>(3, 5, {1, 2, 0, 3}, -9);
    pad<int64_t>(2, 3, {1, 0, 0, 1}, INT64_C(1) << 40);
    pad<uint8_t>(2, 3, {0, 0, 0, 1}, 1);
    pad<int8_t>(2, 3, {0, 1, 2, 1}, -128);
    concat({3}, 4);
    concat({3, 1, 0, 129}, 5);
    concat({1, 1}, 40001);
    fold(1, 3, 3, 1, 1, 1);
    fold(2, 7, 9, 3, 1, 1);
    fold(3, 8, 8, 3, 2, 1);
    fold(2, 9, 11, 2, 3, 4);
    rows(5, 4, {4, 0, 0, -1, 5, 2});
    rows(3, 131, {2, 2, 2, 1});
    rows(1, 1, {});
    std::vector<int32_t> many;
    for (int32_t i = 0; i < 5000; i++) many.push_back(i % 67);
    rows(67, 65, many);
}
