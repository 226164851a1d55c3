// Products of bytes against loops over whole numbers: the same bytes everywhere.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "check.h"
#include "int8_cases.h"
#include "rejections.h"

using namespace format;

namespace {

struct Kept {
    bool bytes = false, rectified = false, adds = false;
    Function smooth = COPY;
    bool reals = false;  // are added, and not bytes
};

std::vector<int8_t> bytes(Numbers& numbers, int64_t count, int64_t least = -128) {
    std::vector<int8_t> values(static_cast<size_t>(count));
    for (int8_t& value : values) value = static_cast<int8_t>(least + numbers.below(128 - least));
    return values;
}

double bent(Function function, double x) {
    switch (function) {
        case GELU: return x * 0.5 * std::erfc(-x * std::sqrt(0.5));
        case GELU_TANH: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
        case SILU: return x / (1 + std::exp(-x));
        default: return x;
    }
}

int64_t sum_at(const Int8Sizes& s, const std::vector<int8_t>& x, const std::vector<int8_t>& weight, int64_t n, int64_t y, int64_t z,
               int64_t o) {
    int64_t sum = 0;
    for (int64_t a = 0; a < s.down.kernel; a++) {
        for (int64_t b = 0; b < s.across.kernel; b++) {
            for (int64_t c = 0; c < s.channels; c++) {
                int64_t i = y * s.down.stride + a - s.down.before, j = z * s.across.stride + b - s.across.before;
                bool inside = i >= 0 && i < s.down.size && j >= 0 && j < s.across.size;
                int64_t value = inside ? x[static_cast<size_t>(((n * s.down.size + i) * s.across.size + j) * s.channels + c)] : s.padding;
                sum += value * weight[static_cast<size_t>(s.weight_at(o, a, b * s.channels + c))];
            }
        }
    }
    return sum;
}

void product(const Int8Sizes& s, const Kept& kept) {
    Numbers numbers(static_cast<uint64_t>(s.channels * 100 + s.outputs));
    std::vector<int8_t> x = bytes(numbers, s.read());
    // What fills a packed weight up is 0.
    std::vector<int8_t> weight(static_cast<size_t>(s.weights()));
    for (int64_t o = 0; o < s.outputs; o++) {
        for (int64_t a = 0; a < s.down.kernel; a++) {
            for (int64_t k = 0; k < s.row(); k++) {
                // The largest products there are, among others.
                int64_t value = o % 5 == 1 ? -127 : numbers.below(255) - 127;
                weight[static_cast<size_t>(s.weight_at(o, a, k))] = static_cast<int8_t>(value);
            }
        }
    }
    size_t outputs = static_cast<size_t>(s.outputs), all = static_cast<size_t>(s.written());
    std::vector<float> scales = numbers.reals(outputs, 0.0005f, 0.002f);
    std::vector<int32_t> bias(outputs);
    for (int32_t& value : bias) value = static_cast<int32_t>(numbers.below(20001) - 10000);
    std::vector<int8_t> addend = bytes(numbers, s.written());
    constexpr float INVERSE = 0.7f, ZERO = -7, ADDEND_SCALE = 0.11f, ADDEND_ZERO = 3;
    std::vector<float> real_addend = numbers.reals(all, -20, 20);
    std::vector<float> reals(all);
    std::vector<int8_t> levels(all);
    for (size_t i = 0; i < all; i++) {
        auto place = static_cast<int64_t>(i) / s.outputs;
        int64_t z = place % s.across.results, y = place / s.across.results % s.down.results;
        int64_t n = place / s.across.results / s.down.results;
        size_t o = i % outputs;
        float value = static_cast<float>(sum_at(s, x, weight, n, y, z, static_cast<int64_t>(o)) + bias[o]) * scales[o];
        if (kept.adds) value += kept.reals ? real_addend[i] : (static_cast<float>(addend[i]) - ADDEND_ZERO) * ADDEND_SCALE;
        reals[i] = kept.rectified ? std::max(value, 0.0f) : static_cast<float>(bent(kept.smooth, static_cast<double>(value)));
        levels[i] = static_cast<int8_t>(std::clamp(std::floor(reals[i] * INVERSE + (ZERO + 0.5f)), -128.0f, 127.0f));
    }
    Bench bench;
    int64_t px = bench.input(x), pw = bench.input(weight), ps = bench.input(scales), pb = bench.input(bias);
    int64_t pa = !kept.adds ? NONE : kept.reals ? bench.input(real_addend) : bench.input(addend);
    int64_t out = kept.bytes ? bench.result<int8_t>(all) : bench.result<float>(all);
    std::vector<int64_t> rest{kept.rectified ? RELU : kept.smooth, kept.bytes + 2 * kept.reals, bits_of_double(static_cast<double>(INVERSE)), static_cast<int64_t>(ZERO),
                              bits_of_double(static_cast<double>(ADDEND_SCALE)), static_cast<int64_t>(ADDEND_ZERO), px, pw, ps, pb, pa, out};
    bench.run_everywhere("int8 product", command(INT8_PRODUCT, joined({s.words(), rest})), [&](const char* isa) {
        size_t wrong = 0;
        if (kept.bytes) {
            std::vector<int8_t> got = bench.at<int8_t>(out, all);
            // What is not exact may fall on either side of the edge between two bytes.
            for (size_t i = 0; i < all; i++) wrong += std::abs(got[i] - levels[i]) > (kept.smooth == COPY ? 0 : 1);
        } else {
            std::vector<float> got = bench.at<float>(out, all);
            for (size_t i = 0; i < all; i++) {
                wrong += kept.smooth == COPY ? got[i] != reals[i] : !near(got[i], static_cast<double>(reals[i]), 4, 2e-6);
            }
        }
        CHECK(wrong == 0, "int8 product of %lld x [%lld, %lld, %lld] to %lld on %s: %zu of %zu are wrong",
              static_cast<long long>(s.pictures), static_cast<long long>(s.down.size), static_cast<long long>(s.across.size),
              static_cast<long long>(s.channels), static_cast<long long>(s.outputs), isa, wrong, all);
    });
}

void rejections() {
    Int8Sizes sizes = Int8Sizes::rows(3, 5, 7);
    Bench bench;
    int64_t x = bench.input(std::vector<int8_t>(15)), weight = bench.input(std::vector<int8_t>(128));
    int64_t scales = bench.input(std::vector<float>(7)), bias = bench.input(std::vector<int32_t>(7));
    int64_t out = bench.result<float>(21);
    int64_t one = bits_of_double(1);
    auto with = [&](size_t at, int64_t word) {
        auto words = joined({sizes.words(), {0, 0, one, 0, one, 0, x, weight, scales, bias, NONE, out}});
        words[at] = word;
        return command(INT8_PRODUCT, words);
    };
    accepted("an int8 product", bench, with(0, 3));
    rejected("too many channels", bench, with(1, 1 << 16), "more products of bytes are added up");
    rejected("too many rows", bench, with(0, 4), "do not lie in space");
    rejected("too many outputs", bench, with(2, 17), "do not lie in space");
    rejected("results without pictures", bench, with(5, 1 << 20), "lie outside of what they are computed from");
    rejected("padding that is no byte", bench, with(13, 128), "padding of bytes");
    rejected("another function", bench, with(14, TANH), "ends with no function 10");
    rejected("no function", bench, with(14, FUNCTIONS), "the activation is");
    rejected("flags that are none", bench, with(15, 4), "the sum of flags of bytes is");
    rejected("a scale that is none", bench, with(16, bits_of_double(NAN)), "a scale of bytes is no number");
    rejected("a zero that is no byte", bench, with(17, -129), "zero of the result");
    rejected("another scale that is none", bench, with(18, bits_of_double(1e300)), "a scale of bytes is no number");
    rejected("another zero that is no byte", bench, with(19, 128), "zero of the addend");
    rejected("no weight", bench, with(21, NONE), "there is no memory space");
}

}  // namespace

