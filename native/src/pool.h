// A pool of threads that runs numbered chunks of work. Which thread runs a chunk is left open: a chunk must give the
// same result on each, and no result may depend on the number of threads.
//
// Each thread begins with chunks of its own, so that one that comes back to the same rows in command after command finds
// them in its cache; what is left of the others' it takes when it has no more. A cache line's way from core to core is as
// long as a small chunk: all that a worker needs to know lies in one, which goes to it when work begins, and back at its end.
#ifndef BATON_POOL_H
#define BATON_POOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
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

    int threads() const { return threads_; }

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
    // WAITING has nothing to do; OFFERED is set by run, TAKEN by the worker, which sets WAITING again when no chunk is left.
    enum State : int { WAITING, OFFERED, TAKEN };

    // What one worker is told; the first desk is the caller's. Processors fetch lines in pairs.
    struct alignas(128) Desk {
        std::atomic<int> state{WAITING};
        // The chunk that is next and, in the upper half, the end of those that the worker begins with: one word, so that
        // whoever looks for chunks here while they change sees either all of the old ones, which are gone, or all new ones.
        std::atomic<uint64_t> range{0};
        Work work = nullptr;
        void* context = nullptr;
    };

    void take(int worker, Work work, void* context);
    void loop(int worker);
    void stop();

    int threads_ = 1;
    std::unique_ptr<Desk[]> desks_;
    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<bool> closing_{false};
    int asleep_ = 0;
};

}  // namespace baton

#endif
