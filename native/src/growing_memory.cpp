#include "growing_memory.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>

#include "plan_reader.h"

namespace baton {
namespace {

constexpr int64_t LARGE_PAGE = int64_t(1) << 21;  // bytes

// What there is for this process, in bytes: the machine's memory and swap space, or less where it has a limit. More could not
// be used, and address space is not free everywhere: with addresses of 39 bits, as many systems on 64-bit ARM have them,
// 512 GiB are there for a whole process.
int64_t all_there_is() {
    uint64_t bytes = INT64_MAX;
    struct sysinfo machine;
    if (sysinfo(&machine) == 0) {
        bytes = std::min<uint64_t>(bytes, (uint64_t(machine.totalram) + machine.totalswap) * machine.mem_unit);
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        bytes = std::min<uint64_t>(bytes, limit.rlim_cur);
    }
    return static_cast<int64_t>(bytes);
}

}  // namespace

GrowingMemory::GrowingMemory(int64_t capacity) : capacity_(std::min(capacity, all_there_is())), cut_(capacity_ < capacity) {
    // In whole large pages, which it may grow by, and one more for the address to begin with one.
    bool possible = capacity > 0 && capacity < INT64_MAX - 2 * LARGE_PAGE;
    length_ = possible ? rounded_up(capacity_, LARGE_PAGE) + LARGE_PAGE : 0;
    void* mapped = possible ? mmap(nullptr, static_cast<size_t>(length_), PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                            : MAP_FAILED;
    if (mapped == MAP_FAILED) {
        throw Failure("cannot reserve " + std::to_string(capacity) + " bytes of address space");
    }
    mapped_ = static_cast<char*>(mapped);
    address_ = reinterpret_cast<char*>(rounded_up(reinterpret_cast<int64_t>(mapped), LARGE_PAGE));
}

GrowingMemory::~GrowingMemory() { munmap(mapped_, static_cast<size_t>(length_)); }

void GrowingMemory::grow(int64_t bytes) {
    if (bytes > capacity_) {
        throw Failure("memory of " + std::to_string(bytes) + " bytes is more than the " + std::to_string(capacity_) +
                      (cut_ ? " that the system has for this process" : " reserved"));
    }
    // In large pages as far as they are filled, the last one by half at least; the rest in the system's own.
    int64_t large = (bytes + LARGE_PAGE / 2) / LARGE_PAGE * LARGE_PAGE;
    int64_t wanted = std::max(large, rounded_up(bytes, sysconf(_SC_PAGESIZE)));
    if (wanted > usable_) {
        if (mprotect(address_, static_cast<size_t>(wanted), PROT_READ | PROT_WRITE) != 0) {
            throw Failure("the system gives no more memory: " + std::to_string(bytes) + " bytes are needed");
        }
        if (large > 0) {
            // A wish: with pages of 4 KiB, steps take up to a third longer, more in one process than in another.
            madvise(address_, static_cast<size_t>(large), MADV_HUGEPAGE);
        }
        usable_ = wanted;
    }
}

}  // namespace baton
