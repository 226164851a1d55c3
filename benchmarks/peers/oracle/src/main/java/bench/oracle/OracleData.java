package bench.oracle;

/**
 * The weights, inputs and labels of the oracle, by formula. Nothing here depends on a library, so that any program in
 * any language can make the same numbers and compare what it computes with the recorded results.
 *
 * <p>Every element comes from 32 bits that are a function of a stream number and the element's index; no state is
 * carried from one element to the next. All values are small multiples of a power of two, so they are exact in single
 * precision and no rounding rule enters.
 */
public final class OracleData {

    /** Sizes of the layers: 64 inputs, two hidden layers with ReLU, 10 classes. */
    public static final int[] SIZES = {64, 32, 16, 10};

    public static final int LAYERS = 3;
    public static final int CLASSES = 10;
    public static final int BATCH = 32;

    /** Each step trains on a batch of its own. */
    public static final int STEPS = 10;

    /** Weights of layer l are multiples of 1/4096 within floor(4096 * sqrt(6 / inputs)) / 4096, as He would draw them. */
    private static final int[] WEIGHT_BOUND = {1254, 1773, 2508};

    /** Biases are not zero, so that a bias that is left out or added twice shows. */
    private static final int BIAS_BOUND = 410;

    private OracleData() {}

    /** The 32 bits of an element; arithmetic is modulo 2^32. The mixing is the final step of MurmurHash3. */
    public static int bits(int stream, int index) {
        int h = stream * 0x9E3779B9 + index;
        h ^= h >>> 16;
        h *= 0x85EBCA6B;
        h ^= h >>> 13;
        h *= 0xC2B2AE35;
        h ^= h >>> 16;
        return h;
    }

    /** A whole number in [0, bound); the bits count as unsigned. */
    public static int below(int stream, int index, int bound) {
        return Integer.remainderUnsigned(bits(stream, index), bound);
    }

    /** Weights of layer 0, 1 or 2 as [outputs, inputs], row by row: element (o, i) is at o * inputs + i. Stream 11 + layer. */
    public static float[] weight(int layer) {
        return symmetric(11 + layer, SIZES[layer] * SIZES[layer + 1], WEIGHT_BOUND[layer]);
    }

    /** Biases of layer 0, 1 or 2. Stream 21 + layer. */
    public static float[] bias(int layer) {
        return symmetric(21 + layer, SIZES[layer + 1], BIAS_BOUND);
    }

    /** Inputs of batch 0 to 9 as [32, 64], row by row: multiples of 1/16 in [0, 1]. Stream 100 + batch. */
    public static float[] inputs(int batch) {
        float[] x = new float[BATCH * SIZES[0]];
        for (int i = 0; i < x.length; i++) x[i] = below(100 + batch, i, 17) / 16f;
        return x;
    }

    /** Labels of batch 0 to 9. Stream 200 + batch. */
    public static int[] labels(int batch) {
        int[] y = new int[BATCH];
        for (int i = 0; i < y.length; i++) y[i] = below(200 + batch, i, CLASSES);
        return y;
    }

    private static float[] symmetric(int stream, int count, int bound) {
        float[] w = new float[count];
        for (int i = 0; i < count; i++) w[i] = (below(stream, i, 2 * bound + 1) - bound) / 4096f;
        return w;
    }
}
