// Backends that add up arrays among each other: the sums, bit by bit, and calls and commands that are wrong.
#include <cmath>
#include <memory>
#include <string>

#include "group_workers.h"

using namespace format;

namespace {

const std::vector<size_t> SIZES{5, 0, 100003, 1, 8192, 1};

// Of very different magnitudes, so that another order of the additions gives other bits.
std::vector<float> addends(size_t count, uint64_t seed) {
    Numbers numbers(seed);
    std::vector<float> values(count);
    for (float& value : values) value = std::ldexp(numbers.real(-1, 1), static_cast<int>(numbers.below(30)));
    return values;
}

std::vector<float> added_up(const std::vector<std::vector<float>>& all) {
    std::vector<float> sums = all.front();
    for (size_t i = 1; i < all.size(); i++) {
        for (size_t k = 0; k < sums.size(); k++) sums[k] += all[i][k];
    }
    return sums;
}

void sums(int32_t members, bool in_place) {
    OwnedGroup group(members);
    Workers workers = workers_of(group, members, SIZES, in_place);
    for (uint64_t round = 0; round < 5; round++) {
        std::vector<std::vector<float>> all;
        for (const auto& worker : workers) {
            all.push_back(addends(worker->floats(), round * 100 + all.size()));
            worker->write(all.back());
        }
        std::vector<float> right = added_up(all);
        if (members > 2) {
            std::swap(all.front(), all.back());
            CHECK(added_up(all) != right, "the order of %d members makes no difference", members);
        }
        run_all(workers);
        for (const auto& worker : workers) {
            CHECK(worker->status == 0, "%d members: %s", members, worker->message.c_str());
            CHECK(worker->sums() == right, "%d members have other sums than they should, %s", members,
                  in_place ? "in place" : "apart");
        }
    }
}

// Nobody may run ahead of another: each sum is added up of the sums before it.
void many_after_each_other() {
    constexpr int32_t MEMBERS = 3, TIMES = 10, RUNS = 10;
    OwnedGroup group(MEMBERS);
    Workers workers = workers_of(group, MEMBERS, {3, 9000}, true, TIMES);
    std::vector<std::thread> threads;
    for (const auto& worker : workers) {
        threads.emplace_back([&worker] {
            for (int i = 0; i < RUNS && (i == 0 || worker->status == 0); i++) {
                worker->write(std::vector<float>(worker->floats(), 0x1p-100f));
                worker->run();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& worker : workers) {
        CHECK(worker->status == 0, "%s", worker->message.c_str());
        std::vector<float> right(worker->floats(), 59049 * 0x1p-100f);
        CHECK(worker->sums() == right, "%g after ten sums", worker->sums().front());
    }
}

// Members that find each other by a name add up as others do, and the name is gone with the last of them.
void found_by_name() {
    constexpr int32_t MEMBERS = 3;
    char name[BATON_GROUP_NAME], other[BATON_GROUP_NAME];
    CHECK(baton_group_name(name) == 0 && baton_group_name(other) == 0, "%s", baton_last_error());
    CHECK(std::string(name, sizeof name) != std::string(other, sizeof other), "two groups have one name");
    baton_group* group = nullptr;
    {
        std::vector<std::unique_ptr<OwnedGroup>> groups;
        Workers workers;
        std::vector<std::vector<float>> all;
        for (int32_t i = 0; i < MEMBERS; i++) {
            groups.push_back(std::make_unique<OwnedGroup>(name, MEMBERS));
            workers.push_back(std::make_unique<Worker>(1, SIZES, true));
            Worker& worker = *workers.back();
            CHECK(worker.join(*groups.back(), i) == 0 && worker.plan() == 0, "%s", baton_last_error());
            all.push_back(addends(worker.floats(), static_cast<uint64_t>(i)));
            worker.write(all.back());
        }
        run_all(workers);
        for (const auto& worker : workers) {
            CHECK(worker->status == 0 && worker->sums() == added_up(all), "by a name: %s", worker->message.c_str());
        }
        fails("another number of members", baton_group_find(name, 2, &group), "has 3 members, not 2");
        Worker late(1, SIZES, true);
        OwnedGroup found(name, MEMBERS);
        fails("a number that is taken", late.join(found, 1), "has joined the group already");
        workers.clear();
    }
    fails("a name that is gone", baton_group_find(name, MEMBERS, &group), "no group of this process has that name");
    fails("too many members", baton_group_find(other, 1025, &group), "a group has 1 to 1024 members");
    fails("no name", baton_group_find(nullptr, 1, &group), "the group's name is null");
    fails("no place for a name", baton_group_name(nullptr), "null");
    fails("no place for a group", baton_group_find(other, 1, nullptr), "null");
    CHECK(group == nullptr, "a failure leaves the handle alone");
}

void wrong_calls() {
    baton_group* group = nullptr;
    for (int32_t members : {0, -1, 1025, INT32_MIN, INT32_MAX}) {
        fails("an impossible number of members", baton_group_create(members, &group), "a group has 1 to 1024 members");
    }
    fails("no place for a group", baton_group_create(1, nullptr), "null");
    CHECK(group == nullptr, "a failure leaves the handle alone");
    baton_group_break(nullptr);
    baton_group_release(nullptr);
    OwnedGroup one(1), other(1);
    Worker worker(1, {4}, true);
    fails("adding up with nobody", worker.plan(), "has joined no group");
    fails("no backend", baton_backend_join(nullptr, one.handle, 0), "the backend is null");
    baton_backend* backend = nullptr;
    CHECK(baton_backend_open(1, nullptr, &backend) == 0, "%s", baton_last_error());
    fails("no group", baton_backend_join(backend, nullptr, 0), "the group is null");
    for (int32_t number : {-1, 1, INT32_MIN, INT32_MAX}) {
        fails("a wrong number", worker.join(one, number), "have the numbers 0 to 0");
    }
    CHECK(worker.join(one, 0) == 0, "after wrong numbers: %s", baton_last_error());
    fails("joining twice", worker.join(one, 0), "a member of a group already");
    fails("joining another group", worker.join(other, 0), "a member of a group already");
    fails("a number that is taken", baton_backend_join(backend, one.handle, 0), "has joined the group already");
    CHECK(baton_backend_join(backend, other.handle, 0) == 0, "after a failure: %s", baton_last_error());
    CHECK(worker.plan() == 0, "%s", baton_last_error());
    baton_backend_close(backend);
}

void damaged_commands() {
    Bench bench;
    int64_t place = bench.place(WORKSPACE, std::vector<float>(8)), second = reference(WORKSPACE, 4);
    rejected("sums past the end", bench, command(ALL_REDUCE, {1, place, second, 8}), "8 elements at byte 4");
    rejected("addends past the end", bench, command(ALL_REDUCE, {1, second, place, 8}), "8 elements at byte 4");
    rejected("no place", bench, command(ALL_REDUCE, {1, place, NONE, 8}), "there is no memory space -1");
    rejected("a negative count", bench, command(ALL_REDUCE, {1, place, place, -1}), "the number of elements is -1");
    rejected("more arrays than words", bench, command(ALL_REDUCE, {1LL << 40}), "ends in the middle");
    rejected("a negative number", bench, command(ALL_REDUCE, {-1}), "the number of arrays is -1");
}

// The entries at the end of the table are the functions of the same names.
void the_table() {
    const baton_core* core = baton_functions();
    baton_group* group = nullptr;
    baton_backend* backend = nullptr;
    CHECK(core->group_create(2, &group) == 0, "%s", core->last_error());
    CHECK(core->backend_open(1, nullptr, &backend) == 0, "%s", core->last_error());
    CHECK(core->backend_join(backend, group, 7) != 0, "a group of two has a member 7");
    core->group_break(group);
    core->backend_close(backend);
    core->group_release(group);
    CHECK(core->has_command(ALL_REDUCE) == 1, "there is a command that adds up");
}

}  // namespace

void test_groups() {
    wrong_calls();
    damaged_commands();
    the_table();
    for (bool in_place : {false, true}) {
        sums(1, in_place);
        for (int32_t members : {2, 3, 7}) {
            if (!members_need_gpus()) sums(members, in_place);
        }
    }
    if (!members_need_gpus()) {
        many_after_each_other();
        found_by_name();
    }
}
