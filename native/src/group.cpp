#include "group.h"

#include <sys/random.h>

#include <algorithm>
#include <map>

#include "baton.h"

namespace baton {
namespace {

// A group that members look for.
struct Sought {
    std::shared_ptr<Group> held;  // until all have found it
    std::weak_ptr<Group> group;
    int32_t found = 0;
};

// The names that this process has given.
struct Names {
    std::mutex mutex;
    std::map<std::string, Sought> sought;
};

Names& names() {
    static Names all;
    return all;
}

void forget(const std::string& name) {
    std::lock_guard<std::mutex> lock(names().mutex);
    auto known = names().sought.find(name);
    if (known != names().sought.end() && known->second.group.expired()) {
        names().sought.erase(known);
    }
}

}  // namespace

void Group::name(char* to) {
    // Not by std::random_device, which asks for a newer glibc than Baton does.
    if (getentropy(to, BATON_GROUP_NAME) != 0) {
        throw Failure("the system gives no random numbers to name a group by");
    }
    std::lock_guard<std::mutex> lock(names().mutex);
    names().sought[std::string(to, BATON_GROUP_NAME)];
}

std::shared_ptr<Group> Group::find(const char* name, int32_t members) {
    std::string wanted(name, BATON_GROUP_NAME);
    // Let go of behind the lock: the last one takes it.
    std::shared_ptr<Group> group;
    std::lock_guard<std::mutex> lock(names().mutex);
    auto known = names().sought.find(wanted);
    if (known == names().sought.end()) {
        throw Failure("no group of this process has that name: processors add up in one process alone");
    }
    Sought& sought = known->second;
    group = sought.group.lock();
    if (group == nullptr) {
        group.reset(new Group(members), [wanted](Group* last) {
            delete last;
            forget(wanted);
        });
        sought = {group, group, 0};
    }
    if (group->members() != members) {
        throw Failure("the group of that name has " + std::to_string(group->members()) + " members, not " +
                      std::to_string(members));
    }
    if (++sought.found == members) {
        sought.held.reset();
    }
    return group;
}

Group::Group(int32_t members) {
    constexpr int32_t MOST_MEMBERS = 1024;
    if (members < 1 || members > MOST_MEMBERS) {
        throw Failure("a group has 1 to " + std::to_string(MOST_MEMBERS) + " members, not " + std::to_string(members));
    }
    joined_.resize(static_cast<size_t>(members));
    brought_.resize(static_cast<size_t>(members));
}

void Group::join(int32_t member) {
    Lock lock(mutex_);
    if (member < 0 || member >= members()) {
        throw Failure("the members of this group have the numbers 0 to " + std::to_string(members() - 1) + ", not " +
                      std::to_string(member));
    }
    if (joined_[static_cast<size_t>(member)]) {
        throw Failure("member " + std::to_string(member) + " has joined the group already");
    }
    joined_[static_cast<size_t>(member)] = true;
}

void Group::close() {
    Lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

void Group::meet() {
    Lock lock(mutex_);
    arrive(lock, true);
}

void Group::meet(int32_t member, const Addends& addends) {
    Lock lock(mutex_);
    brought_[static_cast<size_t>(member)] = addends;
    // While all others wait for this one, what they have brought stays where it is.
    if (arrived_ + 1 == members() && !closed_) {
        same_sizes_ = have_same_sizes();
    }
    arrive(lock, true);
    if (!same_sizes_) {
        throw Failure("the members add up arrays of different sizes");
    }
}

void Group::leave() {
    Lock lock(mutex_);
    arrive(lock, false);
}

void Group::arrive(Lock& lock, bool may_fail) {
    int64_t turn = turns_;
    if (may_fail && closed_) {
        throw Failure(GIVEN_UP);
    }
    if (++arrived_ == members()) {
        arrived_ = 0;
        turns_++;
        changed_.notify_all();
        return;
    }
    changed_.wait(lock, [&] { return turns_ != turn || (may_fail && closed_); });
    if (turns_ == turn) {
        throw Failure(GIVEN_UP);
    }
}

bool Group::have_same_sizes() const {
    auto same = [](const AllReduceWords::Array& a, const AllReduceWords::Array& b) { return a.count == b.count; };
    const auto& first = brought_.front().words->arrays;
    return std::all_of(brought_.begin(), brought_.end(), [&](const Addends& one) {
        return std::equal(first.begin(), first.end(), one.words->arrays.begin(), one.words->arrays.end(), same);
    });
}

Member::~Member() {
    if (joined()) {
        group_->close();
    }
}

void Member::join(Group& group, int32_t number) {
    if (joined()) {
        throw Failure("the backend is a member of a group already");
    }
    group.join(number);
    group_ = &group;
    number_ = number;
}

void Member::break_up() const {
    if (joined() && group_->members() > 1) {
        group_->break_up();
    }
}

Sum::Sum(PlanReader& in, const Member& member) : AllReduceWords(in, member.joined()), member_(member) {
    constexpr int64_t CHUNK = 8192;  // elements
    int64_t turn = 0, members = member.group().members();
    for (size_t array = 0; array < arrays.size(); array++) {
        int64_t count = arrays[array].count;
        for (int64_t start = 0; start < count; start += CHUNK) {
            if (turn++ % members == member.number()) {
                own_.push_back({array, start, std::min(count, start + CHUNK)});
            }
        }
    }
}

void Sum::add_up(const Chunk& chunk) const {
    constexpr int64_t PIECE = 1024;
    float sums[PIECE];
    const std::vector<Addends>& all = member_.group().brought();
    auto array = [&](const Addends& one) { return one.words->arrays[chunk.array]; };
    for (int64_t start = chunk.start; start < chunk.end; start += PIECE) {
        int64_t count = std::min(PIECE, chunk.end - start);
        std::copy_n(all.front().at(array(all.front()).in) + start, count, sums);
        for (size_t i = 1; i < all.size(); i++) {
            const float* addend = all[i].at(array(all[i]).in) + start;
            for (int64_t k = 0; k < count; k++) sums[k] += addend[k];
        }
        for (const Addends& one : all) std::copy_n(sums, count, one.at(array(one).out) + start);
    }
}

}  // namespace baton
