// Small valid plans of every command that the CUDA core has.
#include "sample_plans.h"

using namespace format;

namespace {

Sample long_rows() {
    Sample sample{"long rows", {}, {}};
    Bench& bench = sample.bench;
    int64_t x = bench.input(Numbers(3).reals(60)), row = bench.input(Numbers(5).reals(300));
    int64_t finite = bench.place(WORKSPACE, std::vector<uint8_t>{0});
    int64_t norms = bench.result<float>(2), sums = bench.place(WORKSPACE, std::vector<int64_t>(2));
    sample.plan = joined({command(REDUCE, {SUM, 1, 150, 2, row, bench.result<float>(2)}),
                          command(ALL_FINITE, {finite, 2, x, 11, row, 1}),
                          command(NORMS, {norms, sums, 2, x, 60, row, 300})});
    return sample;
}

}  // namespace

std::vector<Sample> sample_plans() {
    std::vector<Sample> plans = primitive_plans();
    for (auto family : {training_plans, normalization_plans, rotary_plans}) {
        for (const Sample& sample : family()) plans.push_back(sample);
    }
    plans.push_back(long_rows());
    plans.push_back(Sample{"nothing", {}, {}});
    return plans;
}
