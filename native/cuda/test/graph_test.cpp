// A plan that runs many times: the first run starts its commands, the second one captures them as a graph, later ones
// launch that. Each must see the inputs of its own run, and what the runs before it have left.
#include "check.h"
#include "rejections.h"

using namespace format;

namespace {

constexpr int64_t COUNT = 1000;

// A plan with its memory: variables = variables / 2 + x * factor, and their sum.
class Accumulation {
  public:
    explicit Accumulation(baton_backend* backend) {
        bool there = baton_memory_reserve(backend, 1 << 20, &memory_) == 0 &&
                     baton_memory_grow(memory_, VARIABLES_SIZE + 4) == 0;
        CHECK(there, "%s", baton_last_error());
        int64_t variables = baton_memory_address(memory_);
        Region region({COUNT});
        int64_t variable = region.operand(reference(VARIABLES, 0), F32);
        int64_t x = region.operand(reference(INPUT, 0), F32), factor = region.operand(reference(INPUT + 1, 0), F32, {0});
        int64_t half = region.instruction(MUL, F32, variable, region.number(F32, 0.5));
        int64_t sum = region.instruction(ADD, F32, half, region.instruction(MUL, F32, x, factor));
        region.output(sum, reference(VARIABLES, 0), F32);
        std::vector<int64_t> sum_up{SUM, 1, COUNT, 1, reference(VARIABLES, 0), reference(OUTPUTS, 0)};
        std::vector<int64_t> code = joined({command(region), command(REDUCE, sum_up)});
        std::vector<int64_t> addresses{0, variables, 0, variables + VARIABLES_SIZE, 0, 0, 0};
        std::vector<int64_t> sizes{0, VARIABLES_SIZE, 0, 4, COUNT * 4, 4, 0};
        int32_t status = baton_plan_create(backend, code.data(), static_cast<int64_t>(code.size()), addresses.data(),
                                           sizes.data(), 7, baton_address(arguments_), &plan_);
        CHECK(status == 0, "%s", baton_last_error());
    }
    ~Accumulation() {
        baton_plan_destroy(plan_);
        baton_memory_release(memory_);
    }

    void run(float seed) {
        // Inputs move from run to run, and are gone after it.
        std::vector<float> x(COUNT), factor{seed + 1};
        double all = 0;
        for (size_t i = 0; i < x.size(); i++) {
            x[i] = static_cast<float>(i % 7) + seed;
            variables_[i] = variables_[i] * 0.5f + x[i] * factor[0];
            all += variables_[i];
        }
        float right = static_cast<float>(all);
        arguments_[0] = baton_address(x.data());
        arguments_[1] = baton_address(factor.data());
        CHECK(baton_plan_run(reinterpret_cast<int64_t>(plan_)) == 0, "%s", baton_last_error());
        std::vector<float> got(COUNT);
        float sum = 0;
        int64_t address = baton_memory_address(memory_);
        CHECK(baton_copy(baton_address(got.data()), address, VARIABLES_SIZE) == 0, "%s", baton_last_error());
        CHECK(baton_copy(baton_address(&sum), address + VARIABLES_SIZE, 4) == 0, "%s", baton_last_error());
        CHECK(got == variables_ && sum == right, "a run with %g gives the sum %g, not %g", static_cast<double>(seed),
              static_cast<double>(sum), static_cast<double>(right));
    }

    // Nothing of it runs.
    void fail() {
        std::vector<float> x(COUNT);
        arguments_[0] = baton_address(x.data());
        arguments_[1] = 0;
        fails("an input at null", baton_plan_run(reinterpret_cast<int64_t>(plan_)), "input 1 lies at address null");
    }

  private:
    static constexpr int64_t VARIABLES_SIZE = COUNT * 4;
    int64_t arguments_[3] = {0, 0, 0};
    std::vector<float> variables_ = std::vector<float>(COUNT);
    baton_memory* memory_ = nullptr;
    baton_plan* plan_ = nullptr;
};

void nothing(baton_backend* backend) {
    baton_plan* plan = nullptr;
    std::vector<int64_t> none(4);
    CHECK(baton_plan_create(backend, nullptr, 0, none.data(), none.data(), 4, 0, &plan) == 0, "%s", baton_last_error());
    for (int run = 0; run < 4; run++) {
        CHECK(baton_plan_run(reinterpret_cast<int64_t>(plan)) == 0, "run %d of nothing: %s", run, baton_last_error());
    }
    baton_plan_destroy(plan);
}

}  // namespace

void test_graphs() {
    baton_backend* backend = backend_of("", 1);
    Accumulation one(backend);
    for (float seed : {1.0f, -2.0f, 3.0f, 0.0f, 5.0f}) one.run(seed);
    {
        // Plans take turns, each in another state.
        Accumulation other(backend);
        for (float seed : {2.0f, 4.0f, -1.0f, 2.0f}) {
            other.run(seed);
            one.run(seed - 3);
        }
    }
    one.run(7);
    // A failure before any run, before the graph is made, and after that.
    Accumulation failing(backend);
    for (float seed : {1.0f, 2.0f, 3.0f, 4.0f}) {
        failing.fail();
        failing.run(seed);
    }
    nothing(backend);
}
