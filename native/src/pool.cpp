#include "pool.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace baton {

namespace {

// Waking a sleeping thread takes about 30 us: a short spin bridges the gaps between the kernels of a step. A longer one
// would take the processor from whoever else needs it.
constexpr std::chrono::microseconds SPIN(20);

constexpr uint64_t HALF = 0xffffffff;

inline void pause() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

template <typename Condition>
bool spin_until(Condition&& holds) {
    auto end = std::chrono::steady_clock::now() + SPIN;
    do {
        for (int i = 0; i < 64; i++) {
            if (holds()) {
                return true;
            }
            pause();
        }
    } while (std::chrono::steady_clock::now() < end);
    return holds();
}

}  // namespace

Pool::Pool(int threads) : threads_(threads), desks_(std::make_unique<Desk[]>(static_cast<size_t>(threads))) {
    workers_.reserve(static_cast<size_t>(threads));
    for (int i = 1; i < threads; i++) {
        // The threads that run already must end before the failure is passed on: a std::thread that is destroyed while
        // it runs ends the process.
        try {
            workers_.emplace_back([this, i] { loop(i); });
        } catch (const std::system_error& e) {
            stop();
            throw std::runtime_error("the system starts only " + std::to_string(i) + " of " + std::to_string(threads) +
                                     " threads: " + e.code().message());
        } catch (...) {
            stop();
            throw;
        }
    }
}

Pool::~Pool() { stop(); }

void Pool::stop() {
    {
        std::lock_guard<std::mutex> lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) {
        worker.join();
    }
}

// Own chunks first, then what is left of the next worker's, and so on.
void Pool::take(int worker, Work work, void* context) {
    for (int i = 0; i < threads_; i++) {
        std::atomic<uint64_t>& range = desks_[(worker + i) % threads_].range;
        auto next = [](uint64_t chunks) { return chunks & HALF; };
        auto end = [](uint64_t chunks) { return chunks >> 32; };
        // Only looking at it leaves the line where it is.
        for (uint64_t chunks = range.load(); next(chunks) < end(chunks); chunks = range.load()) {
            chunks = range.fetch_add(1);
            if (next(chunks) < end(chunks)) {
                work(context, static_cast<int64_t>(next(chunks)), worker);
            }
        }
    }
}

void Pool::run(int64_t count, Work work, void* context) {
    // A range counts no further; nothing has so many chunks.
    if (threads_ == 1 || count <= 1 || count > static_cast<int64_t>(HALF >> 1)) {
        for (int64_t chunk = 0; chunk < count; chunk++) {
            work(context, chunk, 0);
        }
        return;
    }
    // Of few chunks each is offered to a worker of its own.
    auto first = [&](int64_t worker) { return static_cast<uint64_t>((worker * count + threads_ - 1) / threads_); };
    for (int i = 0; i < threads_; i++) {
        Desk& desk = desks_[i];
        desk.range.store(first(i + 1) << 32 | first(i), std::memory_order_relaxed);
        if (i > 0 && first(i) < first(i + 1)) {
            desk.work = work;
            desk.context = context;
            desk.state.store(OFFERED, std::memory_order_release);
        }
    }
    bool sleepers;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        sleepers = asleep_ > 0;
    }
    if (sleepers) {
        wake_.notify_all();
    }
    take(0, work, context);
    // Now every chunk was begun. A worker that never woke up is not waited for: the offer is taken back.
    for (int i = 1; i < threads_; i++) {
        std::atomic<int>& state = desks_[i].state;
        int offered = OFFERED;
        if (state.load() == WAITING || state.compare_exchange_strong(offered, WAITING)) {
            continue;
        }
        while (!spin_until([&] { return state.load() == WAITING; })) {
            std::this_thread::yield();
        }
    }
}

void Pool::loop(int worker) {
    Desk& desk = desks_[worker];
    auto called = [&] { return desk.state.load() == OFFERED || closing_.load(); };
    for (;;) {
        if (!spin_until(called)) {
            std::unique_lock<std::mutex> lock(mutex_);
            asleep_++;
            wake_.wait(lock, called);
            asleep_--;
        }
        if (closing_.load()) {
            return;
        }
        int offered = OFFERED;
        if (desk.state.compare_exchange_strong(offered, TAKEN)) {
            take(worker, desk.work, desk.context);
            desk.state = WAITING;
        }
    }
}

}  // namespace baton
