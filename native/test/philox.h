// Philox4x32-10 by its paper (Salmon et al. 2011), one number at a time.
#ifndef BATON_PHILOX_H
#define BATON_PHILOX_H

#include <cstdint>

inline uint32_t philox_word(int64_t seed, int64_t step, uint32_t stream, int64_t element) {
    uint64_t unsigned_seed = static_cast<uint64_t>(seed), unsigned_step = static_cast<uint64_t>(step);
    uint32_t key[2] = {static_cast<uint32_t>(unsigned_seed), static_cast<uint32_t>(unsigned_seed >> 32)};
    uint32_t counter[4] = {static_cast<uint32_t>(element / 4), stream, static_cast<uint32_t>(unsigned_step),
                           static_cast<uint32_t>(unsigned_step >> 32)};
    for (int round = 0; round < 10; round++) {
        uint64_t left = uint64_t(0xD2511F53) * counter[0], right = uint64_t(0xCD9E8D57) * counter[2];
        uint32_t next[4] = {static_cast<uint32_t>(right >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(right),
                            static_cast<uint32_t>(left >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(left)};
        for (int i = 0; i < 4; i++) counter[i] = next[i];
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
    }
    return counter[element % 4];
}

// The float in [0, 1) made of the upper 24 bits.
inline float philox(int64_t seed, int64_t step, uint32_t stream, int64_t element) {
    return static_cast<float>(philox_word(seed, step, stream, element) >> 8) / 16777216.0f;
}

#endif
