// A system that has no more memory or threads: each allocation and each thread in turn is refused, and must come back
// as an error with nothing lost (the address sanitizer looks for leaks) and nothing ended.
#include <string>

#include "check.h"
#include "openblas_double.h"
#include "refusals.h"
#include "sample_plans.h"

namespace {

// Refuses the first allocation of a call, then the second, until it succeeds.
template <typename Call>
void refuse_allocations(const char* what, Call call) {
    int granted = 0;
    for (; granted < 10000; granted++) {
        allocations_left = granted;
        int32_t status = call();
        allocations_left = -1;
        if (status == 0) {
            break;
        }
        CHECK(std::string(baton_last_error()) == "out of memory", "%s with %d allocations: %s", what, granted, baton_last_error());
    }
    CHECK(granted > 0 && granted < 10000, "%s: %d allocations were refused", what, granted);
}

void memory_for_plans() {
    for (Sample& sample : sample_plans()) {
        std::vector<int64_t> addresses, sizes, arguments(60);
        char anywhere = 0;
        for (int i = 0; i < 60; i++) {
            // Memory of this size is not there; the plan is decoded and not run.
            addresses.push_back(baton_address(&anywhere));
            sizes.push_back(1 << 16);
        }
        // One of its own: memory that plans share is asked for by the first that needs it.
        baton_backend* backend = nullptr;
        double_set_core("SkylakeX");
        baton_group* group = nullptr;
        CHECK(baton_backend_open(1, BASELINE, &backend) == 0, "%s", baton_last_error());
        CHECK(baton_group_create(1, &group) == 0 && baton_backend_join(backend, group, 0) == 0, "%s", baton_last_error());
        refuse_allocations(sample.name, [&] {
            baton_plan* plan = nullptr;
            int32_t status = baton_plan_create(backend, sample.plan.data(), static_cast<int64_t>(sample.plan.size()), addresses.data(),
                                               sizes.data(), 60, baton_address(arguments.data()), &plan);
            baton_plan_destroy(plan);
            return status;
        });
        baton_backend_close(backend);
        baton_group_release(group);
    }
}

void memory_for_handles() {
    refuse_allocations("a backend", [] {
        baton_backend* backend = nullptr;
        int32_t status = baton_backend_open(3, BASELINE, &backend);
        baton_backend_close(backend);
        return status;
    });
    baton_backend* opened = backend_of(BASELINE, 1);
    refuse_allocations("memory", [opened] {
        baton_memory* memory = nullptr;
        int32_t status = baton_memory_reserve(opened, 1 << 20, &memory);
        baton_memory_release(memory);
        return status;
    });
    refuse_allocations("a group", [] {
        baton_group* group = nullptr;
        int32_t status = baton_group_create(3, &group);
        baton_group_release(group);
        return status;
    });
}

// A run takes nothing from the system.
void runs_allocate_nothing() {
    std::vector<float> values(40000, 1.0f);
    std::vector<int64_t> addresses{baton_address(values.data()), 0, 0, 0}, sizes{160000, 0, 0, 0};
    int64_t out = format::reference(format::WORKSPACE, 120000);
    std::vector<int64_t> code = format::command(format::REDUCE, {format::SUM, 200, 100, 1, 0, out});
    baton_plan* plan = nullptr;
    int32_t status = baton_plan_create(backend_of(BASELINE, 3), code.data(), static_cast<int64_t>(code.size()),
                                       addresses.data(), sizes.data(), 4, 0, &plan);
    CHECK(status == 0, "%s", baton_last_error());
    allocations_left = 0;
    status = baton_plan_run(reinterpret_cast<int64_t>(plan));
    allocations_left = -1;
    CHECK(status == 0 && values[30000] == 100, "a run without memory: %s", baton_last_error());
    baton_plan_destroy(plan);
}

void threads() {
    for (int granted : {0, 1, 5}) {
        threads_left = granted;
        baton_backend* backend = nullptr;
        int32_t status = baton_backend_open(7, BASELINE, &backend);
        threads_left = -1;
        std::string right = "the system starts only " + std::to_string(granted + 1) + " of 7 threads";
        CHECK(status != 0 && std::string(baton_last_error()).find(right) == 0, "with %d threads: %s", granted, baton_last_error());
        CHECK(backend == nullptr, "a failure leaves the handle alone");
    }
}

}  // namespace

void test_exhaustion() {
    memory_for_plans();
    memory_for_handles();
    runs_allocate_nothing();
    threads();
}
