// The host executor: items run in the calling thread, one after the other. What a GPU would do beside the calling thread is
// done as late as can be: who relies on its having been done earlier finds out here.
#include <cstring>
#include <new>

#include "executor.h"
#include "plan_reader.h"

namespace baton {

Executor::Executor(int32_t number, const char* products) : device_(number) {
    if (number < 1) {
        throw Failure("a backend's number is at least 1, not " + std::to_string(number));
    }
    products_ = std::make_unique<Products>("host", products);
}

Executor::~Executor() = default;

void Executor::enter() const {}

void Executor::copy(void* to, const void* from, int64_t bytes) const { baton::copy(to, from, bytes); }

void Executor::enqueue(std::function<void()> start) const {
    finish();
    started_ = std::move(start);
}

bool Executor::is_running() const { return started_ != nullptr; }

void Executor::finish() const {
    if (started_) {
        std::exchange(started_, nullptr)();
    }
}

void Executor::prefetch(void* to, const void* from, int64_t bytes) const {
    prefetches_.push_back([=] { baton::copy(to, from, bytes); });
}

void Executor::await_prefetched() const { finish_prefetching(); }

void Executor::finish_prefetching() const {
    for (const auto& prefetch : std::exchange(prefetches_, {})) prefetch();
}

int64_t Executor::free_memory() const { return INT64_MAX; }

void probe() {}

Graph::Graph(const Executor& executor, const std::function<void()>& start) : executor_(executor), start_(start) {}

Graph::~Graph() = default;

void Graph::launch() const {
    executor_.enter();
    start_();
}

const char* processor_name() { return "host executor"; }

void copy(void* to, const void* from, int64_t bytes) { std::memcpy(to, from, static_cast<size_t>(bytes)); }

// As a GPU's.
constexpr std::align_val_t ALIGNMENT{256};

Block::Block(int64_t bytes) : address_(static_cast<char*>(::operator new(static_cast<size_t>(bytes), ALIGNMENT))) {}

Block::~Block() { ::operator delete(address_, ALIGNMENT); }

void FreePinned::operator()(char* address) const { delete[] address; }

PinnedMemory pinned_memory(int64_t bytes) { return PinnedMemory(new char[static_cast<size_t>(bytes)]); }

}  // namespace baton
