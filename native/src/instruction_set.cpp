#include "instruction_set.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "plan.h"

namespace baton {
namespace {

bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

bool has_pairs() { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }

bool has_vnni() { return has_avx512() && __builtin_cpu_supports("avx512vnni"); }

bool has_avx_vnni() { return has_avx2() && __builtin_cpu_supports("avxvnni"); }

// Whether the processor multiplies tiles of bfloat16, and the operating system lets this process have them: it then keeps more
// room where it saves registers, so this is asked only where tiles are wanted.
bool may_use_tiles() {
    constexpr unsigned int BFLOAT16 = 1u << 22, TILES = 1u << 24;
    constexpr long REQUEST = 0x1023, TILE_DATA = 18;  // ARCH_REQ_XCOMP_PERM, of a Linux newer than some headers
    unsigned int a, b, c, d;
    bool has = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & BFLOAT16) != 0 && (d & TILES) != 0;
    return has_pairs() && has && syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
}

bool has_tiles_of_bytes() {
    constexpr unsigned int BYTES = 1u << 25;
    unsigned int a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & BYTES) != 0;
}

// Those of pairs, with tiles in the place of what they do better.
const PairKernels& kernels_of_tiles() {
    static const PairKernels kernels = [] {
        PairKernels all = PAIR_KERNELS;
        all.unit = TilePairs::SIDE;
        all.turn = TILE_PAIRS.turn;
        all.multiply = TILE_PAIRS.multiply;
        return all;
    }();
    return kernels;
}

struct Choice {
    InstructionSet set;
    bool (*runs)();
};

}  // namespace

InstructionSet choose_instruction_set(const char* name) {
    __builtin_cpu_init();
    // Measured on a Xeon of the fourth generation or later, which adds two products of a vector at a time; AMD's Zen 4 adds
    // one and gains nothing.
    bool own_wide = __builtin_cpu_is("intel") != 0;
    // OpenBLAS has kernels that pack, and half as wide vectors, where it does not know a processor with AVX-512 or is told to
    // take another one's (OPENBLAS_CORETYPE): with those of a Haswell, a Zen 5 multiplies at half of the speed.
    const Int8Kernels& int8 = has_vnni() ? INT8_AVX512_VNNI : AVX512_KERNELS.int8;
    const Choice choices[] = {
        {{"amx", AVX512_KERNELS, &kernels_of_tiles(), has_tiles_of_bytes() ? INT8_TILES : int8, own_wide, true}, may_use_tiles},
        {{"avx512", AVX512_KERNELS, has_pairs() ? &PAIR_KERNELS : nullptr, int8, own_wide, true}, has_avx512},
        {{"avxvnni", AVX2_KERNELS, nullptr, INT8_AVX_VNNI, false, false}, has_avx_vnni},
        {{"avx2", AVX2_KERNELS, nullptr, AVX2_KERNELS.int8, false, false}, has_avx2},
        {{"baseline", BASELINE_KERNELS, nullptr, BASELINE_KERNELS.int8, false, false}, [] { return true; }},
    };
    bool any = name == nullptr || *name == '\0';
    for (const Choice& choice : choices) {
        if (any ? choice.runs() : std::strcmp(name, choice.set.name) == 0) {
            if (!any && !choice.runs()) {
                throw Failure(std::string("this processor (") + processor_name() + ") has no instruction set '" + name + "'");
            }
            return choice.set;
        }
    }
    throw Failure(std::string("there is no instruction set '") + name + "': baseline, avx2, avxvnni, avx512 and amx are known");
}

const char* processor_name() {
    // Nothing is allocated here: a function that gives text cannot fail.
    struct Name {
        char text[49] = "x86-64";
        const char* start = text;
        Name() {
            if (__get_cpuid_max(0x80000000u, nullptr) < 0x80000004u) {
                return;
            }
            unsigned int words[12] = {};
            for (unsigned int i = 0; i < 3; i++) {
                __get_cpuid(0x80000002u + i, words + 4 * i, words + 4 * i + 1, words + 4 * i + 2, words + 4 * i + 3);
            }
            std::memcpy(text, words, 48);
            size_t length = std::strlen(text);
            while (length > 0 && text[length - 1] == ' ') {
                text[--length] = '\0';
            }
            while (*start == ' ') {
                start++;
            }
        }
    };
    static const Name name;
    return name.start;
}

}  // namespace baton
