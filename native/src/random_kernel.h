// Random numbers that depend on seed, step, stream and index alone. Included once by each instruction set's kernels,
// behind elementary.h.

// Philox4x32-10 (Salmon et al. 2011): word index % 4 of the block index / 4.
BATON_ELEMENT_FUNCTION inline void uniform(int64_t seed, int64_t step, uint32_t stream, int64_t start, int64_t count,
                                           float* out) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t index = static_cast<uint64_t>(start + i);
        uint32_t c0 = static_cast<uint32_t>(index >> 2), c1 = stream;
        uint32_t c2 = static_cast<uint32_t>(step), c3 = static_cast<uint32_t>(static_cast<uint64_t>(step) >> 32);
        uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32);
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
            uint32_t n0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0, n2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
            c0 = n0;
            c1 = static_cast<uint32_t>(p1);
            c2 = n2;
            c3 = static_cast<uint32_t>(p0);
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        uint32_t word = (index & 2) ? ((index & 1) ? c3 : c2) : ((index & 1) ? c1 : c0);
        out[i] = static_cast<float>(static_cast<int32_t>(word >> 8)) * 0x1p-24f;
    }
}
