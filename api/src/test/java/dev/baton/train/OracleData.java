package dev.baton.train;

/** The weights, inputs and labels of benchmarks/peers/oracle, by its formula: exact in single precision. */
final class OracleData {

    static final int[] SIZES = {64, 32, 16, 10};
    static final int BATCH = 32;
    private static final int[] WEIGHT_BOUND = {1254, 1773, 2508};
    private static final int BIAS_BOUND = 410;

    private OracleData() {}

    /** The weight of layer 0, 1 or 2 as [outputs, inputs]. */
    static float[] weight(int layer) {
        return symmetric(11 + layer, SIZES[layer] * SIZES[layer + 1], WEIGHT_BOUND[layer]);
    }

    static float[] bias(int layer) {
        return symmetric(21 + layer, SIZES[layer + 1], BIAS_BOUND);
    }

    static float[] inputs(int batch) {
        var inputs = new float[BATCH * SIZES[0]];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = below(100 + batch, i, 17) / 16f;
        }
        return inputs;
    }

    static int[] labels(int batch) {
        var labels = new int[BATCH];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = below(200 + batch, i, 10);
        }
        return labels;
    }

    private static float[] symmetric(int stream, int count, int bound) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (below(stream, i, 2 * bound + 1) - bound) / 4096f;
        }
        return values;
    }

    /** A whole number in [0, bound). */
    static int below(int stream, int index, int bound) {
        int h = stream * 0x9E3779B9 + index;
        h ^= h >>> 16;
        h *= 0x85EBCA6B;
        h ^= h >>> 13;
        h *= 0xC2B2AE35;
        h ^= h >>> 16;
        return Integer.remainderUnsigned(h, bound);
    }
}
