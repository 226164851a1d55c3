// The boundary: handles, and every failure as a status with a message.
#include "baton.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <new>
#include <string>

#include "instruction_set.h"
#include "openblas.h"
#include "plan.h"
#include "tiles.h"

namespace baton {

Machine::Machine(int threads, const Kernels& chosen)
    : pool(threads), kernels(chosen), pairs(choose_pairs(chosen)), small_tiles(openblas_has_small_kernels()) {
    int64_t panel = small_tiles ? PANEL_ROWS * PANEL_COLUMNS : Product::SCRATCH;
    int64_t bytes = MOST_REGISTERS * REGISTER_BYTES + (LARGEST_TILE + panel) * 4 + 64;
    for (int i = 0; i < threads; i++) {
        scratch_.push_back(std::unique_ptr<char[]>(new char[bytes]));
    }
}

namespace {

constexpr int64_t LINE_BYTES = 64;

float* next_line(char* memory) {
    return reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(memory) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
}

}  // namespace

float* Machine::tile(int worker) { return next_line(scratch_[worker].get() + MOST_REGISTERS * REGISTER_BYTES); }

float* Machine::panel(int worker) { return tile(worker) + LARGEST_TILE; }

void Machine::multiply(int worker, const Product& p, bool packs) {
    if (small_tiles || packs) {
        baton::multiply(p.transposed_a, p.transposed_b, p.m, p.n, p.k, p.a, p.row_a, p.b, p.row_b, p.c, p.row_c, p.accumulate);
    } else {
        kernels.product(p, panel(worker));
    }
}

void Machine::share(int64_t floats) {
    if (floats > shared_floats_) {
        shared_memory_.reset(new char[static_cast<size_t>(floats * 4 + LINE_BYTES)]);
        shared_ = next_line(shared_memory_.get());
        shared_floats_ = floats;
    }
}

}  // namespace baton

struct baton_backend {
    baton::Machine machine;
};

struct baton_memory {
    char* mapped;  // where the mapping begins, somewhat before the address
    int64_t length;
    char* address;
    int64_t capacity;
    int64_t usable;
};

struct baton_plan {
    baton::Machine* machine;
    std::vector<std::unique_ptr<baton::Command>> commands;
    std::vector<char*> bases;
    std::vector<int64_t> sizes;
    const int64_t* arguments;
};

namespace {

constexpr int32_t FIRST_INPUT = 4;
constexpr int32_t MOST_THREADS = 1024;
constexpr int64_t LARGE_PAGE = int64_t(1) << 21;  // bytes

thread_local char last_error[1024] = "";
std::atomic<int64_t> runs{0};

int32_t failed(const char* message) {
    std::strncpy(last_error, message, sizeof last_error - 1);
    return 1;
}

template <typename Body>
int32_t guarded(Body&& body) {
    try {
        body();
        return 0;
    } catch (const std::bad_alloc&) {
        return failed("out of memory");
    } catch (const std::exception& e) {
        return failed(e.what());
    } catch (...) {
        return failed("an unknown failure");
    }
}

void require(bool holds, const char* message) {
    if (!holds) {
        throw baton::Failure(message);
    }
}

}  // namespace

