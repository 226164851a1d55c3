// The functions of baton.h whose answers are the processor's own: instruction sets, names, commands, and its memory.
#include <sys/resource.h>

#include "check.h"
#include "rejections.h"

namespace {

void backends() {
    baton_backend* backend = nullptr;
    for (int32_t threads : {0, -1, 1025, INT32_MIN, INT32_MAX}) {
        fails("an impossible number of threads", baton_backend_open(threads, nullptr, &backend), "1 to 1024 threads");
    }
    for (const char* isa : {"sse", "AVX2", "avx2 ", "avx512f"}) {
        fails("an unknown instruction set", baton_backend_open(1, isa, &backend), "there is no instruction set '");
        for (const char* known : KNOWN_INSTRUCTION_SETS) {
            CHECK(std::strstr(baton_last_error(), known) != nullptr, "%s is named: %s", known, baton_last_error());
        }
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
    for (int64_t opcode : {1, 29, 30, 34, 37, 40, 43}) {
        CHECK(baton_has_command(opcode) == 1, "there is command %lld", static_cast<long long>(opcode));
    }
    for (int64_t opcode : {0, 31, 33, 38, 44, -1}) {
        CHECK(baton_has_command(opcode) == 0, "there is no command %lld", static_cast<long long>(opcode));
    }
    CHECK(!std::string(baton_processor()).empty() && std::string(baton_openblas_core()) != "", "names are given");
}

// What several memories have grown to is theirs, wherever the system puts them.
void memories_side_by_side() {
    constexpr int64_t CAPACITY = (int64_t(3) << 20) + 4096;
    std::vector<baton_memory*> memories(9);
    for (baton_memory*& memory : memories) {
        CHECK(baton_memory_reserve(backend_of(BASELINE, 1), CAPACITY, &memory) == 0, "%s", baton_last_error());
    }
    // Every second one is given back: what lies behind the others is nobody's.
    for (size_t i = 1; i < memories.size(); i += 2) baton_memory_release(memories[i]);
    for (size_t i = 0; i < memories.size(); i += 2) {
        CHECK(baton_memory_grow(memories[i], CAPACITY) == 0, "%s", baton_last_error());
        reinterpret_cast<char*>(baton_memory_address(memories[i]))[CAPACITY - 1] = 7;
    }
    for (size_t i = 0; i < memories.size(); i += 2) baton_memory_release(memories[i]);
}

// The system's own limit on a process's data stands for a system that has no more memory.
void memory_that_the_system_refuses() {
    baton_memory* memory = nullptr;
    CHECK(baton_memory_reserve(backend_of(BASELINE, 1), 1LL << 31, &memory) == 0, "%s", baton_last_error());
    rlimit before;
    getrlimit(RLIMIT_DATA, &before);
    rlimit none{0, before.rlim_max};
    setrlimit(RLIMIT_DATA, &none);
    int32_t status = baton_memory_grow(memory, 1LL << 30);
    setrlimit(RLIMIT_DATA, &before);
    // Some systems do not enforce the limit.
    if (status != 0) {
        fails("growing beyond the system's limit", status, "the system gives no more memory");
    }
    CHECK(baton_memory_grow(memory, 5000) == 0, "after a failure: %s", baton_last_error());
    baton_memory_release(memory);
}

// Nothing of the address space is taken that could never be used.
void memory_beyond_all_there_is() {
    baton_memory* memory = nullptr;
    CHECK(baton_memory_reserve(backend_of(BASELINE, 1), 1LL << 60, &memory) == 0, "%s", baton_last_error());
    fails("more than there is", baton_memory_grow(memory, 1LL << 60), "that the system has for this process");
    CHECK(baton_memory_grow(memory, 5000) == 0, "after a failure: %s", baton_last_error());
    baton_memory_release(memory);
}

}  // namespace

void test_processor() {
    backends();
    memories_side_by_side();
    memory_that_the_system_refuses();
    memory_beyond_all_there_is();
}
