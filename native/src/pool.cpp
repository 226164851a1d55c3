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

Pool::Pool(int threads) {
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

void Pool::take(Job& job, int worker) {
    for (;;) {
        int64_t chunk = job.next.fetch_add(1);
        if (chunk >= job.count) {
            return;
        }
        job.work(job.context, chunk, worker);
        job.finished.fetch_add(1);
    }
}

void Pool::run(int64_t count, Work work, void* context) {
    if (workers_.empty() || count <= 1) {
        for (int64_t chunk = 0; chunk < count; chunk++) {
            work(context, chunk, 0);
        }
        return;
    }
    Job job{work, context, count, {}, {}};
    bool sleepers;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        job_ = &job;
        sleepers = asleep_ > 0;
    }
    if (sleepers) {
        wake_.notify_all();
    }
    take(job, 0);
    // Finished chunks are counted, not workers: one that never woke up is not waited for.
    while (job.finished.load() < count) {
        if (!spin_until([&] { return job.finished.load() >= count; })) {
            std::this_thread::yield();
        }
    }
    job_ = nullptr;
    // A worker that has seen the job may still be about to find that no chunk is left.
    while (inside_.load() != 0) {
        pause();
    }
}

void Pool::loop(int worker) {
    for (;;) {
        bool work = spin_until([&] { return job_.load() != nullptr || closing_.load(); });
        if (!work) {
            std::unique_lock<std::mutex> lock(mutex_);
            asleep_++;
            wake_.wait(lock, [&] { return job_.load() != nullptr || closing_.load(); });
            asleep_--;
        }
        if (closing_.load()) {
            return;
        }
        // Entering is announced before the job is looked at: run clears the job first and then waits for leavers.
        inside_.fetch_add(1);
        Job* job = job_.load();
        if (job != nullptr) {
            take(*job, worker);
        }
        inside_.fetch_sub(1);
        // Until the caller has taken the finished job away there is nothing to do.
        spin_until([&] { return job_.load() != job || closing_.load(); });
    }
}

}  // namespace baton