extern "C" {

int32_t baton_abi_version(void) { return BATON_ABI_VERSION; }

const char* baton_last_error(void) { return last_error; }

int32_t baton_backend_open(int32_t threads, const char* isa, baton_backend** backend) {
    return guarded([&] {
        require(backend != nullptr, "there is no place for the backend's handle: it is null");
        if (threads < 1 || threads > MOST_THREADS) {
            throw baton::Failure("a backend has 1 to " + std::to_string(MOST_THREADS) + " threads, not " +
                                 std::to_string(threads));
        }
        *backend = new baton_backend{{threads, baton::choose_kernels(isa)}};
    });
}

void baton_backend_close(baton_backend* backend) { delete backend; }

const char* baton_backend_isa(const baton_backend* backend) {
    return backend == nullptr ? "" : backend->machine.kernels.name;
}

int32_t baton_backend_has_bfloat16(const baton_backend* backend) {
    return backend != nullptr && backend->machine.pairs != nullptr;
}

int32_t baton_backend_has_own_products(const baton_backend* backend) {
    return backend != nullptr && !backend->machine.small_tiles;
}

const char* baton_processor(void) { return baton::processor_name(); }

const char* baton_openblas_core(void) { return baton::openblas_core(); }

int32_t baton_has_command(int64_t opcode) {
    return (opcode >= 1 && opcode <= 29) || (opcode >= 34 && opcode <= 36) || (opcode >= 40 && opcode <= 43);
}

int32_t baton_memory_reserve(int64_t capacity, baton_memory** memory) {
    return guarded([&] {
        require(memory != nullptr, "there is no place for the memory's handle: it is null");
        auto created = std::make_unique<baton_memory>();
        created->capacity = capacity;
        // In whole large pages, as it grows, and one more for the address to begin with one.
        bool possible = capacity > 0 && capacity < INT64_MAX - 2 * LARGE_PAGE;
        created->length = possible ? baton::rounded_up(capacity, LARGE_PAGE) + LARGE_PAGE : 0;
        void* address = possible ? mmap(nullptr, static_cast<size_t>(created->length), PROT_NONE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                 : MAP_FAILED;
        if (address == MAP_FAILED) {
            throw baton::Failure("cannot reserve " + std::to_string(capacity) + " bytes of address space");
        }
        created->mapped = static_cast<char*>(address);
        created->address = reinterpret_cast<char*>(baton::rounded_up(reinterpret_cast<int64_t>(address), LARGE_PAGE));
        *memory = created.release();
    });
}

int32_t baton_memory_grow(baton_memory* memory, int64_t bytes) {
    return guarded([&] {
        require(memory != nullptr, "the memory is null: it was never reserved");
        require(bytes >= 0, "memory cannot have less than 0 bytes");
        int64_t page = sysconf(_SC_PAGESIZE);
        if (bytes > memory->capacity) {
            throw baton::Failure("memory of " + std::to_string(bytes) + " bytes is more than the " +
                                 std::to_string(memory->capacity) + " reserved");
        }
        int64_t wanted = baton::rounded_up(bytes, bytes < LARGE_PAGE ? page : LARGE_PAGE);
        if (wanted > memory->usable) {
            if (mprotect(memory->address, static_cast<size_t>(wanted), PROT_READ | PROT_WRITE) != 0) {
                throw baton::Failure("the system gives no more memory: " + std::to_string(bytes) + " bytes are needed");
            }
            if (wanted >= LARGE_PAGE) {
                // A wish: with pages of 4 KiB, steps take up to a third longer, more in one process than in another.
                madvise(memory->address, static_cast<size_t>(wanted), MADV_HUGEPAGE);
            }
            memory->usable = wanted;
        }
    });
}

int64_t baton_memory_address(const baton_memory* memory) {
    return memory == nullptr ? 0 : reinterpret_cast<int64_t>(memory->address);
}

void baton_memory_release(baton_memory* memory) {
    if (memory != nullptr) {
        munmap(memory->mapped, static_cast<size_t>(memory->length));
        delete memory;
    }
}

int64_t baton_address(const void* buffer) { return reinterpret_cast<int64_t>(buffer); }

int32_t baton_copy(int64_t target, int64_t source, int64_t bytes) {
    return guarded([&] {
        require(bytes >= 0, "cannot copy less than 0 bytes");
        require(bytes == 0 || (target != 0 && source != 0), "cannot copy from or to the address null");
        if (bytes > 0) {
            std::memcpy(reinterpret_cast<void*>(target), reinterpret_cast<const void*>(source), static_cast<size_t>(bytes));
        }
    });
}

int32_t baton_plan_create(baton_backend* backend, const int64_t* code, int64_t words, const int64_t* addresses,
                          const int64_t* sizes, int32_t spaces, int64_t arguments, baton_plan** plan) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(plan != nullptr, "there is no place for the plan's handle: it is null");
        require(words >= 0 && (words == 0 || code != nullptr), "the plan has no words: the code is null or its length negative");
        require(spaces >= FIRST_INPUT, "a plan has at least 4 memory spaces");
        require(addresses != nullptr && sizes != nullptr, "the memory spaces have no addresses or sizes: they are null");
        require(spaces == FIRST_INPUT || arguments != 0, "the plan has inputs, but the address of their addresses is null");
        auto created = std::make_unique<baton_plan>();
        created->machine = &backend->machine;
        created->arguments = reinterpret_cast<const int64_t*>(arguments);
        for (int32_t i = 0; i < spaces; i++) {
            if (sizes[i] < 0 || (i < FIRST_INPUT && sizes[i] > 0 && addresses[i] == 0)) {
                throw baton::Failure("memory space " + std::to_string(i) + " of " + std::to_string(sizes[i]) +
                                     " bytes lies at address " + std::to_string(addresses[i]));
            }
            created->bases.push_back(reinterpret_cast<char*>(addresses[i]));
            created->sizes.push_back(sizes[i]);
        }
        created->commands = baton::Decoder(code, words, sizes, spaces, backend->machine).commands();
        for (const auto& command : created->commands) {
            command->prepare(backend->machine);
        }
        *plan = created.release();
    });
}

int32_t baton_plan_run(int64_t handle) {
    runs.fetch_add(1, std::memory_order_relaxed);
    baton_plan* plan = reinterpret_cast<baton_plan*>(handle);
    return guarded([&] {
        require(plan != nullptr, "the plan is null: it was never created");
        baton::openblas_use_one_thread();
        for (size_t i = FIRST_INPUT; i < plan->bases.size(); i++) {
            plan->bases[i] = reinterpret_cast<char*>(plan->arguments[i - FIRST_INPUT]);
            if (plan->bases[i] == nullptr && plan->sizes[i] > 0) {
                throw baton::Failure("input " + std::to_string(i - FIRST_INPUT) + " lies at address null");
            }
        }
        baton::Run run{*plan->machine, plan->bases.data()};
        for (const auto& command : plan->commands) {
            command->run(run);
        }
    });
}

int32_t baton_convolution_scratch(const baton_backend* backend, const int64_t* geometry, int64_t opcode, int64_t* bytes) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(geometry != nullptr && bytes != nullptr, "there is no geometry, or no place for its bytes: it is null");
        *bytes = baton::convolution_scratch(geometry, opcode, backend->machine);
    });
}

void baton_plan_destroy(baton_plan* plan) { delete plan; }

int64_t baton_plan_runs(void) { return runs.load(); }

}  // extern "C"
