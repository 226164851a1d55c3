// GPUs that add up arrays among each other by NCCL. Those of one process share a group, where their threads meet as those of
// the processor's backends do. Of those in several each has a group of its own, which meets nobody: that all bring the same
// sizes is not looked at then, and who waits for one that is gone waits until it is told to leave.
#ifndef BATON_CUDA_DEVICE_GROUP_H
#define BATON_CUDA_DEVICE_GROUP_H

#include <atomic>

#include "device_nccl.h"
#include "executor.h"

namespace baton {

class DeviceGroup : public Group {
  public:
    explicit DeviceGroup(int32_t members);
    // Of members that have groups of their own, in any processes.
    DeviceGroup(int32_t members, const Nccl::Id& id);
    ~DeviceGroup() override;
    // A new name for a group: NCCL's own.
    static void name(char* to);
    // A group by its name; every member finds one of its own.
    static std::shared_ptr<DeviceGroup> find(const char* name, int32_t members);
    // Connects the calling thread's GPU, as this member, with those of the others; waits until all of them do.
    void connect(int32_t member);
    // Starts adding up, when all have come.
    void all_reduce(int32_t member, const Addends& addends, const Stream& stream);
    // When what was started is over: fails in words where it was given up.
    void confirm(int32_t member);
    // Ends what GPUs have started and wait for as well.
    void break_up() override;

  private:
    struct Connection {
        std::mutex mutex;  // of the handle: whoever breaks the group comes from any thread
        Nccl::Communicator handle = nullptr;
        bool started = false;  // whether the member has started something since the last confirmation
    };
    void start(Connection& own, const Addends& addends, const Stream& stream);
    std::mutex mutex_;
    std::atomic<bool> broken_{false};
    const bool others_elsewhere_ = false;
    bool has_id_ = false;
    Nccl::Id id_;
    std::vector<Connection> connections_;
};

// On GPUs there are no other groups.
inline DeviceGroup& device_group(const Member& member) { return static_cast<DeviceGroup&>(member.group()); }

}  // namespace baton

#endif
