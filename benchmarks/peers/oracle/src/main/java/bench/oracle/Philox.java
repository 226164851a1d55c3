package bench.oracle;

import java.nio.charset.StandardCharsets;

/**
 * The random numbers of Baton's dropout, which PyTorch has not: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As
 * Easy as 1, 2, 3", SC 2011) as docs/architecture.md lays it down. Written from the paper, with plain long arithmetic.
 */
final class Philox {

    private static final long WORD = 0xffffffffL;

    private Philox() {}

    /** Element {@code index} of a stream, uniform in [0, 1). */
    static double uniform(long seed, long step, long stream, long index) {
        long[] c = {index / 4 & WORD, stream & WORD, step & WORD, step >>> 32};
        long k0 = seed & WORD, k1 = seed >>> 32;
        for (int round = 0; round < 10; round++) {
            long a = 0xD2511F53L * c[0], b = 0xCD9E8D57L * c[2];
            c = new long[] {(b >>> 32) ^ c[1] ^ k0, b & WORD, (a >>> 32) ^ c[3] ^ k1, a & WORD};
            k0 = k0 + 0x9E3779B9L & WORD;
            k1 = k1 + 0xBB67AE85L & WORD;
        }
        return (c[(int) (index % 4)] >>> 8) / 0x1p24;
    }

    /** The stream of the first dropout in a layer: the 32-bit FNV-1a hash of its path and number. */
    static long stream(String path) {
        long hash = 0x811c9dc5L;
        for (byte b : (path + "#1").getBytes(StandardCharsets.UTF_8)) hash = (hash ^ b & 0xff) * 0x01000193L & WORD;
        return hash;
    }
}
