// Where commands run. Compiled by nvcc that is a GPU; compiled by any other compiler it is this process, the host
// executor, so that whatever commands do can be tested on machines without a GPU.
//
// All work is cut into items that do not depend on each other: a function object that is called with the number of each.
// One thread works on an item, or a team of threads does.
#ifndef BATON_CUDA_EXECUTOR_H
#define BATON_CUDA_EXECUTOR_H

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "group.h"
#include "matrix_library.h"

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#define BATON_CUDA_FUNCTION __host__ __device__
#else
#define BATON_CUDA_FUNCTION
#endif

namespace baton {

// Threads.
constexpr int WARP = 32, BLOCK_THREADS = 256;

// One thread that works by itself, where else there is a team.
struct Alone {
    static constexpr int SIZE = 1;
    BATON_CUDA_FUNCTION int rank() const { return 0; }
    template <typename T, typename Join>
    BATON_CUDA_FUNCTION T joined(T value, Join) const {
        return value;
    }
};

#if defined(__CUDACC__)

// Fails in words unless the status is success.
void check(cudaError_t status, const char* what);

struct Stream {
    cudaStream_t handle = nullptr;
    int64_t most_blocks = 0;  // of threads, that are worth starting at once
    void* address() const { return handle; }
};

// Starts a kernel for so many items, of which a block works on some at a time.
template <typename Kernel, typename Item>
void start(const Stream& stream, Kernel kernel, int64_t count, int64_t of_block, const Item& item) {
    static_assert(std::is_trivially_copyable_v<Item> && sizeof(Item) <= 4000, "items are arguments of a kernel");
    if (count > 0) {
        int64_t blocks = std::min((count - 1) / of_block + 1, stream.most_blocks);
        kernel<<<static_cast<unsigned>(blocks), BLOCK_THREADS, 0, stream.handle>>>(count, item);
        check(cudaGetLastError(), "the GPU cannot start it");
    }
}

template <typename Item>
__global__ void __launch_bounds__(BLOCK_THREADS) run_items(int64_t count, Item item) {
    int64_t step = static_cast<int64_t>(gridDim.x) * BLOCK_THREADS;
    for (int64_t i = static_cast<int64_t>(blockIdx.x) * BLOCK_THREADS + threadIdx.x; i < count; i += step) item(i);
}

// Starts item(0) to item(count - 1). What is started later begins when these are done.
template <typename Item>
void each(const Stream& stream, int64_t count, const Item& item) {
    start(stream, run_items<Item>, count, BLOCK_THREADS, item);
}

// The threads that work on one item together, a warp or a whole block.
template <int THREADS>
class Team {
  public:
    static_assert(THREADS == WARP || THREADS == BLOCK_THREADS, "a team is a warp or a block");
    static constexpr int SIZE = THREADS;
    __device__ int rank() const { return static_cast<int>(threadIdx.x) % THREADS; }
    // What any of them has written, all of them see.
    __device__ void wait() const {
        if constexpr (THREADS == WARP) {
            __syncwarp();
        } else {
            __syncthreads();
        }
    }
    // Joins one value of every thread, always in the same order; join(a, b) is join(b, a). All of them call it, and all of
    // them get the result.
    template <typename T, typename Join>
    __device__ T joined(T value, Join join) const {
        for (int distance = WARP / 2; distance > 0; distance /= 2) {
            value = join(value, __shfl_xor_sync(0xffffffff, value, distance));
        }
        if constexpr (THREADS > WARP) {
            __shared__ T of_warps[THREADS / WARP];
            __syncthreads();
            if (rank() % WARP == 0) {
                of_warps[rank() / WARP] = value;
            }
            __syncthreads();
            value = of_warps[0];
            for (int i = 1; i < THREADS / WARP; i++) value = join(value, of_warps[i]);
        }
        return value;
    }
};

template <int THREADS, typename Item>
__global__ void __launch_bounds__(BLOCK_THREADS) run_teams(int64_t count, Item item) {
    constexpr int64_t TEAMS = BLOCK_THREADS / THREADS;
    int64_t step = gridDim.x * TEAMS;
    for (int64_t i = blockIdx.x * TEAMS + threadIdx.x / THREADS; i < count; i += step) item(Team<THREADS>(), i);
}

// The same with a team of threads for each item: item(team, 0) to item(team, count - 1).
template <int THREADS, typename Item>
void each_team(const Stream& stream, int64_t count, const Item& item) {
    start(stream, run_teams<THREADS, Item>, count, BLOCK_THREADS / THREADS, item);
}

template <typename Item>
__global__ void __launch_bounds__(BLOCK_THREADS, 2) run_sharing_teams(int64_t count, Item item) {
    __shared__ typename Item::Shared shared;
    for (int64_t i = blockIdx.x; i < count; i += gridDim.x) {
        item(Team<BLOCK_THREADS>(), shared, i);
        __syncthreads();
    }
}

// The same with a block for each item, whose threads share memory of the type Item::Shared while they work on it. Each thread
// may have 128 registers.
template <typename Item>
void each_sharing_team(const Stream& stream, int64_t count, const Item& item) {
    static_assert(sizeof(typename Item::Shared) <= 48 * 1024, "a block shares no more on every GPU");
    start(stream, run_sharing_teams<Item>, count, 1, item);
}

// Whether a run that the caller waits for reads inputs where the caller has them.
constexpr bool INPUTS_IN_PLACE = false;

#else

struct Stream {
    void* address() const { return nullptr; }
};

template <typename Item>
void each(const Stream&, int64_t count, const Item& item) {
    static_assert(std::is_trivially_copyable_v<Item>, "items are arguments of a kernel");
    for (int64_t i = 0; i < count; i++) item(i);
}

// One thread does what the whole team would.
template <int THREADS>
struct Team : Alone {
    void wait() const {}
};

template <int THREADS, typename Item>
void each_team(const Stream&, int64_t count, const Item& item) {
    static_assert(std::is_trivially_copyable_v<Item>, "items are arguments of a kernel");
    for (int64_t i = 0; i < count; i++) item(Team<THREADS>(), i);
}

template <typename Item>
void each_sharing_team(const Stream&, int64_t count, const Item& item) {
    static_assert(std::is_trivially_copyable_v<Item>, "items are arguments of a kernel");
    for (int64_t i = 0; i < count; i++) {
        typename Item::Shared shared;
        item(Team<BLOCK_THREADS>(), shared, i);
    }
}

// Tests then see what reads or writes behind an input's end.
constexpr bool INPUTS_IN_PLACE = true;

#endif

// An opened backend: a GPU with a stream of its own.
class Executor {
  public:
    // The number is the GPU's index + 1; the host executor takes any from 1 on. Products are those of a library or, where
    // they are named so, the commands' own; null and an empty name mean the library's where there is one.
    Executor(int32_t number, const char* products);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;
    // Makes the GPU the calling thread's.
    void enter() const;
    // The GPU's index.
    int32_t device() const { return device_; }
    const Stream& stream() const { return stream_; }
    // Bytes of its memory that nobody has; INT64_MAX where it lives in the system's.
    int64_t free_memory() const;
    // Null where commands multiply matrices themselves.
    const MatrixLibrary* library() const { return products_->library.get(); }
    // What it is, and whose products it has: for instance "cuda" and "cuda+cublaslt".
    const char* name() const { return products_->name.c_str(); }
    Member& member() { return member_; }
    const Member& member() const { return member_; }
    // Copies behind what was started before.
    void copy(void* to, const void* from, int64_t bytes) const;
    // Starts what start() starts behind what was started before. The host executor puts that off until finish(): nothing
    // may depend on how soon it is done.
    void enqueue(std::function<void()> start) const;
    // Whether anything of it is still to be done.
    bool is_running() const;
    // Waits for everything that was started, and fails in words where any of it failed.
    void finish() const;
    // Copies while commands run, without regard to them. The host executor puts that off too, until it is waited for.
    void prefetch(void* to, const void* from, int64_t bytes) const;
    // What is started from now on begins when these copies are done.
    void await_prefetched() const;
    // Waits for these copies.
    void finish_prefetching() const;

