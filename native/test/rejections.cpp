#include "rejections.h"

#include "check.h"
#include "sample_plans.h"

void fails(const char* what, int32_t status, const char* words) {
    CHECK(status != 0, "%s succeeds", what);
    CHECK(std::string(baton_last_error()).find(words) != std::string::npos, "%s: the message is: %s", what, baton_last_error());
}

void rejected(const char* what, Bench& bench, const std::vector<int64_t>& plan, const std::string& words) {
    bool accepted = false;
    int32_t status = bench.run(backend_of(BASELINE, 1), plan, &accepted);
    CHECK(!accepted && status != 0, "%s: the plan is accepted", what);
    CHECK(accepted || std::string(baton_last_error()).find(words) != std::string::npos, "%s: the message is: %s", what,
          baton_last_error());
}

void accepted(const char* what, Bench& bench, const std::vector<int64_t>& plan) {
    CHECK(bench.run(backend_of(BASELINE, 1), plan) == 0, "%s: %s", what, baton_last_error());
}

void samples_are_valid_and_their_parts_are_not() {
    for (Sample& sample : sample_plans()) {
        accepted(sample.name, sample.bench, sample.plan);
        // Where each command starts: a plan that ends there is a shorter plan, and elsewhere none.
        std::vector<bool> starts(sample.plan.size() + 1);
        for (size_t at = 0; at < sample.plan.size(); at += static_cast<size_t>(sample.plan[at + 1])) starts[at] = true;
        for (size_t length = 0; length < sample.plan.size(); length++) {
            std::vector<int64_t> part(sample.plan.begin(), sample.plan.begin() + static_cast<std::ptrdiff_t>(length));
            if (starts[length]) {
                accepted("the first commands alone", sample.bench, part);
            } else {
                rejected(sample.name, sample.bench, part, "the plan ends in the middle of a command");
            }
        }
    }
}
