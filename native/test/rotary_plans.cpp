#include "sample_plans.h"

using namespace format;

std::vector<Sample> rotary_plans() {
    Sample sample{"rotary embedding", {}, {}};
    Bench& bench = sample.bench;
    int64_t x = bench.input(Numbers(7).reals(24)), base = bits_of_double(10);
    sample.plan = joined({command(ROTARY, {2, 3, 2, 2, base, 1, 0, x, bench.result<float>(24)}),
                          command(ROTARY, {1, 2, 3, 4, base, 0, 1, x, bench.result<float>(24)})});
    return {sample};
}