  private:
    int32_t device_;
    Stream stream_;
#if defined(__CUDACC__)
    Stream prefetching_;
    cudaEvent_t prefetched_ = nullptr;
#else
    mutable std::function<void()> started_;
    mutable std::vector<std::function<void()>> prefetches_;
#endif
    Member member_;
    std::unique_ptr<Products> products_;
};

// Fails in words where no backend can be opened.
void probe();

// What is started on an executor's stream, captured once and then launched as a whole: a CUDA graph. The host executor
// starts it piece by piece.
class Graph {
  public:
    // Captures what start() starts; nothing of it runs. Fails in words where that cannot be.
    Graph(const Executor& executor, const std::function<void()>& start);
    ~Graph();
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    void launch() const;

  private:
    const Executor& executor_;
#if defined(__CUDACC__)
    cudaGraphExec_t handle_ = nullptr;
#else
    std::function<void()> start_;
#endif
};

const char* processor_name();

// Copies between addresses of any kind, and waits until that is done.
void copy(void* to, const void* from, int64_t bytes);

// Memory that items can use, of one size.
class Block {
  public:
    Block() = default;
    explicit Block(int64_t bytes);
    ~Block();
    Block(Block&& other) noexcept : address_(std::exchange(other.address_, nullptr)) {}
    Block& operator=(Block&& other) noexcept {
        std::swap(address_, other.address_);
        return *this;
    }
    char* address() const { return address_; }

  private:
    char* address_ = nullptr;
};

// Memory of this process that stays where it is, so that a GPU copies from it while the process goes on.
struct FreePinned {
    void operator()(char* address) const;
};
using PinnedMemory = std::unique_ptr<char, FreePinned>;
PinnedMemory pinned_memory(int64_t bytes);

}  // namespace baton

#endif
