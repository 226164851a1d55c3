// A plan that runs many times: the first run starts its commands, the second one captures them as a graph, later ones
// launch that. Each must see the inputs of its own run, also where they were copied ahead, and what the runs before it have
// left.
#include <cmath>

#include "check.h"
#include "rejections.h"

using namespace format;

namespace {

// So many bytes as are copied by a call of their own.
constexpr int64_t COUNT = 5000;

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
        hand(seed, [&] { CHECK(baton_plan_run(handle()) == 0, "%s", baton_last_error()); });
        check(seed);
    }

    // Some of the inputs may be there already, by a bit for each.
    void start(float seed, int there = 0) {
        hand(seed, [&] {
            forget(there);
            CHECK(baton_plan_start(handle()) == 0, "%s", baton_last_error());
        });
    }

    // Copies some inputs ahead.
    void prefetch(float seed, int which) { prefetch(seed, seed, which); }

    void prefetch(float x_seed, float factor_seed, int which) {
        hand(x_seed, factor_seed, [&] {
            forget(~which);
            CHECK(baton_plan_prefetch(handle()) == 0, "%s", baton_last_error());
        });
    }

    void finish(float seed) {
        CHECK(baton_plan_finish(handle()) == 0, "%s", baton_last_error());
        CHECK(baton_plan_is_running(handle()) == 0, "what is finished goes on");
        check(seed);
    }

    void finish_nothing() { CHECK(baton_plan_finish(handle()) == 0, "%s", baton_last_error()); }

    int64_t handle() const { return reinterpret_cast<int64_t>(plan_); }

    // Nothing of it runs.
    void fail() {
        std::vector<float> x(COUNT);
        arguments_[0] = baton_address(x.data());
        arguments_[1] = 0;
        fails("an input at null", baton_plan_run(handle()), "input 1 lies at address null");
        fails("an input that was never copied", baton_plan_start(handle()), "input 1 lies at address null");
    }

  private:
    static constexpr int64_t VARIABLES_SIZE = COUNT * 4;
    int64_t arguments_[3] = {0, 0, 0};
    std::vector<float> variables_ = std::vector<float>(COUNT);
    baton_memory* memory_ = nullptr;
    baton_plan* plan_ = nullptr;

    static float x(float seed, size_t i) { return static_cast<float>(i % 7) + seed; }

    // Inputs move from call to call, and are gone after it.
    template <typename Call>
    void hand(float seed, Call&& call) {
        hand(seed, seed, call);
    }

    template <typename Call>
    void hand(float x_seed, float factor_seed, Call&& call) {
        std::vector<float> values(COUNT), factor{factor_seed + 1};
        for (size_t i = 0; i < values.size(); i++) values[i] = x(x_seed, i);
        arguments_[0] = baton_address(values.data());
        arguments_[1] = baton_address(factor.data());
        call();
        values.assign(COUNT, NAN);
        factor[0] = NAN;
    }

    void forget(int which) {
        for (int i = 0; i < 2; i++) arguments_[i] = which >> i & 1 ? 0 : arguments_[i];
    }

    void check(float seed) {
        double all = 0;
        for (size_t i = 0; i < COUNT; i++) {
            variables_[i] = variables_[i] * 0.5f + x(seed, i) * (seed + 1);
            all += variables_[i];
        }
        float right = static_cast<float>(all);
        std::vector<float> got(COUNT);
        float sum = 0;
        int64_t address = baton_memory_address(memory_);
        CHECK(baton_copy(baton_address(got.data()), address, VARIABLES_SIZE) == 0, "%s", baton_last_error());
        CHECK(baton_copy(baton_address(&sum), address + VARIABLES_SIZE, 4) == 0, "%s", baton_last_error());
        CHECK(got == variables_ && sum == right, "a run with %g gives the sum %g, not %g", static_cast<double>(seed),
              static_cast<double>(sum), static_cast<double>(right));
    }
};

// Inputs by their bits.
constexpr int X = 1, FACTOR = 2;

// The inputs of each run come while the one before goes on.
void ahead(baton_backend* backend) {
    CHECK(baton_is_asynchronous() == 1, "runs go on by themselves");
    Accumulation one(backend);
    one.start(1);
    float running = 1;
    for (float next : {2.0f, -1.0f, 4.0f, 3.0f, 0.5f}) {
        one.prefetch(next, X | FACTOR);
        one.finish(running);
        one.start(next, X | FACTOR);
        running = next;
    }
    one.prefetch(8, X);
    one.finish(running);
    one.start(8, X);
    // The last one counts.
    one.prefetch(9, X | FACTOR);
    one.prefetch(5, FACTOR);
    one.finish(8);
    one.start(5, FACTOR);
    // One of two is there, and another one is given in the place of what came with it.
    one.prefetch(2, 6, X | FACTOR);
    one.finish(5);
    one.start(6, FACTOR);
    one.prefetch(7, 3, X | FACTOR);
    one.finish(6);
    one.start(7, X);
    one.finish(7);
    one.start(5);
    // What was copied is left aside where something else is given.
    one.prefetch(9, X | FACTOR);
    one.finish(5);
    one.start(6);
    one.prefetch(7, X | FACTOR);
    one.finish(6);
    one.run(3);
    one.fail();
    fails("too early", baton_plan_prefetch(one.handle()), "none was started");
    one.start(2);
    fails("twice", baton_plan_start(one.handle()), "has not been finished");
    one.finish(2);
    one.finish_nothing();
    // Closed while it runs and while something comes.
    one.start(4);
    one.prefetch(1, X | FACTOR);
}

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
    ahead(backend);
    nothing(backend);
}
