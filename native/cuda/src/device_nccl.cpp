#include "device_nccl.h"

#include <dlfcn.h>

#include "plan_reader.h"

namespace baton {
namespace {

constexpr const char* LIBRARY = "libnccl.so.2";

template <typename Entry>
void look_up(void* library, const char* name, Entry& entry) {
    entry = reinterpret_cast<Entry>(dlsym(library, name));
    if (entry == nullptr) {
        throw Failure(std::string(LIBRARY) + " has no " + name);
    }
}

}  // namespace

Nccl::Nccl() {
    void* library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        throw Failure(std::string("GPUs add up by NVIDIA's NCCL, whose library cannot be loaded: ") + dlerror());
    }
    look_up(library, "ncclGetUniqueId", get_id);
    look_up(library, "ncclCommInitRank", connect);
    look_up(library, "ncclAllReduce", all_reduce);
    look_up(library, "ncclGroupStart", start_group);
    look_up(library, "ncclGroupEnd", end_group);
    look_up(library, "ncclCommAbort", abort);
    look_up(library, "ncclCommDestroy", destroy);
    look_up(library, "ncclGetErrorString", error_string);
}

void Nccl::check(int status, const char* what) const {
    if (status != SUCCESS) {
        throw Failure(std::string(what) + ": " + error_string(status));
    }
}

const Nccl& nccl() {
    static const Nccl found;
    return found;
}

}  // namespace baton
