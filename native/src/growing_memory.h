// Memory of the processor that grows without moving: address space is reserved at once, pages are made usable piece by piece.
#ifndef BATON_GROWING_MEMORY_H
#define BATON_GROWING_MEMORY_H

#include <cstdint>

namespace baton {

class GrowingMemory {
  public:
    // Reserves address space for so many bytes, or for as many as the system has for this process.
    explicit GrowingMemory(int64_t capacity);
    ~GrowingMemory();
    GrowingMemory(const GrowingMemory&) = delete;
    GrowingMemory& operator=(const GrowingMemory&) = delete;
    // Makes at least the first bytes usable; new bytes are zero.
    void grow(int64_t bytes);
    int64_t address() const { return reinterpret_cast<int64_t>(address_); }

  private:
    int64_t capacity_;
    bool cut_;      // whether that is less than was asked for
    char* mapped_;  // where the mapping begins, somewhat before the address
    int64_t length_;
    char* address_;
    int64_t usable_ = 0;
};

}  // namespace baton

#endif
