// Matrix products against loops in double: every transposition, batches, both ways to cut the result, empty ones, and
// epilogues; with factors of float32, and rounded to bfloat16. OpenBLAS itself is a double (test/double), which also
// watches how it is called.
#include <algorithm>
#include <cmath>

#include "bench.h"
#include "check.h"
#include "openblas_double.h"
#include "philox.h"

using namespace format;

namespace {

// OpenBLAS's kernels choose how the result is cut.
const char* const CORES[] = {"Haswell", "SkylakeX"};

struct Shape {
    int64_t batch, m, n, k;
};

// A product and its matrices; stride 0 uses one matrix for the whole batch, and a gap lies between others. Where a factor
// is shared, its rows lie without gaps, else two elements apart.
struct Product {
    Shape s;
    bool turned_a, turned_b;
    int64_t row_a, row_b;
    int64_t stride_a, stride_b;
    std::vector<float> a, b;
    bool paired = false;

    double factor(float value) const { return paired ? rounded_to_bfloat16(value) : value; }

    Product(Shape shape, bool turn_a, bool turn_b, bool share_a, bool share_b)
        : s(shape), turned_a(turn_a), turned_b(turn_b),
          row_a((turn_a ? s.m : s.k) + (share_a ? 0 : 2)), row_b((turn_b ? s.k : s.n) + (share_b ? 0 : 2)),
          stride_a(share_a ? 0 : (turn_a ? s.k : s.m) * row_a + 3), stride_b(share_b ? 0 : (turn_b ? s.n : s.k) * row_b + 1) {
        Numbers numbers(static_cast<uint64_t>(s.m * 1000 + s.n));
        a = numbers.reals(static_cast<size_t>(s.k == 0 ? 0 : (s.batch - 1) * stride_a + (turn_a ? s.k : s.m) * row_a));
        b = numbers.reals(static_cast<size_t>(s.k == 0 ? 0 : (s.batch - 1) * stride_b + (turn_b ? s.n : s.k) * row_b));
    }

    size_t elements() const { return static_cast<size_t>(s.batch * s.m * s.n); }

    double right(int64_t matrix, int64_t i, int64_t j) const {
        double sum = 0;
        for (int64_t l = 0; l < s.k; l++) {
            double x = factor(a[static_cast<size_t>(matrix * stride_a + (turned_a ? l * row_a + i : i * row_a + l))]);
            double y = factor(b[static_cast<size_t>(matrix * stride_b + (turned_b ? j * row_b + l : l * row_b + j))]);
            sum += x * y;
        }
        return sum;
    }

    std::vector<double> right() const {
        std::vector<double> all;
        for (int64_t e = 0; e < s.batch * s.m * s.n; e++) all.push_back(right(e / (s.m * s.n), e / s.n % s.m, e % s.n));
        return all;
    }

