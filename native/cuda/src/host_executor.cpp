// The host executor: items run in the calling thread, one after the other.
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "executor.h"
#include "growing_memory.h"
#include "plan_reader.h"

namespace baton {

Executor::Executor(int32_t number) : device_(number) {
    if (number < 1) {
        throw Failure("a backend's number is at least 1, not " + std::to_string(number));
    }
}

Executor::~Executor() = default;

void Executor::enter() const {}

void Executor::copy(void* to, const void* from, int64_t bytes) const { baton::copy(to, from, bytes); }

void Executor::finish() const {}

const char* executor_name() { return "host"; }

const char* processor_name() { return "host executor"; }

void enter_processor() {}

void copy(void* to, const void* from, int64_t bytes) { std::memcpy(to, from, static_cast<size_t>(bytes)); }

Block::Block(int64_t bytes) : address_(new char[static_cast<size_t>(bytes)]) {}

Block::~Block() { delete[] address_; }

GrowingMemory::GrowingMemory(int64_t capacity) : capacity_(capacity) {
    int64_t page = sysconf(_SC_PAGESIZE);
    bool possible = capacity > 0 && capacity < INT64_MAX - page;
    reserved_ = possible ? rounded_up(capacity, page) : 0;
    void* address = possible ? mmap(nullptr, static_cast<size_t>(reserved_), PROT_NONE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                             : MAP_FAILED;
    if (address == MAP_FAILED) {
        throw Failure("cannot reserve " + std::to_string(capacity) + " bytes of address space");
    }
    address_ = reinterpret_cast<int64_t>(address);
}

GrowingMemory::~GrowingMemory() { munmap(reinterpret_cast<void*>(address_), static_cast<size_t>(reserved_)); }

void GrowingMemory::grow(int64_t bytes) {
    if (bytes > capacity_) {
        throw Failure("memory of " + std::to_string(bytes) + " bytes is more than the " + std::to_string(capacity_) +
                      " reserved");
    }
    int64_t wanted = rounded_up(bytes, sysconf(_SC_PAGESIZE));
    if (wanted > usable_) {
        if (mprotect(reinterpret_cast<void*>(address_), static_cast<size_t>(wanted), PROT_READ | PROT_WRITE) != 0) {
            throw Failure("the system gives no more memory: " + std::to_string(bytes) + " bytes are needed");
        }
        usable_ = wanted;
    }
}

}  // namespace baton
