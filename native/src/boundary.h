// The boundary of a core: the functions of baton.h, with every failure as a status with a message. Included once by each
// core, behind what it has of its own in namespace baton:
//
//   class Backend        Backend(number, isa), name(), has_own_products(), has_bfloat16(), free_memory(),
//                        convolution_scratch(geometry, opcode), plan_shared(code, words, sizes, spaces), join(group, member),
//                        reserve(capacity), which gives
//   class GrowingMemory  grow(bytes), address()
//   CoreGroup            CoreGroup(members), break_up(), name(to), find(name, members)
//   class Plan           Plan(backend, code, words, addresses, sizes, spaces, arguments), run(), start(), is_running(),
//                        prefetch(), finish(), outputs_size(), read(first, to, bytes), IS_ASYNCHRONOUS
//   probe(), processor_name(), openblas_core(), copy(to, from, bytes); Decoder::has(opcode)
//
// Their arguments have been checked here, but for what only a core knows.
#include <atomic>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "baton.h"
#include "plan_reader.h"

struct baton_backend {
    baton::Backend backend;
};

struct baton_memory {
    baton::GrowingMemory memory;
};

struct baton_plan {
    baton::Plan plan;
};

struct baton_group {
    std::shared_ptr<baton::CoreGroup> group;
};

namespace {

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

void require_words(const int64_t* code, int64_t words) {
    require(words >= 0 && (words == 0 || code != nullptr), "the plan has no words: the code is null or its length negative");
}

template <typename Body>
int32_t guarded_with_plan(int64_t handle, Body&& body) {
    return guarded([&] {
        require(handle != 0, "the plan is null: it was never created");
        body(reinterpret_cast<baton_plan*>(handle)->plan);
    });
}

}  // namespace

extern "C" {

int32_t baton_abi_version(void) { return BATON_ABI_VERSION; }

int32_t baton_probe(void) { return guarded(baton::probe); }

const char* baton_last_error(void) { return last_error; }

int32_t baton_backend_open(int32_t number, const char* isa, baton_backend** backend) {
    return guarded([&] {
        require(backend != nullptr, "there is no place for the backend's handle: it is null");
        *backend = new baton_backend{{number, isa}};
    });
}

void baton_backend_close(baton_backend* backend) { delete backend; }

const char* baton_backend_isa(const baton_backend* backend) { return backend == nullptr ? "" : backend->backend.name(); }

int32_t baton_backend_has_bfloat16(const baton_backend* backend) {
    return backend != nullptr && backend->backend.has_bfloat16();
}

int32_t baton_backend_has_own_products(const baton_backend* backend) {
    return backend != nullptr && backend->backend.has_own_products();
}

const char* baton_processor(void) { return baton::processor_name(); }

const char* baton_openblas_core(void) { return baton::openblas_core(); }

int32_t baton_has_command(int64_t opcode) { return baton::Decoder::has(opcode); }

int32_t baton_memory_reserve(baton_backend* backend, int64_t capacity, baton_memory** memory) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(memory != nullptr, "there is no place for the memory's handle: it is null");
        *memory = new baton_memory{backend->backend.reserve(capacity)};
    });
}

int32_t baton_memory_grow(baton_memory* memory, int64_t bytes) {
    return guarded([&] {
        require(memory != nullptr, "the memory is null: it was never reserved");
        require(bytes >= 0, "memory cannot have less than 0 bytes");
        memory->memory.grow(bytes);
    });
}

int64_t baton_memory_address(const baton_memory* memory) { return memory == nullptr ? 0 : memory->memory.address(); }

void baton_memory_release(baton_memory* memory) { delete memory; }

int64_t baton_address(const void* buffer) { return reinterpret_cast<int64_t>(buffer); }

int32_t baton_copy(int64_t target, int64_t source, int64_t bytes) {
    return guarded([&] {
        require(bytes >= 0, "cannot copy less than 0 bytes");
        require(bytes == 0 || (target != 0 && source != 0), "cannot copy from or to the address null");
        if (bytes > 0) {
            baton::copy(reinterpret_cast<void*>(target), reinterpret_cast<const void*>(source), bytes);
        }
    });
}

int32_t baton_plan_create(baton_backend* backend, const int64_t* code, int64_t words, const int64_t* addresses,
                          const int64_t* sizes, int32_t spaces, int64_t arguments, baton_plan** plan) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(plan != nullptr, "there is no place for the plan's handle: it is null");
        require_words(code, words);
        require(spaces >= baton::FIRST_INPUT, "a plan has at least 4 memory spaces");
        require(addresses != nullptr && sizes != nullptr, "the memory spaces have no addresses or sizes: they are null");
        require(spaces == baton::FIRST_INPUT || arguments != 0, "the plan has inputs, but the address of their addresses is null");
        for (int32_t i = 0; i < spaces; i++) {
            if (sizes[i] < 0 || (i < baton::FIRST_INPUT && sizes[i] > 0 && addresses[i] == 0)) {
                throw baton::Failure("memory space " + std::to_string(i) + " of " + std::to_string(sizes[i]) +
                                     " bytes lies at address " + std::to_string(addresses[i]));
            }
        }
        *plan = new baton_plan{{backend->backend, code, words, addresses, sizes, spaces,
                                reinterpret_cast<const int64_t*>(arguments)}};
    });
}

