// Backends of one process that add up arrays among each other, each from a thread of its own. Where each was opened by itself
// they find their group by a name.
#ifndef BATON_GROUP_H
#define BATON_GROUP_H

#include <condition_variable>
#include <memory>
#include <mutex>

#include "group_words.h"

namespace baton {

// The arrays that one member adds to the others', and where its memory spaces begin.
struct Addends {
    const AllReduceWords* words;
    char* const* bases;
    float* at(const Reference& reference) const {
        return reinterpret_cast<float*>(bases[reference.space] + reference.offset);
    }
};

// Why a member does not get its sums.
constexpr const char* GIVEN_UP = "another member of the group failed or is gone";

class Group {
  public:
    explicit Group(int32_t members);
    virtual ~Group() = default;
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    // A new name for a group of this process: BATON_GROUP_NAME bytes.
    static void name(char* to);
    // The group of a name, which the first one to ask makes; it is there until as many have asked as it has members, and then as
    // long as somebody has it.
    static std::shared_ptr<Group> find(const char* name, int32_t members);

    int32_t members() const { return static_cast<int32_t>(brought_.size()); }
    // Takes a member's number, which nobody may have taken before.
    void join(int32_t member);
    // From now on all who wait for the others fail. Of those who have met already each still gets its sums.
    void close();
    // The same where a member has failed in the middle of something that the others may wait for.
    virtual void break_up() { close(); }
    // Waits until every member has come.
    void meet();
    // The same with arrays to add up; fails in words for all where they are of different sizes.
    void meet(int32_t member, const Addends& addends);
    // What all have brought; between meeting and leaving.
    const std::vector<Addends>& brought() const { return brought_; }
    // Waits until all who have met are done with each other's arrays. That does not fail: what each does before it
    // leaves depends on nobody.
    void leave();

  private:
    using Lock = std::unique_lock<std::mutex>;
    void arrive(Lock& lock, bool may_fail);
    bool have_same_sizes() const;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<bool> joined_;
    std::vector<Addends> brought_;
    bool same_sizes_ = true;
    bool closed_ = false;
    int32_t arrived_ = 0;
    int64_t turns_ = 0;  // how often all have arrived
};

// A backend's place in a group, once it has joined one.
class Member {
  public:
    Member() = default;
    // One that is gone is not waited for.
    ~Member();
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    void join(Group& group, int32_t number);
    bool joined() const { return group_ != nullptr; }
    // Only of one that has joined.
    Group& group() const { return *group_; }
    int32_t number() const { return number_; }
    // For a member that has failed: the others do not wait for it.
    void break_up() const;

  private:
    Group* group_ = nullptr;
    int32_t number_ = 0;
};

// The command on the processor: the arrays are cut into chunks by their sizes alone, and each member adds up some of
// them for everybody. So all get the same bits, each value is read once, and a sum may lie where an addend does.
class Sum : AllReduceWords {
  public:
    Sum(PlanReader& in, const Member& member);
    // each(count, task) calls task(0) to task(count - 1), in any order or side by side.
    template <typename Each>
    void run(char* const* bases, Each each) const {
        Group& group = member_.group();
        group.meet(member_.number(), {this, bases});
        each(static_cast<int64_t>(own_.size()), [&](int64_t i) { add_up(own_[static_cast<size_t>(i)]); });
        group.leave();
    }

  private:
    struct Chunk {
        size_t array;
        int64_t start, end;
    };
    void add_up(const Chunk& chunk) const;
    const Member& member_;
    std::vector<Chunk> own_;  // the chunks that this member adds up
};

}  // namespace baton

#endif
