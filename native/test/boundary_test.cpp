// The functions of baton.h with arguments that are null, negative or too large: each an error in words, nothing ends the
// process.
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <thread>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

void fails(const char* what, int32_t status, const char* words) {
    CHECK(status != 0, "%s succeeds", what);
    CHECK(std::string(baton_last_error()).find(words) != std::string::npos, "%s: the message is: %s", what, baton_last_error());
}

void backends() {
    baton_backend* backend = nullptr;
    for (int32_t threads : {0, -1, 1025, INT32_MIN, INT32_MAX}) {
        fails("an impossible number of threads", baton_backend_open(threads, nullptr, &backend), "1 to 1024 threads");
    }
    for (const char* isa : {"sse", "AVX2", "avx2 ", "avx512f"}) {
        fails("an unknown instruction set", baton_backend_open(1, isa, &backend), "baseline, avx2 and avx512 are known");
    }
    fails("a very long name", baton_backend_open(1, std::string(5000, 'x').c_str(), &backend), "there is no instruction set 'xxx");
    CHECK(std::string(baton_last_error()).size() < 1024, "the message is cut to its buffer");
    fails("no place for a backend", baton_backend_open(1, nullptr, nullptr), "null");
    CHECK(backend == nullptr, "a failure leaves the handle alone");
    for (const char* best : {static_cast<const char*>(nullptr), ""}) {
        CHECK(baton_backend_open(2, best, &backend) == 0, "the best instruction set: %s", baton_last_error());
        CHECK(std::string(baton_backend_isa(backend)) == instruction_sets().back(), "the best is %s", baton_backend_isa(backend));
        baton_backend_close(backend);
    }
    CHECK(std::string(baton_backend_isa(nullptr)).empty(), "null has no instruction set");
    CHECK(baton_backend_has_own_products(nullptr) == 0 && baton_backend_has_bfloat16(nullptr) == 0, "null has no products");
    baton_backend_close(nullptr);
    CHECK(baton_abi_version() == BATON_ABI_VERSION, "the library's version is the header's");
    for (int64_t opcode : {1, 29, 34, 36, 40, 43}) {
        CHECK(baton_has_command(opcode) == 1, "there is command %lld", static_cast<long long>(opcode));
    }
    for (int64_t opcode : {0, 30, 33, 37, 44, -1}) {
        CHECK(baton_has_command(opcode) == 0, "there is no command %lld", static_cast<long long>(opcode));
    }
    CHECK(!std::string(baton_processor()).empty() && std::string(baton_openblas_core()) != "", "names are given");
}

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

// What several memories have grown to is theirs, wherever the system puts them.
void memories_side_by_side() {
    constexpr int64_t CAPACITY = (int64_t(3) << 20) + 4096;
    std::vector<baton_memory*> memories(9);
    for (baton_memory*& memory : memories) {
        CHECK(baton_memory_reserve(CAPACITY, &memory) == 0, "%s", baton_last_error());
    }
    // Every second one is given back: what lies behind the others is nobody's.
    for (size_t i = 1; i < memories.size(); i += 2) baton_memory_release(memories[i]);
    for (size_t i = 0; i < memories.size(); i += 2) {
        CHECK(baton_memory_grow(memories[i], CAPACITY) == 0, "%s", baton_last_error());
        reinterpret_cast<char*>(baton_memory_address(memories[i]))[CAPACITY - 1] = 7;
    }
    for (size_t i = 0; i < memories.size(); i += 2) baton_memory_release(memories[i]);
}

void memory() {
    baton_memory* memory = nullptr;
    for (int64_t capacity : {int64_t(0), int64_t(-1), INT64_MIN, INT64_MAX}) {
        fails("an impossible capacity", baton_memory_reserve(capacity, &memory), "bytes of address space");
    }
    fails("no place for memory", baton_memory_reserve(1, nullptr), "null");
    fails("growing null", baton_memory_grow(nullptr, 1), "the memory is null");
    CHECK(baton_memory_address(nullptr) == 0, "null has no address");
    baton_memory_release(nullptr);
    CHECK(baton_memory_reserve(1 << 20, &memory) == 0, "%s", baton_last_error());
    int64_t address = baton_memory_address(memory);
    char* bytes = reinterpret_cast<char*>(address);
    CHECK(baton_memory_grow(memory, 0) == 0 && baton_memory_grow(memory, 5000) == 0, "%s", baton_last_error());
    bytes[4999] = 7;
    fails("a negative size", baton_memory_grow(memory, -1), "less than 0 bytes");
    fails("more than was reserved", baton_memory_grow(memory, (1 << 20) + 1), "more than the 1048576 reserved");
    fails("far more than was reserved", baton_memory_grow(memory, INT64_MAX), "more than the 1048576 reserved");
    CHECK(baton_memory_grow(memory, 1 << 20) == 0 && baton_memory_grow(memory, 1) == 0, "%s", baton_last_error());
    CHECK(bytes[4999] == 7 && bytes[(1 << 20) - 1] == 0 && baton_memory_address(memory) == address, "memory grows in place");
    baton_memory_release(memory);
    CHECK(baton_memory_reserve(5000, &memory) == 0 && baton_memory_grow(memory, 5000) == 0, "%s", baton_last_error());
    baton_memory_release(memory);
}

// The system's own limit on a process's data stands for a system that has no more memory.
void memory_that_the_system_refuses() {
    baton_memory* memory = nullptr;
    CHECK(baton_memory_reserve(1LL << 36, &memory) == 0, "%s", baton_last_error());
    rlimit before;
    getrlimit(RLIMIT_DATA, &before);
    rlimit none{0, before.rlim_max};
    setrlimit(RLIMIT_DATA, &none);
    int32_t status = baton_memory_grow(memory, 1LL << 35);
    setrlimit(RLIMIT_DATA, &before);
    // Some systems do not enforce the limit.
    if (status != 0) {
        fails("growing beyond the system's limit", status, "the system gives no more memory");
    }
    CHECK(baton_memory_grow(memory, 5000) == 0, "after a failure: %s", baton_last_error());
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
    baton_backend* backend = backend_of("baseline", 1);
    std::vector<float> values{1, 2, 3, 4};
    std::vector<int64_t> addresses{baton_address(values.data()), 0, 0, 0, 0}, sizes{16, 0, 0, 0, 8};
    std::vector<int64_t> arguments{0};
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
        std::vector<float> input{first, 2};
        arguments[0] = baton_address(input.data());
        CHECK(baton_plan_run(reinterpret_cast<int64_t>(plan)) == 0, "%s", baton_last_error());
        CHECK(values[0] == first + 2, "the sum is %g", values[0]);
    }
    CHECK(baton_plan_runs() == runs + 2, "runs are counted");
    fails("running null", baton_plan_run(0), "the plan is null");
    baton_plan_destroy(plan);
    baton_plan_destroy(nullptr);
}

}  // namespace

void test_boundary() {
    backends();
    messages_belong_to_threads();
    memory();
    memories_side_by_side();
    memory_that_the_system_refuses();
    copies();
    plans();
}
