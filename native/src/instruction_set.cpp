#include "instruction_set.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "plan.h"

namespace baton {
namespace {

struct Choice {
    const Kernels* kernels;
    bool runs;
};

// Whether the processor multiplies tiles of bfloat16, and the operating system lets this process have them: it asks for more
// room where it saves registers.
bool may_use_tiles() {
    constexpr unsigned int BFLOAT16 = 1u << 22, TILES = 1u << 24;
    constexpr long REQUEST = 0x1023, TILE_DATA = 18;  // ARCH_REQ_XCOMP_PERM, of a Linux newer than some headers
    unsigned int a, b, c, d;
    bool has = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & BFLOAT16) != 0 && (d & TILES) != 0;
    return has && syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
}

}  // namespace

const Kernels& choose_kernels(const char* name) {
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const Choice choices[] = {{&AVX512_KERNELS, avx512}, {&AVX2_KERNELS, avx2}, {&BASELINE_KERNELS, true}};
    bool any = name == nullptr || *name == '\0';
    for (const Choice& choice : choices) {
        if (any ? choice.runs : std::strcmp(name, choice.kernels->name) == 0) {
            if (!choice.runs) {
                throw Failure(std::string("this processor (") + processor_name() + ") has no instruction set '" + name + "'");
            }
            return *choice.kernels;
        }
    }
    throw Failure(std::string("there is no instruction set '") + name + "': baseline, avx2 and avx512 are known");
}

const PairKernels* choose_pairs(const Kernels& kernels) {
    __builtin_cpu_init();
    if (&kernels != &AVX512_KERNELS || !__builtin_cpu_supports("avx512bf16")) {
        return nullptr;
    }
    static const PairKernels by_tiles = [] {
        PairKernels all = PAIR_KERNELS;
        all.unit = TilePairs::SIDE;
        all.turn = TILE_PAIRS.turn;
        all.multiply = TILE_PAIRS.multiply;
        return all;
    }();
    return may_use_tiles() ? &by_tiles : &PAIR_KERNELS;
}

bool has_own_wide_products(const Kernels& kernels) {
    // Measured on a Xeon of the fourth generation, which adds two products of a vector at a time, and on AMD's Zen 4, which
    // adds one and gains nothing.
    return &kernels == &AVX512_KERNELS && __builtin_cpu_is("intel") != 0;
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
