package dev.baton.reference;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1,
 * 2, 3" (SC 2011): the same four words for the same key and counter, on every machine and in any order.
 */
public final class Philox {

    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {}

    /**
     * Four words of 32 random bits.
     *
     * @param key the 64-bit key
     * @param counter the counter's four words, replaced by the result
     */
    static void block(long key, int[] counter) {
        int key0 = (int) key;
        int key1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xffffffffL) * (counter[0] & 0xffffffffL);
            long product1 = (MULTIPLIER_1 & 0xffffffffL) * (counter[2] & 0xffffffffL);
            int x0 = (int) (product1 >>> 32) ^ counter[1] ^ key0;
            int x2 = (int) (product0 >>> 32) ^ counter[3] ^ key1;
            counter[0] = x0;
            counter[1] = (int) product1;
            counter[2] = x2;
            counter[3] = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
    }

    /** Uniform in [0, 1): element {@code index} of a stream, as docs/architecture.md lays it down. */
    public static float uniform(long seed, long step, long stream, long index) {
        int[] counter = {(int) (index >>> 2), (int) stream, (int) step, (int) (step >>> 32)};
        block(seed, counter);
        return (counter[(int) (index & 3)] >>> 8) * 0x1p-24f;
    }
}
