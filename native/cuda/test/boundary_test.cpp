// The functions of baton.h on this core, also with arguments that are null, negative or too large: each of those is an
// error in words.
#include <string>

#include "bench.h"
#include "check.h"

using namespace format;

namespace {

void fails(const char* what, int32_t status, const char* words) {
    CHECK(status != 0, "%s succeeds", what);
    std::string message = baton_last_error();
    CHECK(message.find(words) != std::string::npos, "%s: the message is: %s", what, message.c_str());
}

void backends() {
    baton_backend* backend = nullptr;
    for (int32_t number : {0, -1, INT32_MIN}) {
        fails("an impossible number", baton_backend_open(number, nullptr, &backend), "a backend's number is");
    }
    fails("no place for a backend", baton_backend_open(1, nullptr, nullptr), "null");
    CHECK(backend == nullptr, "a failure leaves the handle alone");
    CHECK(baton_backend_open(1, "whatever", &backend) == 0, "opening: %s", baton_last_error());
    std::string name = baton_backend_isa(backend);
    CHECK(name == "host" || name == "cuda", "the executor is '%s'", name.c_str());
    CHECK(baton_backend_has_own_products(backend) == 0 && baton_backend_has_bfloat16(backend) == 0, "products are plain");
    int64_t bytes = 0;
    fails("a convolution's scratch", baton_convolution_scratch(backend, nullptr, 14, &bytes), "has no convolutions");
    baton_backend_close(backend);
    baton_backend_close(nullptr);
    CHECK(std::string(baton_backend_isa(nullptr)).empty(), "null has no executor");
    CHECK(std::string(baton_openblas_core()).empty(), "there is no OpenBLAS");
    CHECK(!std::string(baton_processor()).empty(), "the processor has a name");
    CHECK(baton_abi_version() == BATON_ABI_VERSION, "the library's version is the header's");
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
    constexpr int64_t CAPACITY = int64_t(9) << 20;
    CHECK(baton_memory_reserve(CAPACITY, &memory) == 0, "%s", baton_last_error());
    int64_t address = baton_memory_address(memory);
    CHECK(baton_memory_grow(memory, 0) == 0 && baton_memory_grow(memory, 5000) == 0, "%s", baton_last_error());
    char seven = 7, first = 0, last = 1;
    CHECK(baton_copy(address + 4999, baton_address(&seven), 1) == 0, "%s", baton_last_error());
    fails("a negative size", baton_memory_grow(memory, -1), "less than 0 bytes");
    fails("more than was reserved", baton_memory_grow(memory, CAPACITY + 1), "more than the 9437184 reserved");
    CHECK(baton_memory_grow(memory, CAPACITY) == 0 && baton_memory_grow(memory, 1) == 0, "%s", baton_last_error());
    CHECK(baton_copy(baton_address(&first), address + 4999, 1) == 0, "%s", baton_last_error());
    CHECK(baton_copy(baton_address(&last), address + CAPACITY - 1, 1) == 0, "%s", baton_last_error());
    CHECK(first == 7 && last == 0 && baton_memory_address(memory) == address, "memory grows in place, new bytes are zero");
    baton_memory_release(memory);
}

void copies() {
    std::vector<char> from(100, 3), to(100);
    int64_t source = baton_address(from.data()), target = baton_address(to.data());
    fails("copying to null", baton_copy(0, source, 1), "null");
    fails("copying from null", baton_copy(target, 0, 1), "null");
    fails("a negative length", baton_copy(target, source, -1), "less than 0 bytes");
    CHECK(baton_copy(0, 0, 0) == 0 && baton_copy(target, source, 99) == 0, "%s", baton_last_error());
    CHECK(to[98] == 3 && to[99] == 0, "99 bytes are copied");
}

void plans() {
    baton_backend* backend = backend_of("", 1);
    baton_memory* memory = nullptr;
    CHECK(baton_memory_reserve(4096, &memory) == 0 && baton_memory_grow(memory, 4096) == 0, "%s", baton_last_error());
    std::vector<int64_t> addresses{baton_memory_address(memory), 0, 0, 0, 0}, sizes{16, 0, 0, 0, 8}, arguments{0};
    // Sums the input's two numbers into the workspace.
    std::vector<int64_t> code = command(REDUCE, {SUM, 1, 2, 1, reference(INPUT, 0), reference(WORKSPACE, 0)});
    int64_t words = static_cast<int64_t>(code.size()), inputs = baton_address(arguments.data());
    baton_plan* plan = nullptr;
    const int64_t *a = addresses.data(), *s = sizes.data();
    fails("no backend", baton_plan_create(nullptr, code.data(), words, a, s, 5, inputs, &plan), "the backend is null");
    fails("no code", baton_plan_create(backend, nullptr, words, a, s, 5, inputs, &plan), "the plan has no words");
    fails("no addresses", baton_plan_create(backend, code.data(), words, nullptr, s, 5, inputs, &plan), "no addresses");
    fails("too few spaces", baton_plan_create(backend, code.data(), words, a, s, 3, inputs, &plan), "at least 4");
    fails("no arguments", baton_plan_create(backend, code.data(), words, a, s, 5, 0, &plan), "address of their addresses");
    fails("no place for a plan", baton_plan_create(backend, code.data(), words, a, s, 5, inputs, nullptr), "null");
    sizes[4] = -1;
    fails("a negative size", baton_plan_create(backend, code.data(), words, a, s, 5, inputs, &plan), "memory space 4 of -");
    sizes[4] = 8;
    sizes[2] = 4;
    fails("constants at null", baton_plan_create(backend, code.data(), words, a, s, 5, inputs, &plan), "space 2 of 4");
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
    fails("running null", baton_plan_run(0), "the plan is null");
    baton_plan_destroy(plan);
    baton_plan_destroy(nullptr);
    baton_memory_release(memory);
}

void commands_are_told_of() {
    for (int64_t opcode : {1, 2, 3, 8, 9, 10, 11, 12, 13, 29}) {
        CHECK(baton_has_command(opcode) == 1, "there is command %lld", static_cast<long long>(opcode));
    }
    for (int64_t opcode : {0, 4, 14, 30, 43, 66, -1}) {
        CHECK(baton_has_command(opcode) == 0, "there is no command %lld", static_cast<long long>(opcode));
    }
}

}  // namespace

void test_cuda_boundary() {
    commands_are_told_of();
    backends();
    memory();
    copies();
    plans();
}
