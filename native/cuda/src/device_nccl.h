// NCCL, by which GPUs add up among each other. Looked up while running, so that one GPU alone does without it.
#ifndef BATON_CUDA_DEVICE_NCCL_H
#define BATON_CUDA_DEVICE_NCCL_H

#include <cuda_runtime.h>

#include <cstddef>

namespace baton {

// Those of its functions that are needed, by the types and numbers of its documentation.
struct Nccl {
    struct Opaque;
    using Communicator = Opaque*;
    struct Id {
        char bytes[128];
    };
    static constexpr int SUCCESS = 0, FLOAT32 = 7, SUM = 0;

    int (*get_id)(Id* id);
    int (*connect)(Communicator* communicator, int members, Id id, int member);
    int (*all_reduce)(const void* in, void* out, size_t count, int type, int operation, Communicator communicator,
                      cudaStream_t stream);
    int (*start_group)();
    int (*end_group)();
    int (*abort)(Communicator communicator);
    int (*destroy)(Communicator communicator);
    const char* (*error_string)(int status);

    Nccl();
    // Fails in words unless the status is success.
    void check(int status, const char* what) const;
};

// Fails in words where it is not installed.
const Nccl& nccl();

}  // namespace baton

#endif
