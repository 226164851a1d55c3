// The functions of baton.h with arguments that are null, negative or too large, on any core: each an error in words, nothing
// ends the process.
#include <algorithm>
#include <thread>

#include "check.h"
#include "rejections.h"

using namespace format;

namespace {

void messages_belong_to_threads() {
    fails("on this thread", baton_plan_run(0), "the plan is null");
    std::string before = "unset", after;
    std::thread other([&] {
        before = baton_last_error();
        baton_memory_grow(nullptr, 1);
        after = baton_last_error();
    });
    other.join();
    CHECK(before.empty() && after.find("memory is null") != std::string::npos, "another thread has '%s', then '%s'",
          before.c_str(), after.c_str());
    CHECK(std::string(baton_last_error()).find("the plan is null") != std::string::npos, "this thread keeps its own message");
}

void memory() {
    baton_backend* backend = backend_of(BASELINE, 1);
    baton_memory* memory = nullptr;
    fails("memory of no backend", baton_memory_reserve(nullptr, 1, &memory), "the backend is null");
    for (int64_t capacity : {int64_t(0), int64_t(-1), INT64_MIN, INT64_MAX}) {
        fails("an impossible capacity", baton_memory_reserve(backend, capacity, &memory), "bytes of address space");
    }
    fails("no place for memory", baton_memory_reserve(backend, 1, nullptr), "null");
    fails("growing null", baton_memory_grow(nullptr, 1), "the memory is null");
    CHECK(baton_memory_address(nullptr) == 0, "null has no address");
    baton_memory_release(nullptr);
    // Less than a large page, and several of them.
    for (int64_t capacity : {int64_t(1) << 20, int64_t(9) << 20}) {
        std::string reserved = "more than the " + std::to_string(capacity) + " reserved";
        CHECK(baton_memory_reserve(backend, capacity, &memory) == 0, "%s", baton_last_error());
        int64_t address = baton_memory_address(memory);
        CHECK(baton_memory_grow(memory, 0) == 0 && baton_memory_grow(memory, 5000) == 0, "%s", baton_last_error());
        char seven = 7, first = 0, last = 1;
        CHECK(baton_copy(address + 4999, baton_address(&seven), 1) == 0, "%s", baton_last_error());
        fails("a negative size", baton_memory_grow(memory, -1), "less than 0 bytes");
        fails("more than was reserved", baton_memory_grow(memory, capacity + 1), reserved.c_str());
        fails("far more than was reserved", baton_memory_grow(memory, INT64_MAX), reserved.c_str());
        CHECK(baton_memory_grow(memory, capacity) == 0 && baton_memory_grow(memory, 1) == 0, "%s", baton_last_error());
        CHECK(baton_copy(baton_address(&first), address + 4999, 1) == 0, "%s", baton_last_error());
        CHECK(baton_copy(baton_address(&last), address + capacity - 1, 1) == 0, "%s", baton_last_error());
        CHECK(first == 7 && last == 0 && baton_memory_address(memory) == address, "memory grows in place, new bytes are zero");
        baton_memory_release(memory);
    }
    CHECK(baton_memory_reserve(backend, 5000, &memory) == 0 && baton_memory_grow(memory, 5000) == 0, "%s",
          baton_last_error());
    baton_memory_release(memory);
}

void copies() {
    std::vector<char> from(100, 3), to(100);
    int64_t source = baton_address(from.data()), target = baton_address(to.data());
    CHECK(baton_address(nullptr) == 0, "null is at 0");
    fails("copying to null", baton_copy(0, source, 1), "null");
    fails("copying from null", baton_copy(target, 0, 1), "null");
    fails("a negative length", baton_copy(target, source, -1), "less than 0 bytes");
    CHECK(baton_copy(0, 0, 0) == 0 && baton_copy(target, source, 99) == 0, "%s", baton_last_error());
    CHECK(to[98] == 3 && to[99] == 0, "99 bytes are copied");
}

void plans() {
    baton_backend* backend = backend_of(BASELINE, 1);
    baton_memory* memory = nullptr;
    CHECK(baton_memory_reserve(backend, 4096, &memory) == 0 && baton_memory_grow(memory, 4096) == 0, "%s",
          baton_last_error());
    std::vector<int64_t> addresses{baton_memory_address(memory), 0, 0, 0, 0}, sizes{16, 0, 0, 0, 8}, arguments{0};
    // Sums the input's two numbers into the workspace.
    std::vector<int64_t> code = command(REDUCE, {SUM, 1, 2, 1, reference(INPUT, 0), reference(WORKSPACE, 0)});
    int64_t words = static_cast<int64_t>(code.size()), inputs = baton_address(arguments.data());
    baton_plan* plan = nullptr;
    const int64_t *a = addresses.data(), *s = sizes.data();
    fails("no backend", baton_plan_create(nullptr, code.data(), words, a, s, 5, inputs, &plan), "the backend is null");
    fails("no code", baton_plan_create(backend, nullptr, words, a, s, 5, inputs, &plan), "the plan has no words");
    fails("negative words", baton_plan_create(backend, code.data(), -1, a, s, 5, inputs, &plan), "the plan has no words");
    fails("no addresses", baton_plan_create(backend, code.data(), words, nullptr, s, 5, inputs, &plan), "no addresses");
    fails("no sizes", baton_plan_create(backend, code.data(), words, a, nullptr, 5, inputs, &plan), "no addresses");
    for (int32_t spaces : {3, 0, -1, INT32_MIN}) {
        fails("too few spaces", baton_plan_create(backend, code.data(), words, a, s, spaces, inputs, &plan), "at least 4");
    }
    int64_t bytes = -1;
    fails("no backend to share", baton_plan_shared(nullptr, code.data(), words, s, 5, &bytes), "the backend is null");
    fails("no code that shares", baton_plan_shared(backend, nullptr, words, s, 5, &bytes), "the plan has no words");
    fails("no sizes of what shares", baton_plan_shared(backend, code.data(), words, nullptr, 5, &bytes), "at least 4");
    fails("no place for bytes", baton_plan_shared(backend, code.data(), words, s, 5, nullptr), "null");
    CHECK(baton_plan_shared(backend, code.data(), words, s, 5, &bytes) == 0 && bytes >= 0, "what is shared: %s",
          baton_last_error());
    fails("no arguments", baton_plan_create(backend, code.data(), words, a, s, 5, 0, &plan), "address of their addresses");
    fails("no place for a plan", baton_plan_create(backend, code.data(), words, a, s, 5, inputs, nullptr), "null");
    for (int64_t size : {int64_t(-1), INT64_MIN}) {
        sizes[4] = size;
        fails("a negative size", baton_plan_create(backend, code.data(), words, a, s, 5, inputs, &plan), "memory space 4 of -");
    }
    sizes[4] = 8;
    sizes[2] = 4;
    fails("constants at null", baton_plan_create(backend, code.data(), words, a, s, 5, inputs, &plan), "memory space 2 of 4");
    sizes[2] = 0;
    CHECK(plan == nullptr, "a failure leaves the handle alone");
    CHECK(baton_plan_create(backend, nullptr, 0, a, s, 4, 0, &plan) == 0, "nothing is a plan: %s", baton_last_error());
    CHECK(baton_plan_run(reinterpret_cast<int64_t>(plan)) == 0, "nothing runs: %s", baton_last_error());
    baton_plan_destroy(plan);
    CHECK(baton_plan_create(backend, code.data(), words, a, s, 5, inputs, &plan) == 0, "%s", baton_last_error());
    fails("an input at null", baton_plan_run(reinterpret_cast<int64_t>(plan)), "input 0 lies at address null");
    int64_t runs = baton_plan_runs();
    for (float first : {1.0f, 5.0f}) {
        // Inputs move from run to run.
        std::vector<float> input{first, 2}, sum{0};
        arguments[0] = baton_address(input.data());
        CHECK(baton_plan_run(reinterpret_cast<int64_t>(plan)) == 0, "%s", baton_last_error());
        CHECK(baton_copy(baton_address(sum.data()), addresses[0], 4) == 0, "%s", baton_last_error());
        CHECK(sum[0] == first + 2, "the sum is %g", sum[0]);
    }
    CHECK(baton_plan_runs() == runs + 2, "runs are counted");
    std::vector<float> input{3, 4}, sum{0};
    arguments[0] = baton_address(input.data());
    CHECK(baton_plan_start(reinterpret_cast<int64_t>(plan)) == 0, "%s", baton_last_error());
    CHECK(baton_is_asynchronous() == 1 || baton_plan_is_running(reinterpret_cast<int64_t>(plan)) == 0,
          "the first part of a run is all of it");
    CHECK(baton_plan_prefetch(reinterpret_cast<int64_t>(plan)) == 0, "%s", baton_last_error());
    CHECK(baton_plan_finish(reinterpret_cast<int64_t>(plan)) == 0, "%s", baton_last_error());
    CHECK(baton_copy(baton_address(sum.data()), addresses[0], 4) == 0 && sum[0] == 7, "the sum is %g", sum[0]);
    CHECK(baton_plan_runs() == runs + 3, "what is started is counted");
    fails("running null", baton_plan_run(0), "the plan is null");
    fails("starting null", baton_plan_start(0), "the plan is null");
    fails("finishing null", baton_plan_finish(0), "the plan is null");
    fails("copying ahead to null", baton_plan_prefetch(0), "the plan is null");
    CHECK(baton_plan_is_running(0) == 0, "null runs");
    baton_plan_destroy(plan);
    // The same sum, and the larger of the two, as outputs.
    addresses[OUTPUTS] = addresses[WORKSPACE];
    sizes[OUTPUTS] = 16;
    code = joined({command(REDUCE, {SUM, 1, 2, 1, reference(INPUT, 0), reference(OUTPUTS, 0)}),
                   command(REDUCE, {LARGEST, 1, 2, 1, reference(INPUT, 0), reference(OUTPUTS, 12)})});
    words = static_cast<int64_t>(code.size());
    CHECK(baton_plan_create(backend, code.data(), words, a, s, 5, inputs, &plan) == 0, "%s", baton_last_error());
    int64_t handle = reinterpret_cast<int64_t>(plan);
    for (float first : {1.0f, 5.0f}) {
        std::vector<float> input{first, 2}, read(2);
        arguments[0] = baton_address(input.data());
        CHECK(baton_plan_run(handle) == 0, "%s", baton_last_error());
        CHECK(baton_plan_read(handle, 0, baton_address(&read[0]), 4) == 0, "%s", baton_last_error());
        CHECK(baton_plan_read(handle, 12, baton_address(&read[1]), 4) == 0, "%s", baton_last_error());
        CHECK(read[0] == first + 2 && read[1] == std::max(first, 2.0f), "the outputs are %g and %g", read[0], read[1]);
    }
    fails("reading of null", baton_plan_read(0, 0, baton_address(&bytes), 4), "the plan is null");
    fails("reading to null", baton_plan_read(handle, 0, 0, 4), "address null");
    CHECK(baton_plan_read(handle, 16, 0, 0) == 0, "nothing can be read from the end: %s", baton_last_error());
    for (int64_t outside : {int64_t(-1), int64_t(13), int64_t(17), INT64_MAX, INT64_MIN}) {
        fails("reading outside", baton_plan_read(handle, outside, baton_address(&bytes), 4), "outside of the plan's outputs");
    }
    fails("reading less than nothing", baton_plan_read(handle, 0, baton_address(&bytes), -1), "outside of the plan's outputs");
    baton_plan_destroy(plan);
    baton_plan_destroy(nullptr);
    baton_memory_release(memory);
}

void the_table_of_functions() {
    const baton_core* core = baton_functions();
    CHECK(core->abi_version() == BATON_ABI_VERSION, "the version in the table is %d", core->abi_version());
    CHECK(core->probe() == 0, "no backend can be opened: %s", core->last_error());
    CHECK(core->has_command(1) == 1 && core->has_command(0) == 0, "the table has other commands");
    baton_backend* backend = nullptr;
    CHECK(core->backend_open(0, nullptr, &backend) != 0 && *core->last_error() != '\0', "a backend of number 0 opens");
    int64_t bytes = 0;
    CHECK(core->backend_free_memory(nullptr, &bytes) != 0, "a backend that is null has memory");
    int64_t runs = core->plan_runs();
    CHECK(core->plan_run(0) != 0 && core->plan_runs() == runs + 1 && baton_plan_runs() == runs + 1,
          "the table counts other runs");
}

}  // namespace

void test_boundary() {
    the_table_of_functions();
    messages_belong_to_threads();
    memory();
    copies();
    plans();
}
