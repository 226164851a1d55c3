// Many small jobs, for each number of threads; two pools used at once from two threads.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "check.h"
#include "pool.h"

namespace {

bool every_chunk_runs_once(baton::Pool& pool, int64_t count) {
    std::vector<int> seen(static_cast<size_t>(count));
    std::atomic<bool> known_worker{true};
    pool.each(count, [&](int64_t chunk, int worker) {
        seen[static_cast<size_t>(chunk)]++;
        if (worker < 0 || worker >= pool.threads()) {
            known_worker = false;
        }
    });
    for (int times : seen) {
        if (times != 1) {
            return false;
        }
    }
    return known_worker;
}

bool stress(int threads) {
    baton::Pool pool(threads);
    for (int i = 0; i < 2000; i++) {
        if (!every_chunk_runs_once(pool, i % 17)) {
            return false;
        }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return every_chunk_runs_once(pool, 1000);
}

}  // namespace

void test_pool() {
    for (int threads : {1, 2, 3, 4, 7}) {
        CHECK(stress(threads), "%d threads", threads);
    }
    std::atomic<bool> other{false};
    std::thread second([&] { other = stress(2); });
    bool first = stress(2);
    second.join();
    CHECK(first && other, "two pools at once");
}
