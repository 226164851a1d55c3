// The executor of a GPU, by CUDA's runtime.
#include "device_group.h"
#include "device_memory.h"
#include "executor.h"
#include "plan_reader.h"

namespace baton {
namespace {

// How many GPUs there are; fails in words where CUDA can use none.
int32_t count_gpus() {
    int version = 0, count = 0;
    check(cudaDriverGetVersion(&version), "there is no NVIDIA driver");
    if (version == 0) {
        throw Failure("there is no NVIDIA driver");
    }
    check(cudaGetDeviceCount(&count), "there is no GPU that CUDA can use");
    return count;
}

int64_t attribute(cudaDeviceAttr which, int32_t device) {
    int value = 0;
    check(cudaDeviceGetAttribute(&value, which, device), "the GPU does not say what it is");
    return value;
}

// Fails in words where the kernels are not compiled for a GPU.
void require_capability(int32_t device) {
    constexpr int64_t MAJOR = 7, MINOR = 5;
    int64_t major = attribute(cudaDevAttrComputeCapabilityMajor, device);
    int64_t minor = attribute(cudaDevAttrComputeCapabilityMinor, device);
    if (major < MAJOR || (major == MAJOR && minor < MINOR)) {
        throw Failure("GPU " + std::to_string(device) + " has compute capability " + std::to_string(major) + "." +
                      std::to_string(minor) + ", and the kernels need " + std::to_string(MAJOR) + "." +
                      std::to_string(MINOR) + " or later");
    }
}

}  // namespace

void check(cudaError_t status, const char* what) {
    if (status != cudaSuccess) {
        // Taken note of here: the next command's start must not be blamed for it.
        cudaGetLastError();
        throw Failure(std::string(what) + ": " + cudaGetErrorString(status));
    }
}

Executor::Executor(int32_t number, const char* products) : device_(number - 1) {
    int32_t count = count_gpus();
    if (number < 1 || number > count) {
        throw Failure("a backend's number is that of a GPU, 1 to " + std::to_string(count) + ", not " +
                      std::to_string(number));
    }
    require_capability(device_);
    check(cudaSetDevice(device_), "the GPU cannot be opened");
    products_ = std::make_unique<Products>("cuda", products);
    // Some blocks more than run at the same time, so that none waits for the slowest.
    stream_.most_blocks = 4 * attribute(cudaDevAttrMultiProcessorCount, device_) *
                          attribute(cudaDevAttrMaxThreadsPerMultiProcessor, device_) / BLOCK_THREADS;
    check(cudaStreamCreateWithFlags(&stream_.handle, cudaStreamNonBlocking), "the GPU gives no stream");
    check(cudaStreamCreateWithFlags(&prefetching_.handle, cudaStreamNonBlocking), "the GPU gives no stream for copies");
    check(cudaEventCreateWithFlags(&prefetched_, cudaEventDisableTiming), "the GPU gives no event");
}

// What closing cannot do any more has no consequence: the process's end does it.
Executor::~Executor() {
    cudaSetDevice(device_);
    products_.reset();
    cudaStreamDestroy(stream_.handle);
    cudaStreamDestroy(prefetching_.handle);
    cudaEventDestroy(prefetched_);
}

void Executor::enter() const { check(cudaSetDevice(device_), "the GPU cannot be used"); }

namespace {

void copy_on(const Stream& stream, void* to, const void* from, int64_t bytes) {
    check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDefault, stream.handle),
          "cannot copy to the GPU");
}

}  // namespace

void Executor::copy(void* to, const void* from, int64_t bytes) const { copy_on(stream_, to, from, bytes); }

void Executor::prefetch(void* to, const void* from, int64_t bytes) const { copy_on(prefetching_, to, from, bytes); }

void Executor::await_prefetched() const {
    check(cudaEventRecord(prefetched_, prefetching_.handle), "the GPU cannot note that copies are done");
    check(cudaStreamWaitEvent(stream_.handle, prefetched_, 0), "the GPU cannot wait for copies");
}