    std::vector<int64_t> plan(Bench& bench, int64_t c, const Region* epilogue) const {
        std::vector<int64_t> rest{s.batch, s.m, s.n, s.k, turned_a, turned_b, bench.input(a), row_a, stride_a,
                                  bench.input(b), row_b, stride_b, c, epilogue != nullptr};
        return command(static_cast<Opcode>(MATMUL + (paired ? PAIRED : 0)),
                       epilogue == nullptr ? rest : joined({rest, epilogue->words()}));
    }
};

// Those multiply small matrices without packing them; for others, for wide ones on some processors, and for few rows with a
// long right factor, there are our own kernels.
bool by_openblas(const char* core, const Product& p) {
    bool few = p.s.batch == 1 && p.s.m <= 4 && p.s.n >= 64 && p.s.k > 256 && !p.turned_a && !p.turned_b;
    return core == CORES[1] && !few && (p.s.n < 256 || p.s.m < 64);
}

void check(const char* what, const char* isa, const char* core, const Product& p, const std::vector<float>& got,
           const std::vector<double>& right) {
    size_t wrong = 0;
    // The double of OpenBLAS adds up in double; our own kernels in float32, one after the other. Of 200,000 such sums of
    // products of numbers between -2 and 2 the worst is off by 2.8e-7 times their count, and an epilogue here doubles that;
    // pairs are half as many.
    double by_count = p.paired ? 2e-7 : by_openblas(core, p) ? 0 : 6e-7;
    double distance = std::max(1e-5, by_count * static_cast<double>(p.s.k));
    for (size_t i = 0; i < got.size(); i++) wrong += !near(got[i], right[i], 2, distance);
    CHECK(wrong == 0, "%s [%lld, %lld, %lld, %lld]%s%s on %s: %zu of %zu are wrong", what,
          static_cast<long long>(p.s.batch), static_cast<long long>(p.s.m), static_cast<long long>(p.s.n),
          static_cast<long long>(p.s.k), p.turned_a ? " A transposed" : "", p.turned_b ? " B transposed" : "", isa, wrong,
          got.size());
}

void plain(const Product& p, const char* core) {
    Bench bench;
    int64_t c = bench.result<float>(p.elements());
    std::vector<double> right = p.right();
    bench.run_everywhere("a product", p.plan(bench, c, nullptr),
                         [&](const char* isa) { check("product", isa, core, p, bench.at<float>(c, p.elements()), right); }, core);
}

// relu(product + bias) * residual, where the residual is read through transposed strides; whether it is positive; and,
// where kept, the product itself.
void fused(const Product& p, const char* core, bool kept) {
    auto [batch, m, n, k] = p.s;
    Numbers numbers(7);
    std::vector<float> bias = numbers.reals(static_cast<size_t>(n)), residual = numbers.reals(p.elements(), 1, 2);
    Bench bench;
    Region region({batch, m, n});
    int64_t product = region.operand(NONE, F32);
    int64_t b = region.operand(bench.input(bias), F32, {0, 0, 1});
    int64_t r = region.operand(bench.input(residual), F32, {m * n, 1, m});
    int64_t active = region.instruction(RELU, F32, region.instruction(ADD, F32, product, b));
    int64_t y = bench.result<float>(p.elements()), positive = bench.result<uint8_t>(p.elements());
    int64_t c = kept ? bench.result<float>(p.elements()) : NONE;
    region.output(region.instruction(MUL, F32, active, r), y, F32);
    region.output(region.instruction(LESS, BOOL, region.number(F32, 0), active), positive, BOOL);
    std::vector<double> products = p.right(), right;
    for (int64_t e = 0; e < batch * m * n; e++) {
        double sum = products[static_cast<size_t>(e)] + bias[static_cast<size_t>(e % n)];
        int64_t turned = e / (m * n) * m * n + e / n % m + e % n * m;
        right.push_back(sum > 0 ? sum * residual[static_cast<size_t>(turned)] : 0);
    }
    bench.run_everywhere("a fused product", p.plan(bench, c, &region), [&](const char* isa) {
        check("epilogue of", isa, core, p, bench.at<float>(y, p.elements()), right);
        std::vector<uint8_t> signs = bench.at<uint8_t>(positive, p.elements());
        size_t wrong = 0;
        for (size_t i = 0; i < right.size(); i++) wrong += std::fabs(right[i]) > 1e-4 && signs[i] != (right[i] > 0);
        CHECK(wrong == 0, "signs on %s: %zu are wrong", isa, wrong);
        if (kept) check("product beside an epilogue", isa, core, p, bench.at<float>(c, p.elements()), products);
    }, core);
}

// The bias of a product by itself, before and after it, and where the bias or the product is needed again.
void biased(const Product& p, const char* core) {
    std::vector<float> bias = Numbers(9).reals(static_cast<size_t>(p.s.n));
    std::vector<double> products = p.right();
    for (int kind = 0; kind < 4; kind++) {
        Bench bench;
        Region region({p.s.batch, p.s.m, p.s.n});
        int64_t b = NONE, product = NONE;
        for (int turn = 0; turn < 2; turn++) {
            if ((kind == 0) == (turn == 0)) {
                b = region.operand(bench.input(bias), F32, {0, 0, 1});
            } else {
                product = region.operand(NONE, F32);
            }
        }
        int64_t value = kind == 0 ? region.instruction(ADD, F32, b, product) : region.instruction(ADD, F32, product, b);
        if (kind == 2) value = region.instruction(SUB, F32, region.instruction(RELU, F32, value), b);
        if (kind == 3) value = region.instruction(MAX, F32, value, product);
        int64_t y = bench.result<float>(p.elements());
        region.output(value, y, F32);
        std::vector<double> right;
        for (size_t e = 0; e < products.size(); e++) {
            double row = bias[e % static_cast<size_t>(p.s.n)], sum = products[e] + row;
            right.push_back(kind == 2 ? std::max(sum, 0.0) - row : kind == 3 ? std::max(sum, products[e]) : sum);
        }
        bench.run_everywhere("a product with a bias", p.plan(bench, NONE, &region),
                             [&](const char* isa) { check("bias of", isa, core, p, bench.at<float>(y, p.elements()), right); }, core);
    }
}

// Dropout in an epilogue: random numbers are those of the element's index, however the result is cut. The operand and
// the result share their place.
void dropout(const char* core) {
    Product p({2, 37, 300, 3}, false, false, false, true);
    std::vector<float> state = Numbers(8).reals(p.elements());
    Bench bench;
    int64_t place = bench.input(state);
    Region region({2, 37, 300});
    int64_t product = region.operand(NONE, F32);
    int64_t before = region.operand(place, F32);
    int64_t seed = region.operand(bench.input(std::vector<int64_t>{11}), I64, {0, 0, 0});
    int64_t step = region.operand(bench.input(std::vector<int64_t>{12}), I64, {0, 0, 0});
    int64_t kept = region.instruction(LESS, BOOL, region.instruction(UNIFORM, F32, seed, step, NONE, 13), region.number(F32, 0.5));
    region.output(region.instruction(SELECT, F32, kept, product, before), place, F32);
    std::vector<double> right = p.right();
    for (size_t i = 0; i < right.size(); i++) {
        if (philox(11, 12, 13, static_cast<int64_t>(i)) >= 0.5f) right[i] = state[i];
    }
    bench.run_everywhere("dropout of a product", p.plan(bench, NONE, &region), [&](const char* isa) {
        check("dropout of", isa, core, p, bench.at<float>(place, p.elements()), right);
    }, core);
}

void paired(const Shape& shape, int turned, bool share_a, bool share_b) {
    Product p(shape, turned & 1, turned & 2, share_a, share_b);
    p.paired = true;
    plain(p, CORES[0]);
    fused(p, CORES[0], turned % 2 == 0);
    biased(p, CORES[0]);
}

void test_paired_matmul() {
    // Around lanes, pairs, blocks of rows and panels of columns.
    for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{1, 3, 5, 7}, Shape{2, 33, 130, 9}, Shape{1, 70, 300, 2}, Shape{1, 9, 16, 31},
                               Shape{1, 1, 515, 4}, Shape{1, 300, 2, 5}, Shape{1, 3, 70, 805}, Shape{2, 3, 4, 0},
                               Shape{1, 64, 64, 64}, Shape{1, 130, 65, 33}, Shape{1, 13, 31, 1000}}) {
        for (int turned = 0; turned < 4; turned++) paired(shape, turned, false, shape.batch == 2);
    }
    paired({3, 5, 4, 6}, 2, true, true);
    paired({3, 65, 40, 17}, 1, true, false);
    paired({2, 270, 1030, 5}, 0, false, true);
    // Special numbers, a half between two neighbours, and what is too small for float32's exponents.
    Product p({1, 9, 6, 4}, false, false, false, false);
    p.paired = true;
    std::copy_n(std::vector<float>{NAN, INFINITY, 1 + 0x1p-8f, 1 + 0x3p-8f, 0x1p-140f, -INFINITY}.begin(), 6, p.a.begin() + 3);
    plain(p, CORES[0]);
}

}  // namespace

