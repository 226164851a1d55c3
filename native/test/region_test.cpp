// Where a region reads and writes: strides, broadcasts, transposes, up to 8 dimensions, several outputs, results in the
// place of an operand, all the memory spaces; the most registers; random numbers.
#include <cmath>

#include "bench.h"
#include "check.h"
#include "philox.h"

using namespace format;

namespace {

int64_t product(const std::vector<int64_t>& shape) {
    int64_t elements = 1;
    for (int64_t size : shape) elements *= size;
    return elements;
}

// Where element i of an iteration over shape lies, counted digit by digit.
int64_t offset_of(int64_t i, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
    int64_t offset = 0;
    for (size_t d = shape.size(); d-- > 0;) {
        offset += i % shape[d] * strides[d];
        i /= shape[d];
    }
    return offset;
}

// A copy through strides of an array that ends with the last element that they reach.
template <typename T>
void view(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
    int64_t elements = product(shape), furthest = 0;
    for (size_t d = 0; d < shape.size(); d++) furthest += (shape[d] - 1) * strides[d];
    std::vector<T> values(static_cast<size_t>(elements == 0 ? 0 : furthest + 1));
    for (size_t i = 0; i < values.size(); i++) values[i] = static_cast<T>(i * 7 + 1);
    Bench bench;
    Region region(shape);
    int64_t from = region.operand(bench.input(values), type_of<T>(), strides);
    int64_t out = bench.result<T>(static_cast<size_t>(elements));
    region.output(from, out, type_of<T>());
    bench.run_everywhere("view", command(region), [&](const char* isa) {
        std::vector<T> got = bench.at<T>(out, static_cast<size_t>(elements));
        int64_t wrong = 0;
        for (int64_t i = 0; i < elements; i++) {
            wrong += got[static_cast<size_t>(i)] != values[static_cast<size_t>(offset_of(i, shape, strides))];
        }
        CHECK(wrong == 0, "a view of rank %zu with %lld elements of %zu bytes on %s: %lld are wrong", shape.size(),
              static_cast<long long>(elements), sizeof(T), isa, static_cast<long long>(wrong));
    });
}

template <typename T>
void views() {
    view<T>({}, {});
    view<T>({1}, {1});
    view<T>({0}, {1});
    view<T>({3, 0, 2}, {2, 2, 1});
    view<T>({700}, {0});
    view<T>({700}, {3});
    view<T>({53, 47}, {47, 1});
    view<T>({53, 47}, {1, 53});
    view<T>({53, 47}, {0, 1});
    view<T>({53, 47}, {1, 0});
    view<T>({53, 47}, {94, 2});
    view<T>({130, 151}, {1, 130});
    view<T>({3, 37, 300}, {11100, 1, 37});
    view<T>({4, 600, 3}, {1800, 1, 600});
    view<T>({3, 2, 700}, {1400, 1, 2});
    view<T>({2, 3, 65, 66}, {12870, 4290, 1, 70});
    view<T>({1, 600, 1}, {5, 1, 9});
    view<T>({5, 7, 11, 13}, {1001, 0, 13, 1});
    view<T>({2, 3, 1, 2, 3, 2, 3, 5}, {540, 1, 77, 6, 30, 3, 90, 12});
    view<T>({2, 2, 2, 2, 2, 2, 2, 2}, {1, 2, 4, 8, 16, 32, 64, 128});
}

// bias [c] and scale [n, 1] broadcast over x [n, c], and z [c, n] is turned; y takes x's place, a second and a third output
// besides.
void broadcasts() {
    constexpr size_t N = 37, C = 530;
    std::vector<float> x = Numbers(1).reals(N * C), bias = Numbers(2).reals(C), scale = Numbers(3).reals(N), z = Numbers(4).reals(C * N);
    Bench bench;
    bench.place(VARIABLES, std::vector<float>(3));
    bench.place(WORKSPACE, std::vector<float>(5));
    int64_t x_place = bench.place(WORKSPACE, x), bias_place = bench.place(VARIABLES, bias);
    int64_t scale_place = bench.place(CONSTANTS, scale);
    int64_t positive_place = bench.place(OUTPUTS, std::vector<uint8_t>(N * C)), row_place = bench.result<int64_t>(N * C);
    Region region({N, C});
    int64_t a = region.operand(x_place, F32);
    int64_t b = region.operand(bias_place, F32, {0, 1});
    int64_t s = region.operand(scale_place, F32, {1, 0});
    int64_t turned = region.operand(bench.input(z), F32, {1, N});
    int64_t sum = region.instruction(ADD, F32, a, b);
    int64_t y = region.instruction(ADD, F32, region.instruction(MUL, F32, sum, s), turned);
    int64_t positive = region.instruction(LESS, BOOL, region.number(F32, 0), y);
    int64_t row = region.instruction(CAST, I64, y);
    region.output(y, x_place, F32);
    region.output(positive, positive_place, BOOL);
    region.output(row, row_place, I64);
    bench.run_everywhere("broadcasts", command(region), [&](const char* isa) {
        std::vector<float> got = bench.at<float>(x_place, N * C);
        std::vector<uint8_t> signs = bench.at<uint8_t>(positive_place, N * C);
        std::vector<int64_t> wholes = bench.at<int64_t>(row_place, N * C);
        size_t wrong = 0;
        for (size_t i = 0; i < N * C; i++) {
            float right = (x[i] + bias[i % C]) * scale[i / C] + z[i % C * N + i / C];
            wrong += got[i] != right || signs[i] != (right > 0) || wholes[i] != static_cast<int64_t>(right);
        }
        CHECK(wrong == 0, "broadcasts on %s: %zu are wrong", isa, wrong);
    });
}

// 192 registers, the most there may be: 1 operand and a chain of 191 additions.
void most_registers() {
    constexpr size_t COUNT = 1500;
    std::vector<int64_t> x(COUNT);
    for (size_t i = 0; i < COUNT; i++) x[i] = static_cast<int64_t>(i);
    Bench bench;
    Region region({COUNT});
    int64_t first = region.operand(bench.input(x), I64), sum = first;
    for (int i = 0; i < 191; i++) sum = region.instruction(ADD, I64, sum, first);
    int64_t out = bench.result<int64_t>(COUNT);
    region.output(sum, out, I64);
    bench.run_everywhere("192 registers", command(region), [&](const char* isa) {
        std::vector<int64_t> got = bench.at<int64_t>(out, COUNT);
        size_t wrong = 0;
        for (size_t i = 0; i < COUNT; i++) wrong += got[i] != 192 * x[i];
        CHECK(wrong == 0, "192 registers on %s: %zu are wrong", isa, wrong);
    });
}

void random_numbers() {
    // The first vector of Random123's known answers: key and counter 0.
    const uint32_t known[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    for (int i = 0; i < 4; i++) CHECK(philox_word(0, 0, 0, i) == known[i], "the oracle's own word %d", i);
    struct Case { int64_t seed, step; uint32_t stream; int64_t count; };
    for (Case c : {Case{0, 0, 0, 1}, Case{1, 2, 3, 515}, Case{-5, INT64_MIN, 0xffffffff, 20003}, Case{INT64_MAX, 1LL << 40, 9, 8192}}) {
        size_t count = static_cast<size_t>(c.count);
        Bench bench;
        Region region({c.count});
        int64_t seed = region.operand(bench.input(std::vector<int64_t>{c.seed}), I64, {0});
        int64_t step = region.operand(bench.input(std::vector<int64_t>{c.step}), I64, {0});
        int64_t out = bench.result<float>(count);
        region.output(region.instruction(UNIFORM, F32, seed, step, NONE, c.stream), out, F32);
        bench.run_everywhere("uniform", command(region), [&](const char* isa) {
            std::vector<float> got = bench.at<float>(out, count);
            size_t wrong = 0;
            for (size_t i = 0; i < count; i++) wrong += got[i] != philox(c.seed, c.step, c.stream, static_cast<int64_t>(i));
            CHECK(wrong == 0, "uniform on %s: %zu of %zu are wrong", isa, wrong, count);
        });
    }
}

// Dropout as the compiler fuses it: x * (u < keep) / keep.
void dropout() {
    constexpr size_t N = 67, C = 301;
    std::vector<float> x = Numbers(4).reals(N * C);
    Bench bench;
    Region region({N, C});
    int64_t a = region.operand(bench.input(x), F32);
    int64_t seed = region.operand(bench.input(std::vector<int64_t>{42}), I64, {0, 0});
    int64_t step = region.operand(bench.input(std::vector<int64_t>{7}), I64, {0, 0});
    int64_t u = region.instruction(UNIFORM, F32, seed, step, NONE, 5);
    int64_t kept = region.instruction(LESS, BOOL, u, region.number(F32, 0.75));
    int64_t scaled = region.instruction(DIV, F32, a, region.number(F32, 0.75));
    int64_t out = bench.result<float>(N * C);
    region.output(region.instruction(SELECT, F32, kept, scaled, region.number(F32, 0)), out, F32);
    bench.run_everywhere("dropout", command(region), [&](const char* isa) {
        std::vector<float> got = bench.at<float>(out, N * C);
        size_t wrong = 0;
        for (size_t i = 0; i < N * C; i++) {
            wrong += got[i] != (philox(42, 7, 5, static_cast<int64_t>(i)) < 0.75f ? x[i] / 0.75f : 0);
        }
        CHECK(wrong == 0, "dropout on %s: %zu are wrong", isa, wrong);
    });
}

}  // namespace

void test_regions() {
    views<float>();
    views<int64_t>();
    views<uint8_t>();
    broadcasts();
    most_registers();
    random_numbers();
    dropout();
}
