#include "device_nccl.h"

#include "device_symbols.h"
#include "plan_reader.h"

namespace baton {
namespace {

constexpr const char* LIBRARY = "libnccl.so.2";

template <typename Entry>
void require(void* library, const char* name, Entry& entry) {
    if (!look_up(library, name, entry)) {
        throw Failure(std::string(LIBRARY) + " has no " + name);
    }
}

}  // namespace

Nccl::Nccl() {
    void* library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        throw Failure(std::string("GPUs add up by NVIDIA's NCCL, whose library cannot be loaded: ") + dlerror());
    }
    require(library, "ncclGetUniqueId", get_id);
    require(library, "ncclCommInitRank", connect);
    require(library, "ncclAllReduce", all_reduce);
    require(library, "ncclGroupStart", start_group);
    require(library, "ncclGroupEnd", end_group);
    require(library, "ncclCommAbort", abort);
    require(library, "ncclCommDestroy", destroy);
    require(library, "ncclGetErrorString", error_string);
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
