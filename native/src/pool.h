// A pool of threads that runs numbered chunks of work. Which thread runs a chunk is left open: a chunk must give the
// same result on each, and no chunk may depend on the number of threads.
#ifndef BATON_POOL_H
#define BATON_POOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace baton {

class Pool {
  public:
    // The work of one chunk; worker is below threads() and tells scratch memory apart.
    using Work = void (*)(void* context, int64_t chunk, int worker);

    explicit Pool(int threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }

    // Runs chunks 0 to count - 1 and returns when all are done. The caller takes part.
    void run(int64_t count, Work work, void* context);

    // The same for anything that can be called as work(chunk, worker).
    template <typename Function>
    void each(int64_t count, Function&& work) {
        using Callable = std::remove_reference_t<Function>;
        run(count, [](void* context, int64_t chunk, int worker) { (*static_cast<Callable*>(context))(chunk, worker); },
            const_cast<void*>(static_cast<const void*>(&work)));
    }

  private:
    // One call of run. Jobs live on the caller's stack, so it waits until no worker looks at its own any more.
    struct Job {
        Work work;
        void* context;
        int64_t count;
        std::atomic<int64_t> next{0};
        std::atomic<int64_t> finished{0};
    };

    static void take(Job& job, int worker);
    void loop(int worker);
    void stop();

    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<Job*> job_{nullptr};
    std::atomic<int> inside_{0};
    std::atomic<bool> closing_{false};
    int asleep_ = 0;
};

}  // namespace baton

#endif
