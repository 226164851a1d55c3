// Damaged plans: words of valid plans replaced at random and one by one by values at the edges. Whatever the decoder
// accepts is run, in blocks of memory of exactly the sizes that the plan was told; the address sanitizer sees what
// leaves them. The same in every run.
#include <string>

#include "check.h"
#include "sample_plans.h"

namespace {

const int64_t EDGES[] = {0, 1, 2, 3, 5, 7, 8, 15, 64, 105, 193, -1, -2, 1LL << 30, 1LL << 31, (1LL << 31) - 1, 1LL << 32,
                         1LL << 40, (1LL << 40) + 1, 1LL << 47, 1LL << 48, 4LL << 48, (5LL << 48) - 4, (1LL << 48) - 8,
                         INT64_MAX, INT64_MIN, 0x7ff0000000000000, 0x7ff8000000000000, 0x3ff0000000000000};
constexpr int EDGE_COUNT = sizeof EDGES / sizeof *EDGES;

struct Count {
    int accepted = 0, rejected = 0, silent = 0;
};

void attempt(Sample& sample, const std::vector<int64_t>& plan, Count& count) {
    bool accepted = false;
    int32_t status = sample.bench.run(backend_of(instruction_sets().back(), 1), plan, &accepted);
    count.accepted += accepted;
    count.rejected += !accepted;
    // What was decoded has to run; what was not has to say why.
    count.silent += accepted ? status != 0 : std::string(baton_last_error()).empty();
}

void damage(std::vector<int64_t>& plan, Numbers& numbers) {
    size_t at = static_cast<size_t>(numbers.below(static_cast<int64_t>(plan.size())));
    size_t other = static_cast<size_t>(numbers.below(static_cast<int64_t>(plan.size())));
    switch (numbers.below(6)) {
        case 0: plan[at] ^= static_cast<int64_t>(1ULL << numbers.below(64)); break;
        case 1: plan[at] ^= 1LL << numbers.below(6); break;
        case 2: plan[at] = EDGES[numbers.below(EDGE_COUNT)]; break;
        case 3: plan[at] = plan[other]; break;
        case 4: plan[at] = static_cast<int64_t>(static_cast<uint64_t>(plan[at]) + numbers.word() % 17 - 8); break;
        default: std::swap(plan[at], plan[other]); break;
    }
}

}  // namespace

void test_fuzz() {
    for (Sample& sample : sample_plans()) {
        Count count;
        for (size_t at = 0; at < sample.plan.size(); at++) {
            for (int64_t edge : EDGES) {
                std::vector<int64_t> plan = sample.plan;
                plan[at] = edge;
                attempt(sample, plan, count);
            }
        }
        Numbers numbers(sample.plan.size());
        for (int i = 0; i < 4000 && !sample.plan.empty(); i++) {
            std::vector<int64_t> plan = sample.plan;
            for (int64_t times = 1 + numbers.below(3); times > 0; times--) damage(plan, numbers);
            attempt(sample, plan, count);
        }
        std::printf("damaged plans of %s: %d decoded and run, %d turned away\n", sample.name, count.accepted, count.rejected);
        CHECK(count.silent == 0, "%s: %d damaged plans failed without a word or when they ran", sample.name, count.silent);
    }
}
