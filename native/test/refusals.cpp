// The operators new and the system's function that starts a thread, replaced for the whole test program. In a file of its
// own, so that the compiler does not look into a pair of new and delete.
#include "refusals.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include <cstdlib>
#include <new>

thread_local int allocations_left = -1;
std::atomic<int> threads_left{-1};

namespace {

void* allocated(size_t bytes) {
    if (allocations_left == 0) {
        throw std::bad_alloc();
    }
    if (allocations_left > 0) {
        allocations_left--;
    }
    void* memory = std::malloc(bytes > 0 ? bytes : 1);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

}  // namespace

void* operator new(size_t bytes) { return allocated(bytes); }
void* operator new[](size_t bytes) { return allocated(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

// In place of the system's function, which it calls as long as threads are left.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) noexcept {
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const Create real = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
    if (threads_left == 0) {
        return EAGAIN;
    }
    if (threads_left > 0) {
        threads_left--;
    }
    return real(thread, attributes, start, argument);
}
