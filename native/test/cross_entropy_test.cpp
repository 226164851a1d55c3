// Softmax cross-entropy and its gradient against loops in double.
#include <cmath>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

// One row's log-sum-exp by its definition, with the largest logit taken out.
double log_sum_exp(const float* logits, int64_t classes) {
    double highest = logits[0], sum = 0;
    for (int64_t i = 1; i < classes; i++) highest = std::fmax(highest, logits[i]);
    for (int64_t i = 0; i < classes; i++) sum += std::exp(logits[i] - highest);
    return highest + std::log(sum);
}

// What a label demands of class i: 1 - s on the label and s spread over all classes.
double target(int64_t i, int32_t label, int64_t classes, double smoothing) {
    return (i == label ? 1 - smoothing : 0) + smoothing / static_cast<double>(classes);
}

void agree(int64_t n, int64_t classes, double smoothing, float range) {
    Numbers numbers(static_cast<uint64_t>(n * classes));
    std::vector<float> logits = numbers.reals(static_cast<size_t>(n * classes), -range, range);
    std::vector<float> gradient = numbers.reals(static_cast<size_t>(n), -1, 1);
    std::vector<int32_t> labels;
    for (int64_t i = 0; i < n; i++) labels.push_back(static_cast<int32_t>(numbers.below(classes)));
    size_t rows = static_cast<size_t>(n), all = static_cast<size_t>(n * classes);
    Bench bench;
    int64_t x = bench.input(logits), right_labels = bench.input(labels), seeds = bench.input(gradient);
    int64_t loss = bench.result<float>(rows), sums = bench.result<float>(rows), by_logits = bench.result<float>(all);
    int64_t s = bits_of_double(smoothing);
    std::vector<int64_t> plan =
        joined({command(CROSS_ENTROPY, {n, classes, s, x, right_labels, loss, sums}),
                command(CROSS_ENTROPY_BACKWARD, {n, classes, s, x, right_labels, sums, seeds, by_logits})});
    bench.run_everywhere("cross-entropy", plan, [&](const char* isa) {
        std::vector<float> losses = bench.at<float>(loss, rows), log_sums = bench.at<float>(sums, rows);
        std::vector<float> gradients = bench.at<float>(by_logits, all);
        // A sum as large as the logits is rounded as they are; a probability is not.
        double allowed = 4e-7 * (range + std::log(static_cast<double>(classes)) + 1), of_gradient = 4e-7;
        size_t wrong_losses = 0, wrong_sums = 0, wrong_gradients = 0;
        for (int64_t row = 0; row < n; row++) {
            size_t r = static_cast<size_t>(row);
            const float* values = logits.data() + row * classes;
            double sum = log_sum_exp(values, classes), expected = 0;
            for (int64_t i = 0; i < classes; i++) {
                double wanted = target(i, labels[r], classes, smoothing), probability = std::exp(values[i] - sum);
                expected += wanted * (sum - values[i]);
                wrong_gradients += !near(gradients[static_cast<size_t>(row * classes + i)],
                                         (probability - wanted) * gradient[r], 2, of_gradient);
            }
            wrong_sums += !near(log_sums[r], sum, 2, allowed);
            wrong_losses += !near(losses[r], expected, 2, 2 * allowed);
        }
        CHECK(wrong_losses + wrong_sums + wrong_gradients == 0,
              "cross-entropy of [%lld, %lld] on %s: %zu losses, %zu log-sum-exps and %zu gradients are wrong",
              static_cast<long long>(n), static_cast<long long>(classes), isa, wrong_losses, wrong_sums, wrong_gradients);
    });
}

// Labels that are no class: the loss is NaN, which the step's own check finds; nothing is read or written elsewhere.
void labels_out_of_range() {
    std::vector<int32_t> labels{0, -1, 3, 2, INT32_MIN, INT32_MAX};
    size_t n = labels.size();
    Bench bench;
    int64_t x = bench.input(Numbers(1).reals(3 * n)), classes = bench.input(labels);
    int64_t loss = bench.result<float>(n), sums = bench.result<float>(n), by_logits = bench.result<float>(3 * n);
    int64_t rows = static_cast<int64_t>(n), s = bits_of_double(0.1);
    bench.run_everywhere("labels out of range",
                         joined({command(CROSS_ENTROPY, {rows, 3, s, x, classes, loss, sums}),
                                 command(CROSS_ENTROPY_BACKWARD, {rows, 3, s, x, classes, sums, sums, by_logits})}),
                         [&](const char* isa) {
        std::vector<float> losses = bench.at<float>(loss, n);
        for (size_t i = 0; i < n; i++) {
            bool right = labels[i] < 0 || labels[i] > 2 ? std::isnan(losses[i]) : std::isfinite(losses[i]);
            CHECK(right, "the loss of label %d among 3 classes on %s is %g", labels[i], isa, losses[i]);
        }
    });
}

// A logit that is not finite must not look like a finite loss; one that is minus infinity is a class of probability 0.
void special_logits() {
    std::vector<float> logits{NAN, 0, 0, INFINITY, 0, 0, 0, -INFINITY, 1};
    Bench bench;
    int64_t x = bench.input(logits), labels = bench.input(std::vector<int32_t>{1, 1, 0});
    int64_t loss = bench.result<float>(3), sums = bench.result<float>(3);
    bench.run_everywhere("special logits", command(CROSS_ENTROPY, {3, 3, 0, x, labels, loss, sums}), [&](const char* isa) {
        std::vector<float> losses = bench.at<float>(loss, 3);
        CHECK(!std::isfinite(losses[0]) && !std::isfinite(losses[1]), "losses on %s are %g and %g", isa, losses[0], losses[1]);
        CHECK(near(losses[2], std::log(1 + std::exp(1.0)), 4), "with a class of probability 0 on %s: %g", isa, losses[2]);
    });
}

}  // namespace

void test_cross_entropy() {
    for (double smoothing : {0.0, 0.1, 1.0}) {
        agree(1, 1, smoothing, 3);
        agree(1237, 10, smoothing, 5);
        agree(11, 1001, smoothing, 8);
        agree(5, 5000, smoothing, 2);
        agree(64, 17, smoothing, 90);
        agree(3, 32, smoothing, 4);
        agree(9, 33, smoothing, 4);
        agree(2, 1024, smoothing, 4);
        agree(2, 1025, smoothing, 4);
        agree(1, 40001, smoothing, 4);
        agree(0, 4, smoothing, 1);
    }
    labels_out_of_range();
    special_logits();
}