void test_matmul() {
    test_paired_matmul();
    const Shape shapes[] = {{1, 1, 1, 1}, {1, 3, 5, 7}, {2, 33, 130, 9}, {1, 70, 300, 9}, {3, 9, 1, 11}, {1, 1, 515, 4},
                            {1, 300, 2, 5}, {1, 3, 70, 805}, {2, 3, 4, 0}, {1, 70, 45, 37}, {1, 64, 16, 600}};
    for (const char* core : CORES) {
        for (const Shape& shape : shapes) {
            for (int turned = 0; turned < 4; turned++) {
                Product p(shape, turned & 1, turned & 2, false, shape.batch == 2);
                plain(p, core);
                fused(p, core, turned % 2 == 0);
                biased(p, core);
            }
        }
        plain(Product({3, 5, 4, 6}, false, true, true, true), core);
        plain(Product({3, 65, 40, 16}, false, true, false, true), core);
        // Rows of the right factor far apart: panels of it are copied.
        for (int turned = 0; turned < 2; turned++) {
            plain(Product({1, 270, 1030, 20}, turned == 1, false, false, false), core);
            fused(Product({1, 530, 1024, 9}, turned == 1, false, false, false), core, turned == 1);
        }
        if (!is_emulated()) {
            plain(Product({2, 256, 1024, 515}, false, false, false, true), core);
            biased(Product({1, 256, 1024, 515}, false, false, false, false), core);
        }
        dropout(core);
    }
    // Few rows, which read the right factor where it lies; more rows, columns and steps than are copied at a time; rows of
    // the left factor a page apart.
    for (const Shape& shape : {Shape{1, 1, 300, 70}, Shape{1, 4, 133, 300}, Shape{1, 2, 16, 257}, Shape{1, 205, 70, 270},
                               Shape{1, 200, 70, 1022}, Shape{1, 97, 129, 513}}) {
        for (int turned = 0; turned < 4; turned++) {
            Product p(shape, turned & 1, turned & 2, false, false);
            plain(p, CORES[0]);
            fused(p, CORES[0], true);
        }
    }
    // Few rows with a long right factor, in one and in several stretches of columns.
    for (const Shape& shape : {Shape{1, 1, 64, 257}, Shape{1, 4, 517, 515}, Shape{1, 1, 1030, 2100}, Shape{1, 5, 70, 300}}) {
        for (const char* core : CORES) {
            Product p(shape, false, false, false, false);
            plain(p, core);
            fused(p, core, true);
            biased(p, core);
        }
    }
    if (!is_emulated()) {
        // Large enough for OpenBLAS in any case.
        plain(Product({1, 770, 768, 768}, false, false, false, false), CORES[0]);
        plain(Product({1, 770, 768, 768}, true, false, false, false), CORES[1]);
    }
    // Wide ones, which go to our own kernel on some processors.
    for (int turned = 0; turned < 4; turned++) {
        plain(Product({1, 70, 260, 259}, turned & 1, turned & 2, false, false), CORES[1]);
        fused(Product({1, 261, 256, 300}, turned & 1, turned & 2, false, false), CORES[1], turned % 2 == 0);
        biased(Product({1, 257, 300, 64}, turned & 1, turned & 2, false, false), CORES[1]);
    }
    plain(Product({1, 70, 1030, 33}, true, false, false, false), CORES[1]);
    for (const Shape& shape : {Shape{0, 3, 4, 5}, Shape{2, 0, 4, 5}, Shape{2, 3, 0, 5}}) {
        Bench bench;
        int64_t nothing = bench.input(std::vector<float>(40));
        bench.run_everywhere("an empty product", command(MATMUL, {shape.batch, shape.m, shape.n, shape.k, 0, 0, nothing, 5, 0,
                                                                  nothing, 4, 0, bench.result<float>(0), 0}),
                             [](const char*) {});
    }
    CHECK(double_wrong_calls() == 0, "cblas_sgemm was called wrongly %d times", double_wrong_calls());
    // Whatever another library has chosen, a run multiplies on its own threads alone.
    openblas_set_num_threads(8);
    plain(Product({1, 3, 5, 7}, false, false, false, false), CORES[0]);
    CHECK(openblas_get_num_threads() == 1, "OpenBLAS runs on %d threads", openblas_get_num_threads());
}
