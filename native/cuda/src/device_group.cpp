#include "device_group.h"

#include <cstring>

#include "baton.h"

namespace baton {

DeviceGroup::DeviceGroup(int32_t members) : Group(members), connections_(static_cast<size_t>(members)) {}

DeviceGroup::DeviceGroup(int32_t members, const Nccl::Id& id)
    : Group(members), others_elsewhere_(true), has_id_(true), id_(id), connections_(static_cast<size_t>(members)) {}

void DeviceGroup::name(char* to) {
    Nccl::Id id;
    static_assert(sizeof id == BATON_GROUP_NAME, "a group's name is NCCL's");
    nccl().check(nccl().get_id(&id), "GPUs cannot be connected");
    std::memcpy(to, &id, sizeof id);
}

std::shared_ptr<DeviceGroup> DeviceGroup::find(const char* name, int32_t members) {
    Nccl::Id id;
    std::memcpy(&id, name, sizeof id);
    return std::make_shared<DeviceGroup>(members, id);
}

// In one go, as NCCL frees what is shared with the last of them.
DeviceGroup::~DeviceGroup() {
    for (Connection& one : connections_) {
        if (one.handle != nullptr) {
            nccl().destroy(one.handle);
        }
    }
}

void DeviceGroup::connect(int32_t member) {
    if (members() == 1) {
        return;
    }
    {
        std::lock_guard<std::mutex> lock(mutex_);
        if (!has_id_) {
            nccl().check(nccl().get_id(&id_), "GPUs cannot be connected");
            has_id_ = true;
        }
    }
    // NCCL would wait for one that never comes.
    if (!others_elsewhere_) {
        meet();
    }
    Nccl::Communicator handle = nullptr;
    nccl().check(nccl().connect(&handle, members(), id_, member), "the GPUs of a group cannot be connected");
    Connection& own = connections_[static_cast<size_t>(member)];
    std::lock_guard<std::mutex> lock(own.mutex);
    own.handle = handle;
}

void DeviceGroup::all_reduce(int32_t member, const Addends& addends, const Stream& stream) {
    if (others_elsewhere_) {
        if (broken_) throw Failure(GIVEN_UP);
    } else {
        meet(member, addends);
    }
    if (members() > 1) {
        start(connections_[static_cast<size_t>(member)], addends, stream);
        return;
    }
    for (const AllReduceWords::Array& array : addends.words->arrays) {
        const float* in = addends.at(array.in);
        float* out = addends.at(array.out);
        if (array.count > 0 && in != out) {
            check(cudaMemcpyAsync(out, in, static_cast<size_t>(array.count) * sizeof(float), cudaMemcpyDeviceToDevice,
                                  stream.handle),
                  "the GPU cannot copy");
        }
    }
}

void DeviceGroup::start(Connection& own, const Addends& addends, const Stream& stream) {
    std::lock_guard<std::mutex> lock(own.mutex);
    if (own.handle == nullptr) {
        throw Failure(GIVEN_UP);
    }
    own.started = true;
    nccl().check(nccl().start_group(), "NCCL cannot start");
    int status = Nccl::SUCCESS;
    for (const AllReduceWords::Array& array : addends.words->arrays) {
        if (array.count > 0 && status == Nccl::SUCCESS) {
            status = nccl().all_reduce(addends.at(array.in), addends.at(array.out), static_cast<size_t>(array.count),
                                       Nccl::FLOAT32, Nccl::SUM, own.handle, stream.handle);
        }
    }
    // What was started has to be ended in any case.
    int ended = nccl().end_group();
    nccl().check(status, "the GPUs cannot add up");
    nccl().check(ended, "the GPUs cannot add up");
}

void DeviceGroup::confirm(int32_t member) {
    Connection& own = connections_[static_cast<size_t>(member)];
    bool given_up = own.started && broken_;
    own.started = false;
    if (given_up) {
        throw Failure(GIVEN_UP);
    }
}

void DeviceGroup::break_up() {
    close();
    // Before any GPU ends what it has started, so that nobody takes that for a sum.
    broken_ = true;
    for (Connection& one : connections_) {
        std::lock_guard<std::mutex> lock(one.mutex);
        if (one.handle != nullptr) {
            nccl().abort(one.handle);
            one.handle = nullptr;
        }
    }
}

}  // namespace baton
