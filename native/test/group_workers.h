// Backends of one group for tests, each with its memory, its plan and, while it runs, a thread of its own.
#ifndef BATON_GROUP_WORKERS_H
#define BATON_GROUP_WORKERS_H

#include <memory>
#include <string>
#include <thread>

#include "check.h"
#include "rejections.h"

// GPUs are members together where there are several, which tests do not ask for.
inline bool members_need_gpus() { return std::string(instruction_sets().front()) == "cuda"; }

// Released behind its members where it was declared before them.
struct OwnedGroup {
    baton_group* handle = nullptr;
    explicit OwnedGroup(int32_t members) {
        CHECK(baton_group_create(members, &handle) == 0, "%s", baton_last_error());
    }
    OwnedGroup(const char* name, int32_t members) {
        CHECK(baton_group_find(name, members, &handle) == 0, "%s", baton_last_error());
    }
    ~OwnedGroup() { baton_group_release(handle); }
    OwnedGroup(const OwnedGroup&) = delete;
    OwnedGroup& operator=(const OwnedGroup&) = delete;
};

// A backend with memory for its arrays, one after the other, and behind them, unless that is in place, for their sums.
class Worker {
  public:
    Worker(int32_t threads, const std::vector<size_t>& sizes, bool in_place) : sizes_(sizes) {
        for (size_t size : sizes) floats_ += size;
        CHECK(baton_backend_open(members_need_gpus() ? 1 : threads, nullptr, &backend_) == 0, "%s", baton_last_error());
        CHECK(baton_memory_reserve(backend_, capacity(), &memory_) == 0, "%s", baton_last_error());
        CHECK(baton_memory_grow(memory_, capacity()) == 0, "%s", baton_last_error());
        results_ = in_place ? 0 : bytes();
    }
    ~Worker() { close(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    void close() {
        baton_plan_destroy(plan_);
        baton_backend_close(backend_);
        baton_memory_release(memory_);
        plan_ = nullptr;
        backend_ = nullptr;
        memory_ = nullptr;
    }

    int32_t join(const OwnedGroup& group, int32_t number) {
        return baton_backend_join(backend_, group.handle, number);
    }

    // The plan that adds up, so many times one after the other. With an input it fails until that has an address.
    int32_t plan(int times = 1, bool with_input = false) {
        std::vector<int64_t> words{static_cast<int64_t>(sizes_.size())};
        int64_t offset = 0;
        for (size_t size : sizes_) {
            int64_t in = format::reference(format::WORKSPACE, offset);
            words.insert(words.end(), {in, in + results_, static_cast<int64_t>(size)});
            offset += static_cast<int64_t>(size * sizeof(float));
        }
        std::vector<int64_t> code;
        for (int i = 0; i < times; i++) code = format::joined({code, format::command(format::ALL_REDUCE, words)});
        std::vector<int64_t> addresses{baton_memory_address(memory_), 0, 0, 0, 0}, sizes{capacity(), 0, 0, 0, 4};
        int64_t length = static_cast<int64_t>(code.size());
        return baton_plan_create(backend_, code.data(), length, addresses.data(), sizes.data(), with_input ? 5 : 4,
                                 baton_address(&input_), &plan_);
    }

    // Takes its message along, which is its thread's.
    void run() {
        status = baton_plan_run(reinterpret_cast<int64_t>(plan_));
        message = baton_last_error();
    }

    // On any thread: checks count on one alone.
    void write(const std::vector<float>& values) {
        status = baton_copy(baton_memory_address(memory_), baton_address(values.data()), bytes());
    }
    std::vector<float> sums() const {
        std::vector<float> values(floats_);
        int64_t from = baton_memory_address(memory_) + results_;
        CHECK(baton_copy(baton_address(values.data()), from, bytes()) == 0, "%s", baton_last_error());
        return values;
    }
    size_t floats() const { return floats_; }

    int32_t status = -1;
    std::string message;

  private:
    int64_t bytes() const { return static_cast<int64_t>(floats_ * sizeof(float)); }
    // Memory cannot be reserved for nothing.
    int64_t capacity() const { return bytes() * 2 + 4; }
    std::vector<size_t> sizes_;
    size_t floats_ = 0;
    int64_t results_ = 0, input_ = 0;
    baton_backend* backend_ = nullptr;
    baton_memory* memory_ = nullptr;
    baton_plan* plan_ = nullptr;
};

using Workers = std::vector<std::unique_ptr<Worker>>;

// The members of a group with their plans. Their numbers are not in the order in which they join.
inline Workers workers_of(const OwnedGroup& group, int32_t members, const std::vector<size_t>& sizes, bool in_place,
                          int times = 1) {
    Workers workers;
    for (int32_t i = 0; i < members; i++) workers.push_back(std::make_unique<Worker>(1 + i % 3, sizes, in_place));
    for (int32_t i = members - 1; i >= 0; i--) {
        Worker& one = *workers[static_cast<size_t>(i)];
        CHECK(one.join(group, i) == 0 && one.plan(times) == 0, "%s", baton_last_error());
    }
    return workers;
}

inline void run_all(const Workers& workers) {
    std::vector<std::thread> threads;
    for (const auto& worker : workers) threads.emplace_back([&worker] { worker->run(); });
    for (std::thread& thread : threads) thread.join();
}

inline void all_fail(const char* what, const Workers& workers, const char* words) {
    for (const auto& worker : workers) {
        bool said = worker->status != 0 && worker->message.find(words) != std::string::npos;
        CHECK(said, "%s: %s", what, worker->message.c_str());
    }
}

#endif
