/*
 * A native core of Baton: plans of kernels that run on the CPU, or on a GPU. This header is all that a binding needs; a
 * program that finds out while it runs which core there is takes its functions from baton_functions.
 *
 * Functions that can fail return a status: 0 is success; for everything else baton_last_error() says in words what
 * happened. Nothing throws and nothing aborts across this boundary: a handle or an address that is null is an error too,
 * but for closing, releasing, destroying and breaking, which do nothing then. Handles are opaque; a handle is used by one
 * thread at a time, and not after it was closed; a plan does not run after its backend was closed.
 */
#ifndef BATON_H
#define BATON_H

#include <stdint.h>

#if defined(__GNUC__)
#define BATON_API __attribute__((visibility("default")))
#else
#define BATON_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever a function or the plan format changes. */
#define BATON_ABI_VERSION 12

typedef struct baton_backend baton_backend;
typedef struct baton_memory baton_memory;
typedef struct baton_plan baton_plan;
typedef struct baton_group baton_group;

BATON_API int32_t baton_abi_version(void);

/* Whether a backend can be opened on this machine; a failure says why not. */
BATON_API int32_t baton_probe(void);

/* The message of the last failure on the calling thread; empty if there was none. */
BATON_API const char* baton_last_error(void);

/*
 * Opens a backend: on the CPU with its own pool of threads, or on a GPU.
 *   number   threads, at least 1, of which the calling thread is one; or which GPU, from 1 on
 *   isa      "baseline", "avx2", "avxvnni", "avx512" or "amx"; null or empty for the best that this processor has; GPUs have none
 */
BATON_API int32_t baton_backend_open(int32_t number, const char* isa, baton_backend** backend);
BATON_API void baton_backend_close(baton_backend* backend);

/* The instruction set in use (empty for null), the processor's name (of several GPUs that which the calling thread used
 * last) and the name of OpenBLAS's kernels. */
BATON_API const char* baton_backend_isa(const baton_backend* backend);
BATON_API const char* baton_processor(void);
BATON_API const char* baton_openblas_core(void);

/* 1 where all but very large products are multiplied by our own kernel, as OpenBLAS's have to pack small ones. */
BATON_API int32_t baton_backend_has_own_products(const baton_backend* backend);

/* 1 where products can round their factors to bfloat16; the processor and the instruction set decide. */
BATON_API int32_t baton_backend_has_bfloat16(const baton_backend* backend);

/* 1 where the core has a command with this opcode of PLAN_FORMAT.md; products of bfloat16 are asked for above. */
BATON_API int32_t baton_has_command(int64_t opcode);

/* Bytes of the GPU's memory that nobody has; INT64_MAX where plans run in the system's memory, which answers for itself. */
BATON_API int32_t baton_backend_free_memory(const baton_backend* backend, int64_t* bytes);

/* Memory of a backend's processor or GPU that grows without moving: address space is reserved at once, pages are made
 * usable by baton_memory_grow. It may outlive the backend. Null has the address 0. */
BATON_API int32_t baton_memory_reserve(baton_backend* backend, int64_t capacity, baton_memory** memory);
BATON_API int32_t baton_memory_grow(baton_memory* memory, int64_t bytes);
BATON_API int64_t baton_memory_address(const baton_memory* memory);
BATON_API void baton_memory_release(baton_memory* memory);

/* The address of a host buffer, and copies between addresses, on whichever GPU; what is copied does not overlap. */
BATON_API int64_t baton_address(const void* buffer);
BATON_API int32_t baton_copy(int64_t target, int64_t source, int64_t bytes);

/*
 * Decodes and checks a plan (see PLAN_FORMAT.md).
 *   code, words           the commands
 *   addresses, sizes      for each memory space its address and its size in bytes; an input's address is given at run
 *   spaces                their number: 4 and one for each input
 *   arguments             the address of one int64 for each input, read at every run: where that input lies
 */
BATON_API int32_t baton_plan_create(baton_backend* backend, const int64_t* code, int64_t words, const int64_t* addresses,
                                    const int64_t* sizes, int32_t spaces, int64_t arguments, baton_plan** plan);

/* The bytes that a plan wants while it runs of memory that its backend keeps for all plans, beside the spaces; as above, but
 * nothing is touched, so that spaces may be of any size. */
BATON_API int32_t baton_plan_shared(const baton_backend* backend, const int64_t* code, int64_t words, const int64_t* sizes,
                                    int32_t spaces, int64_t* bytes);

/* The bytes of scratch memory that a convolution wants; opcode and geometry (16 words) as in PLAN_FORMAT.md. */
BATON_API int32_t baton_convolution_scratch(const baton_backend* backend, const int64_t* geometry, int64_t opcode,
                                            int64_t* bytes);

/* Runs a plan once; plan is the handle as an integer, so that the call carries nothing but one number. */
BATON_API int32_t baton_plan_run(int64_t plan);

/* Copies a part of its outputs, memory space 3, as the last run left them: so many bytes from one on, to an address of this
 * process. */
BATON_API int32_t baton_plan_read(int64_t plan, int64_t first, int64_t target, int64_t bytes);
BATON_API void baton_plan_destroy(baton_plan* plan);