void test_int8() {
    std::vector<Kept> ways{{}, {true, false, false}, {false, true, true}, {true, true, true}, {true, true, false},
                           {false, false, true, COPY, true}, {true, true, true, COPY, true}};
    for (const Kept& kept : ways) {
        product(Int8Sizes::rows(1, 1, 1), kept);
        product(Int8Sizes::rows(5, 37, 19), kept);
        product(Int8Sizes::rows(67, 64, 33), kept);
        product(Int8Sizes::rows(1, 130, 100), kept);
        product(Int8Sizes::rows(1, 300, 300), kept);
        product({1, 5, 17, {3, 3, 1, 1, 0}, {3, 3, 1, 1, 0}, 4}, kept);
        product({1, 3, 16, {6, 3, 6, 1, 1}, {7, 3, 7, 1, 1}, -128}, kept);
        product({2, 5, 40, {9, 3, 4, 2, 0}, {11, 2, 5, 2, 0}, 5}, kept);
        product({3, 16, 16, {8, 3, 8, 1, 1}, {8, 3, 8, 1, 1}, -3}, kept);
        product({2, 8, 17, {5, 1, 3, 2, 0}, {6, 1, 3, 2, 0}, 0}, kept);
        product({1, 1, 3, {2, 4, 5, 1, 3}, {3, 5, 9, 1, 5}, 7}, kept);
    }
    for (Function smooth : {GELU, GELU_TANH, SILU}) {
        product(Int8Sizes::rows(37, 20, 35), {false, false, false, smooth});
        product({1, 3, 16, {6, 3, 6, 1, 1}, {7, 3, 7, 1, 1}, -128}, {true, false, true, smooth});
    }
    product({17, 2, 5, {3, 3, 3, 1, 1}, {270, 3, 270, 1, 1}, 1}, {});
    product(Int8Sizes::rows(0, 4, 3), {});
    product(Int8Sizes::rows(3, 0, 3), {});
    product(Int8Sizes::rows(2, 32768, 2), {});
    product(Int8Sizes::rows(1300, 12, 34), {true, true, false});
    rejections();
}
