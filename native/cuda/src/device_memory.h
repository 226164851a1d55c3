// Memory of a GPU that grows without moving.
#ifndef BATON_CUDA_DEVICE_MEMORY_H
#define BATON_CUDA_DEVICE_MEMORY_H

#include <cstdint>
#include <vector>

namespace baton {

class GrowingMemory {
  public:
    // Reserves addresses of a GPU for so many bytes, without memory behind them.
    GrowingMemory(int32_t device, int64_t capacity);
    ~GrowingMemory();
    GrowingMemory(const GrowingMemory&) = delete;
    GrowingMemory& operator=(const GrowingMemory&) = delete;
    // Puts memory behind at least the first bytes; new bytes are zero.
    void grow(int64_t bytes);
    int64_t address() const { return address_; }

  private:
    int32_t device_;
    int64_t capacity_;
    int64_t address_ = 0;
    int64_t reserved_ = 0;
    int64_t usable_ = 0;
    std::vector<int64_t> pieces_;  // the bytes of each piece of memory that the GPU has put there
};

// Makes the GPU the calling thread's in whose growing memory an address lies; nothing for other addresses.
void enter_gpu_of(const void* address);

}  // namespace baton

#endif