/*
 * A run in two parts, for cores where it goes on by itself between them; where baton_is_asynchronous() is 0 the first part is
 * all of it. The inputs have been read when baton_plan_start returns, and the outputs are there when baton_plan_finish does,
 * which has nothing to do where nothing was started. Meanwhile the plan's backend and its memory are used by nothing else.
 *
 * While a run goes on, baton_plan_prefetch copies inputs of the plan's next run: those whose addresses stand in the arguments,
 * where the others are 0. At the plan's next start an address of 0 stands for what was copied so, which is forgotten after it;
 * where runs do not go on by themselves nothing is copied, and each address has to be given.
 */
BATON_API int32_t baton_is_asynchronous(void);
BATON_API int32_t baton_plan_start(int64_t plan);
BATON_API int32_t baton_plan_is_running(int64_t plan);
BATON_API int32_t baton_plan_prefetch(int64_t plan);
BATON_API int32_t baton_plan_finish(int64_t plan);

/* How often a run was entered in this process. */
BATON_API int64_t baton_plan_runs(void);

/*
 * Backends of one process that add values up among each other, 1 to 1024 of them. Each joins once, with its own number
 * from 0 on, before it makes plans that do so. GPUs need NCCL for that where they are several, and there joining waits
 * until all have joined: each member's thread calls it. A GPU is one member at most.
 */
BATON_API int32_t baton_group_create(int32_t members, baton_group** group);

/*
 * The same for backends that find each other by a name of BATON_GROUP_NAME bytes, which one of them has given: each creates
 * a group of its own by it, with the number of all members, and joins that. GPUs may be in any processes, each of which
 * needs NCCL; processors have to be in the one that gave the name. That all add up the same sizes is for the caller to see to.
 */
#define BATON_GROUP_NAME 128
BATON_API int32_t baton_group_name(char* name);
BATON_API int32_t baton_group_find(const char* name, int32_t members, baton_group** group);

BATON_API int32_t baton_backend_join(baton_backend* backend, baton_group* group, int32_t member);

/*
 * From now on every command that waits for the others fails; for callers that cannot run one of the plans. Any thread
 * may call it. The failure of a member's plan does the same, and so does closing a member, but for sums that it still
 * took part in.
 */
BATON_API void baton_group_break(baton_group* group);

/* After all of its backends were closed. */
BATON_API void baton_group_release(baton_group* group);

/* All of these functions of one core. */
typedef struct baton_core {
    int32_t (*abi_version)(void);
    int32_t (*probe)(void);
    const char* (*last_error)(void);
    int32_t (*backend_open)(int32_t number, const char* isa, baton_backend** backend);
    void (*backend_close)(baton_backend* backend);
    const char* (*backend_isa)(const baton_backend* backend);
    const char* (*processor)(void);
    const char* (*openblas_core)(void);
    int32_t (*backend_has_own_products)(const baton_backend* backend);
    int32_t (*backend_has_bfloat16)(const baton_backend* backend);
    int32_t (*has_command)(int64_t opcode);
    int32_t (*memory_reserve)(baton_backend* backend, int64_t capacity, baton_memory** memory);
    int32_t (*memory_grow)(baton_memory* memory, int64_t bytes);
    int64_t (*memory_address)(const baton_memory* memory);
    void (*memory_release)(baton_memory* memory);
    int64_t (*address)(const void* buffer);
    int32_t (*copy)(int64_t target, int64_t source, int64_t bytes);
    int32_t (*plan_create)(baton_backend* backend, const int64_t* code, int64_t words, const int64_t* addresses,
                           const int64_t* sizes, int32_t spaces, int64_t arguments, baton_plan** plan);
    int32_t (*plan_shared)(const baton_backend* backend, const int64_t* code, int64_t words, const int64_t* sizes,
                           int32_t spaces, int64_t* bytes);
    int32_t (*convolution_scratch)(const baton_backend* backend, const int64_t* geometry, int64_t opcode, int64_t* bytes);
    int32_t (*plan_run)(int64_t plan);
    int32_t (*plan_read)(int64_t plan, int64_t first, int64_t target, int64_t bytes);
    void (*plan_destroy)(baton_plan* plan);
    int64_t (*plan_runs)(void);
    int32_t (*group_create)(int32_t members, baton_group** group);
    int32_t (*group_name)(char* name);
    int32_t (*group_find)(const char* name, int32_t members, baton_group** group);
    int32_t (*backend_join)(baton_backend* backend, baton_group* group, int32_t member);
    void (*group_break)(baton_group* group);
    void (*group_release)(baton_group* group);
    int32_t (*backend_free_memory)(const baton_backend* backend, int64_t* bytes);
    int32_t (*is_asynchronous)(void);
    int32_t (*plan_start)(int64_t plan);
    int32_t (*plan_is_running)(int64_t plan);
    int32_t (*plan_prefetch)(int64_t plan);
    int32_t (*plan_finish)(int64_t plan);
} baton_core;
BATON_API const baton_core* baton_functions(void);

#ifdef __cplusplus
}
#endif

#endif
