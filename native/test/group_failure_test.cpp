// What happens to the members of a group where one of them fails, brings other arrays or is gone: nobody waits forever.
#include <chrono>

#include "group_workers.h"

namespace {

void different_sizes() {
    for (const std::vector<size_t>& others : std::vector<std::vector<size_t>>{{4, 7}, {5}, {4, 6, 1}, {}}) {
        OwnedGroup group(3);
        Workers workers = workers_of(group, 2, {4, 6}, false);
        workers.push_back(std::make_unique<Worker>(1, others, false));
        CHECK(workers.back()->join(group, 2) == 0 && workers.back()->plan() == 0, "%s", baton_last_error());
        run_all(workers);
        all_fail("arrays of different sizes", workers, "the members add up arrays of different sizes");
        run_all(workers);
        all_fail("after that", workers, "another member of the group failed");
    }
}

void a_member_that_fails() {
    OwnedGroup group(3);
    Workers workers = workers_of(group, 2, {100}, true);
    Worker failing(2, {100}, true);
    CHECK(failing.join(group, 2) == 0 && failing.plan(1, true) == 0, "%s", baton_last_error());
    std::thread late([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        failing.run();
    });
    run_all(workers);
    late.join();
    all_fail("one has failed", workers, "another member of the group failed");
    bool said = failing.message.find("input 0 lies at address null") != std::string::npos;
    CHECK(said, "its own failure: %s", failing.message.c_str());
    run_all(workers);
    all_fail("one had failed before", workers, "another member of the group failed");
}

void a_member_that_is_gone() {
    OwnedGroup group(2);
    Workers workers = workers_of(group, 1, {100}, true);
    Worker gone(1, {100}, true);
    CHECK(gone.join(group, 1) == 0, "%s", baton_last_error());
    std::thread late([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        gone.close();
    });
    run_all(workers);
    late.join();
    all_fail("one was closed", workers, "another member of the group failed");
}

// Closing right behind the last sum takes it from nobody.
void members_that_close_when_they_are_done() {
    for (uint64_t i = 0; i < 50; i++) {
        OwnedGroup group(2);
        Workers workers = workers_of(group, 2, {3}, true);
        for (const auto& worker : workers) worker->write({1, 2, 3});
        std::thread other([&] {
            workers[1]->run();
            workers[1]->close();
        });
        workers[0]->run();
        other.join();
        CHECK(workers[0]->status == 0 && workers[1]->status == 0, "%s", workers[0]->message.c_str());
        CHECK((workers[0]->sums() == std::vector<float>{2, 4, 6}), "the sums are others");
    }
}

void a_broken_group(int32_t members) {
    OwnedGroup group(members);
    Workers workers = workers_of(group, members, {100}, true);
    if (members > 1) {
        // All but one wait when it breaks.
        Workers waiting;
        for (int32_t i = 1; i < members; i++) {
            waiting.push_back(std::move(workers.back()));
            workers.pop_back();
        }
        std::thread breaking([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            baton_group_break(group.handle);
        });
        run_all(waiting);
        breaking.join();
        all_fail("the group breaks", waiting, "another member of the group failed");
    } else {
        baton_group_break(group.handle);
    }
    run_all(workers);
    all_fail("the group is broken", workers, "another member of the group failed");
}

// Wherever it is broken, each run either has its sums or fails in words.
void breaking_at_any_time() {
    for (int round = 0; round < 50; round++) {
        OwnedGroup group(2);
        Workers workers = workers_of(group, 2, {20000}, false);
        for (const auto& worker : workers) worker->write(std::vector<float>(worker->floats(), 1));
        std::vector<std::thread> threads;
        for (const auto& worker : workers) {
            threads.emplace_back([&worker] {
                do worker->run();
                while (worker->status == 0);
            });
        }
        std::this_thread::sleep_for(std::chrono::microseconds(round * 20));
        baton_group_break(group.handle);
        for (std::thread& thread : threads) thread.join();
        all_fail("broken at any time", workers, "another member of the group failed");
    }
}

}  // namespace

void test_group_failures() {
    a_broken_group(1);
    if (members_need_gpus()) {
        return;
    }
    different_sizes();
    a_member_that_fails();
    a_member_that_is_gone();
    members_that_close_when_they_are_done();
    a_broken_group(2);
    a_broken_group(4);
    breaking_at_any_time();
}
