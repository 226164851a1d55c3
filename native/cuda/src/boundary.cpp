// The CUDA core's boundary. A backend's number is the GPU's index + 1; in the place of instruction sets there are products
// to choose among (matrix_library.h).
#include "convolution_words.h"
#include "plan.h"
#if defined(__CUDACC__)
#include "device_group.h"
#include "device_memory.h"
#else
#include "growing_memory.h"
#endif

namespace baton {

#if defined(__CUDACC__)
using CoreGroup = DeviceGroup;
#else
using CoreGroup = Group;
#endif

class Backend {
  public:
    Backend(int32_t number, const char* products) : executor_(number, products) {}
    const char* name() const { return executor_.name(); }
    bool has_bfloat16() const { return true; }
    bool has_own_products() const { return false; }
    int64_t free_memory() const { return executor_.free_memory(); }
    // None: what commands need beside the plan's memory they take from the decoder.
    int64_t convolution_scratch(const int64_t* geometry, int64_t opcode) const {
        if (opcode >= WINOGRAD) {
            throw Failure("the CUDA core has no convolutions by Winograd's method");
        }
        PlanReader words(geometry, CONVOLUTION_WORDS, nullptr, 0);
        decode_geometry(words);
        return 0;
    }
    int64_t plan_shared(const int64_t*, int64_t, const int64_t*, int32_t) const { return 0; }
#if defined(__CUDACC__)
    GrowingMemory reserve(int64_t capacity) const { return GrowingMemory(executor_.device(), capacity); }
    // The others wait for this one to connect.
    void join(DeviceGroup& group, int32_t member) {
        executor_.member().join(group, member);
        try {
            executor_.enter();
            group.connect(member);
        } catch (...) {
            group.break_up();
            throw;
        }
    }
#else
    GrowingMemory reserve(int64_t capacity) const { return GrowingMemory(capacity); }
    void join(Group& group, int32_t member) { executor_.member().join(group, member); }
#endif
    operator const Executor&() const { return executor_; }

  private:
    Executor executor_;
};

static const char* openblas_core() { return ""; }

}  // namespace baton

#include "boundary.h"