void Executor::finish_prefetching() const {
    check(cudaStreamSynchronize(prefetching_.handle), "the GPU failed at a copy of what comes next");
}

void Executor::enqueue(std::function<void()> start) const { start(); }

bool Executor::is_running() const {
    bool runs = cudaStreamQuery(stream_.handle) == cudaErrorNotReady;
    if (runs) {
        // No failure, but taken note of as one: the next command's start must not be blamed for it.
        cudaGetLastError();
    }
    return runs;
}

void Executor::finish() const {
    check(cudaStreamSynchronize(stream_.handle), "the GPU failed at a command or a copy");
    if (member_.joined()) {
        device_group(member_).confirm(member_.number());
    }
}

int64_t Executor::free_memory() const {
    enter();
    size_t free = 0, all = 0;
    check(cudaMemGetInfo(&free, &all), "the GPU does not say how much memory is free");
    return static_cast<int64_t>(free);
}

// One that can be used is enough.
void probe() {
    int32_t count = count_gpus();
    for (int32_t device = 0; device < count; device++) {
        try {
            require_capability(device);
            return;
        } catch (const Failure&) {
            if (device == count - 1) {
                throw;
            }
        }
    }
    throw Failure("there is no GPU that CUDA can use");
}

// Other threads may use CUDA meanwhile.
Graph::Graph(const Executor& executor, const std::function<void()>& start) : executor_(executor) {
    std::lock_guard<std::mutex> lock(capturing());
    cudaStream_t stream = executor.stream().handle;
    cudaGraph_t graph = nullptr;
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "the GPU's stream cannot be captured");
    try {
        start();
    } catch (...) {
        // The stream must be left as it was; what start() failed at is what is told.
        if (cudaStreamEndCapture(stream, &graph) == cudaSuccess) {
            cudaGraphDestroy(graph);
        }
        cudaGetLastError();
        throw;
    }
    check(cudaStreamEndCapture(stream, &graph), "a plan's commands cannot be captured");
    cudaError_t status = cudaGraphInstantiate(&handle_, graph, 0);
    cudaGraphDestroy(graph);
    check(status, "the GPU cannot make a graph of a plan's commands");
}

Graph::~Graph() { cudaGraphExecDestroy(handle_); }

void Graph::launch() const {
    check(cudaGraphLaunch(handle_, executor_.stream().handle), "the GPU cannot start a graph");
}

const char* processor_name() {
    thread_local cudaDeviceProp properties;
    int device = 0;
    bool known = cudaGetDevice(&device) == cudaSuccess && cudaGetDeviceProperties(&properties, device) == cudaSuccess;
    return known ? properties.name : "no GPU";
}

// A GPU copies what it has access to, which is its own memory and perhaps no other's. Of some kinds of copies the call
// itself waits only until the source is free.
void copy(void* to, const void* from, int64_t bytes) {
    enter_gpu_of(from);
    enter_gpu_of(to);
    check(cudaMemcpy(to, from, static_cast<size_t>(bytes), cudaMemcpyDefault), "cannot copy");
    check(cudaStreamSynchronize(cudaStreamLegacy), "cannot copy");
}

Block::Block(int64_t bytes) {
    if (bytes == 0) {
        return;
    }
    check(cudaMalloc(reinterpret_cast<void**>(&address_), static_cast<size_t>(bytes)), "the GPU gives no more memory");
}

Block::~Block() { cudaFree(address_); }

void FreePinned::operator()(char* address) const { cudaFreeHost(address); }

PinnedMemory pinned_memory(int64_t bytes) {
    void* address = nullptr;
    check(cudaHostAlloc(&address, static_cast<size_t>(bytes), cudaHostAllocDefault),
          "there is no more memory to copy inputs from");
    return PinnedMemory(static_cast<char*>(address));
}

}  // namespace baton
