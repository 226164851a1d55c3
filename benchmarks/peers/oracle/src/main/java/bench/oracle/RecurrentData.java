package bench.oracle;

/**
 * Weights and inputs of the recurrent networks, by the formula of {@link OracleData}: multiples of powers of two, exact in
 * single precision.
 */
final class RecurrentData {

    private RecurrentData() {}

    /** Parameter number i: multiples of 1/4096 within 1 / sqrt(hidden). Stream 1000 + i. */
    static float[] parameter(int i, int count, int hidden) {
        return symmetric(1000 + i, count, (int) (4096 / Math.sqrt(hidden)), 4096);
    }

    /** What a case reads and what its loss is weighted with: multiples of 1/16 within 2. */
    static float[] values(int stream, int count) {
        return symmetric(stream, count, 32, 16);
    }

    /** Whole numbers from 0 to bound - 1. */
    static int[] tokens(int stream, int count, int bound) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) tokens[i] = OracleData.below(stream, i, bound);
        return tokens;
    }

    private static float[] symmetric(int stream, int count, int bound, int unit) {
        float[] w = new float[count];
        for (int i = 0; i < count; i++) {
            w[i] = (OracleData.below(stream, i, 2 * bound + 1) - bound) / (float) unit;
        }
        return w;
    }
}