int32_t baton_plan_shared(const baton_backend* backend, const int64_t* code, int64_t words, const int64_t* sizes,
                          int32_t spaces, int64_t* bytes) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require_words(code, words);
        require(spaces >= baton::FIRST_INPUT && sizes != nullptr, "a plan has at least 4 memory spaces, and each a size");
        require(bytes != nullptr, "there is no place for the bytes: it is null");
        *bytes = backend->backend.plan_shared(code, words, sizes, spaces);
    });
}

int32_t baton_plan_run(int64_t handle) {
    runs.fetch_add(1, std::memory_order_relaxed);
    return guarded_with_plan(handle, [](baton::Plan& plan) { plan.run(); });
}

int32_t baton_is_asynchronous(void) { return baton::Plan::IS_ASYNCHRONOUS; }

int32_t baton_plan_start(int64_t handle) {
    runs.fetch_add(1, std::memory_order_relaxed);
    return guarded_with_plan(handle, [](baton::Plan& plan) { plan.start(); });
}

int32_t baton_plan_is_running(int64_t handle) {
    return handle != 0 && reinterpret_cast<const baton_plan*>(handle)->plan.is_running();
}

int32_t baton_plan_prefetch(int64_t handle) {
    return guarded_with_plan(handle, [](baton::Plan& plan) { plan.prefetch(); });
}

int32_t baton_plan_finish(int64_t handle) {
    return guarded_with_plan(handle, [](baton::Plan& plan) { plan.finish(); });
}

int32_t baton_plan_read(int64_t handle, int64_t first, int64_t target, int64_t bytes) {
    return guarded_with_plan(handle, [&](const baton::Plan& plan) {
        const int64_t size = plan.outputs_size();
        require(bytes >= 0 && first >= 0 && first <= size && bytes <= size - first,
                "what is read lies outside of the plan's outputs");
        require(bytes == 0 || target != 0, "cannot copy to the address null");
        if (bytes > 0) {
            plan.read(first, reinterpret_cast<void*>(target), bytes);
        }
    });
}

int32_t baton_backend_free_memory(const baton_backend* backend, int64_t* bytes) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(bytes != nullptr, "there is no place for the bytes: it is null");
        *bytes = backend->backend.free_memory();
    });
}

int32_t baton_convolution_scratch(const baton_backend* backend, const int64_t* geometry, int64_t opcode, int64_t* bytes) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(geometry != nullptr && bytes != nullptr, "there is no geometry, or no place for its bytes: it is null");
        *bytes = backend->backend.convolution_scratch(geometry, opcode);
    });
}

void baton_plan_destroy(baton_plan* plan) { delete plan; }

int64_t baton_plan_runs(void) { return runs.load(); }

int32_t baton_group_create(int32_t members, baton_group** group) {
    return guarded([&] {
        require(group != nullptr, "there is no place for the group's handle: it is null");
        *group = new baton_group{std::make_shared<baton::CoreGroup>(members)};
    });
}

int32_t baton_group_name(char* name) {
    return guarded([&] {
        require(name != nullptr, "there is no place for the group's name: it is null");
        baton::CoreGroup::name(name);
    });
}

int32_t baton_group_find(const char* name, int32_t members, baton_group** group) {
    return guarded([&] {
        require(name != nullptr, "the group's name is null");
        require(group != nullptr, "there is no place for the group's handle: it is null");
        *group = new baton_group{baton::CoreGroup::find(name, members)};
    });
}

int32_t baton_backend_join(baton_backend* backend, baton_group* group, int32_t member) {
    return guarded([&] {
        require(backend != nullptr, "the backend is null: it was never opened");
        require(group != nullptr, "the group is null: it was never created");
        backend->backend.join(*group->group, member);
    });
}

void baton_group_break(baton_group* group) {
    if (group != nullptr) {
        group->group->break_up();
    }
}

void baton_group_release(baton_group* group) { delete group; }

const baton_core* baton_functions(void) {
    static const baton_core functions = {
        baton_abi_version,
        baton_probe,
        baton_last_error,
        baton_backend_open,
        baton_backend_close,
        baton_backend_isa,
        baton_processor,
        baton_openblas_core,
        baton_backend_has_own_products,
        baton_backend_has_bfloat16,
        baton_has_command,
        baton_memory_reserve,
        baton_memory_grow,
        baton_memory_address,
        baton_memory_release,
        baton_address,
        baton_copy,
        baton_plan_create,
        baton_plan_shared,
        baton_convolution_scratch,
        baton_plan_run,
        baton_plan_read,
        baton_plan_destroy,
        baton_plan_runs,
        baton_group_create,
        baton_group_name,
        baton_group_find,
        baton_backend_join,
        baton_group_break,
        baton_group_release,
        baton_backend_free_memory,
        baton_is_asynchronous,
        baton_plan_start,
        baton_plan_is_running,
        baton_plan_prefetch,
        baton_plan_finish,
    };
    return &functions;
}

}  // extern "C"
