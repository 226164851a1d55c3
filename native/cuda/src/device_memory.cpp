// Growing memory of a GPU: addresses are reserved at once, and the driver maps memory to them piece by piece. The
// driver's functions are looked up while running, so that the library loads where there is no driver.
#include <cuda.h>
#include <cudaTypedefs.h>

#include <map>
#include <mutex>

#include "device_memory.h"
#include "executor.h"
#include "plan_reader.h"

namespace baton {
namespace {

template <typename Entry>
void look_up(const char* name, Entry& entry) {
    // The version in which all of these functions came, 10.2.
    constexpr unsigned VERSION = 10020;
    void* found = nullptr;
    cudaDriverEntryPointQueryResult result;
    check(cudaGetDriverEntryPointByVersion(name, &found, VERSION, cudaEnableDefault, &result), name);
    if (result != cudaDriverEntryPointSuccess || found == nullptr) {
        throw Failure(std::string("the driver has no ") + name);
    }
    entry = reinterpret_cast<Entry>(found);
}

struct Driver {
    PFN_cuGetErrorString_v6000 error_string;
    PFN_cuMemGetAllocationGranularity_v10020 granularity;
    PFN_cuMemAddressReserve_v10020 reserve;
    PFN_cuMemAddressFree_v10020 free;
    PFN_cuMemCreate_v10020 create;
    PFN_cuMemRelease_v10020 release;
    PFN_cuMemMap_v10020 map;
    PFN_cuMemUnmap_v10020 unmap;
    PFN_cuMemSetAccess_v10020 set_access;

    Driver() {
        look_up("cuGetErrorString", error_string);
        look_up("cuMemGetAllocationGranularity", granularity);
        look_up("cuMemAddressReserve", reserve);
        look_up("cuMemAddressFree", free);
        look_up("cuMemCreate", create);
        look_up("cuMemRelease", release);
        look_up("cuMemMap", map);
        look_up("cuMemUnmap", unmap);
        look_up("cuMemSetAccess", set_access);
    }

    void check(CUresult status, const std::string& what) const {
        if (status != CUDA_SUCCESS) {
            const char* text = nullptr;
            error_string(status, &text);
            throw Failure(what + ": " + (text == nullptr ? "an unknown error of the driver" : text));
        }
    }
};

const Driver& driver() {
    static const Driver found;
    return found;
}

CUmemAllocationProp properties(int32_t device) {
    CUmemAllocationProp wanted{};
    wanted.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    wanted.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    wanted.location.id = device;
    return wanted;
}

int64_t piece_bytes(int32_t device) {
    CUmemAllocationProp wanted = properties(device);
    size_t bytes = 0;
    driver().check(driver().granularity(&bytes, &wanted, CU_MEM_ALLOC_GRANULARITY_RECOMMENDED),
                   "the GPU does not say in what pieces it gives memory");
    return static_cast<int64_t>(bytes);
}

CUdeviceptr pointer(int64_t address) { return static_cast<CUdeviceptr>(address); }

CUresult give_access(int32_t device, int64_t address, int64_t bytes) {
    CUmemAccessDesc access{properties(device).location, CU_MEM_ACCESS_FLAGS_PROT_READWRITE};
    return driver().set_access(pointer(address), static_cast<size_t>(bytes), &access, 1);
}

// Puts new memory at an address, which items may read and write.
void put(int32_t device, int64_t address, int64_t bytes) {
    size_t size = static_cast<size_t>(bytes);
    CUmemAllocationProp wanted = properties(device);
    CUmemGenericAllocationHandle memory;
    driver().check(driver().create(&memory, size, &wanted, 0), "the GPU gives no more memory");
    CUresult mapped = driver().map(pointer(address), size, 0, memory, 0);
    // From here on the memory belongs to its addresses, or to nobody.
    driver().release(memory);
    driver().check(mapped, "the GPU cannot map memory");
    CUresult accessible = give_access(device, address, bytes);
    if (accessible != CUDA_SUCCESS) {
        driver().unmap(pointer(address), size);
        driver().check(accessible, "the GPU cannot use memory");
    }
    // A wish: where GPUs reach each other's memory, NCCL lets them.
    int count = 0;
    cudaGetDeviceCount(&count);
    for (int32_t other = 0; other < count; other++) {
        int reaches = 0;
        if (other != device && cudaDeviceCanAccessPeer(&reaches, other, device) == cudaSuccess && reaches != 0) {
            give_access(other, address, bytes);
        }
    }
}

// Where the growing memory of each GPU lies, by its first address.
struct Range {
    int64_t bytes;
    int32_t device;
};

struct Ranges {
    std::mutex mutex;
    std::map<int64_t, Range> by_start;
};

Ranges& ranges() {
    static Ranges all;
    return all;
}

}  // namespace

void enter_gpu_of(const void* address) {
    int64_t place = reinterpret_cast<int64_t>(address);
    std::lock_guard<std::mutex> lock(ranges().mutex);
    auto next = ranges().by_start.upper_bound(place);
    if (next == ranges().by_start.begin()) {
        return;
    }
    const auto& [start, range] = *std::prev(next);
    if (place < start + range.bytes) {
        check(cudaSetDevice(range.device), "the GPU cannot be used");
    }
}

GrowingMemory::GrowingMemory(int32_t device, int64_t capacity) : device_(device), capacity_(capacity) {
    check(cudaSetDevice(device_), "the GPU cannot be used");
    int64_t piece = piece_bytes(device_);
    bool possible = capacity > 0 && capacity < INT64_MAX - piece;
    CUdeviceptr address = 0;
    reserved_ = possible ? rounded_up(capacity, piece) : 0;
    std::string failure = "cannot reserve " + std::to_string(capacity) + " bytes of address space";
    if (!possible) {
        throw Failure(failure);
    }
    driver().check(driver().reserve(&address, static_cast<size_t>(reserved_), 0, 0, 0), failure);
    address_ = static_cast<int64_t>(address);
    std::lock_guard<std::mutex> lock(ranges().mutex);
    ranges().by_start[address_] = {reserved_, device_};
}

// What cannot be given back any more has no consequence: the process's end does it.
GrowingMemory::~GrowingMemory() {
    {
        std::lock_guard<std::mutex> lock(ranges().mutex);
        ranges().by_start.erase(address_);
    }
    cudaSetDevice(device_);
    int64_t start = 0;
    for (int64_t bytes : pieces_) {
        driver().unmap(pointer(address_ + start), static_cast<size_t>(bytes));
        start += bytes;
    }
    driver().free(pointer(address_), static_cast<size_t>(reserved_));
}

void GrowingMemory::grow(int64_t bytes) {
    if (bytes > capacity_) {
        throw Failure("memory of " + std::to_string(bytes) + " bytes is more than the " + std::to_string(capacity_) +
                      " reserved");
    }
    check(cudaSetDevice(device_), "the GPU cannot be used");
    int64_t more = rounded_up(bytes, piece_bytes(device_)) - usable_;
    if (more > 0) {
        // With its place made before, the piece cannot be lost.
        pieces_.reserve(pieces_.size() + 1);
        put(device_, address_ + usable_, more);
        void* start = reinterpret_cast<void*>(address_ + usable_);
        pieces_.push_back(more);
        usable_ += more;
        check(cudaMemset(start, 0, static_cast<size_t>(more)), "cannot clear memory");
        check(cudaStreamSynchronize(cudaStreamLegacy), "cannot clear memory");
    }
}

}  // namespace baton
