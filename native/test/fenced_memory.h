// Memory that ends where no page can be read: what runs over the end of it does not go unnoticed, whatever a compiler has
// made of the code. The address sanitizer sees what was written in the code, before vectors are made of its loops.
#ifndef BATON_FENCED_MEMORY_H
#define BATON_FENCED_MEMORY_H

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

class FencedMemory {
  public:
    FencedMemory() = default;
    FencedMemory(const FencedMemory&) = delete;
    FencedMemory& operator=(const FencedMemory&) = delete;
    ~FencedMemory() { release(); }

    // So many bytes, of which at most seven lie between their end and the fence: elements are of eight bytes at most.
    char* last(size_t bytes) {
        const size_t wanted = (bytes + 7) / 8 * 8;
        if (wanted > bytes_) {
            const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
            release();
            bytes_ = (2 * wanted + page - 1) / page * page;
            mapped_ = bytes_ + page;
            void* start = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            start_ = start == MAP_FAILED ? nullptr : static_cast<char*>(start);
            if (start_ == nullptr || mprotect(start_ + bytes_, page, PROT_NONE) != 0) {
                throw std::bad_alloc();
            }
        }
        return start_ + bytes_ - wanted;
    }

  private:
    void release() {
        if (start_ != nullptr) {
            munmap(start_, mapped_);
        }
        start_ = nullptr;
        bytes_ = mapped_ = 0;
    }

    char* start_ = nullptr;
    size_t bytes_ = 0, mapped_ = 0;
};

#endif
