package dev.baton.benchmarks.compare;

/**
 * What one run of a workload cannot do without, whoever runs it; README.md says what is counted. Multiply-adds of
 * products and convolutions, those with the zeros of the padding among them, as it is the custom; bytes of the weights,
 * what the optimizer keeps, inputs and outputs, each read once, and written once where it changes.
 *
 * @param units what the metric counts, in one run: samples, tokens, 10^9 operations; 1 for a latency
 */
record Work(double multiplyAdds, long bytes, double units) {

    private static final int FLOAT = 4;

    /**
     * A network as the formulas need it.
     *
     * @param forward multiply-adds for one example
     * @param first those of the first layer, whose inputs need no gradient; 0 where that is an embedding
     * @param parameters the number of learnt numbers
     * @param inputs numbers of one example
     * @param outputs numbers of one answer
     */
    record Network(double forward, double first, long parameters, long inputs, long outputs) {

        /** Forward, the gradient by each layer's inputs, and that by its weights. */
        Work training(int batch, int moments, int unitsPerExample) {
            return new Work(
                    batch * (3 * forward - first),
                    FLOAT * (2 * (1 + moments) * parameters + batch * inputs),
                    batch * unitsPerExample);
        }

        /** Forward alone. */
        Work inference(int batch) {
            return new Work(batch * forward, FLOAT * (parameters + batch * (inputs + outputs)), batch);
        }
    }

    /** 784-512-256-10. */
    static final Network MLP = new Network(784 * 512 + 512 * 256 + 256 * 10, 784 * 512, 535_818, 784, 10);

    /** Two convolutions of 32 channels, two of 64, two linear layers. */
    static final Network CNN = new Network(
            convolution(3, 32, 3, 32)
                    + convolution(32, 32, 3, 32)
                    + convolution(32, 64, 3, 16)
                    + convolution(64, 64, 3, 16)
                    + 4096 * 512
                    + 512 * 10,
            convolution(3, 32, 3, 32),
            2_168_362,
            3 * 32 * 32,
            10);

    /** Three stages of three blocks, with a 1x1 convolution where the shape changes. */
    static final Network RESNET20 = new Network(
            convolution(3, 16, 3, 32)
                    + 6 * convolution(16, 16, 3, 32)
                    + convolution(16, 32, 3, 16)
                    + 5 * convolution(32, 32, 3, 16)
                    + convolution(16, 32, 1, 16)
                    + convolution(32, 64, 3, 8)
                    + 5 * convolution(64, 64, 3, 8)
                    + convolution(32, 64, 1, 8)
                    + 64 * 10,
            convolution(3, 16, 3, 32),
            272_474,
            3 * 32 * 32,
            10);

    private static final int CONTEXT = 64;

    /** An example is a sequence of 64 tokens, each followed by one to be guessed. */
    static final Network GPT = gpt(4, 128, CONTEXT, 65, 818_176);

    /** Six layers of width 384; an example is a sequence of 256 tokens. */
    static final Network GPT_384 = gpt(6, 384, 256, 65, 10_795_776);

    /** Twelve layers of width 768; an example is a sequence of 1024 tokens. */
    static final Network GPT2 = gpt(12, 768, 1024, 50_257, 124_439_808);

    /** An example is a sequence of 64 tokens. Four gates of 256, from 128 inputs and 256 outputs of the step before. */
    static final Network LSTM =
            new Network(CONTEXT * (4 * 256 * (128 + 256) + 256 * 65), 0, 420_289, 2 * CONTEXT, CONTEXT * 65);

    /** Of a square kernel, for a square picture of outputs. */
    private static double convolution(int inputs, int outputs, int kernel, int size) {
        return (double) inputs * outputs * kernel * kernel * size * size;
    }

    private static Network gpt(int layers, long width, int context, int vocabulary, long parameters) {
        double scores = (double) context * width * vocabulary;
        return new Network(
                decoder(layers, width, context) + scores, 0, parameters, 2 * context, (long) context * vocabulary);
    }

    /**
     * Layers over so many tokens. A token's products in a layer are 12 * width^2; attention compares it with those before
     * it and itself, and adds up their values.
     */
    private static double decoder(int layers, long width, long tokens) {
        return (double) layers * (tokens * 12 * width * width + 2 * width * tokens * (tokens + 1) / 2);
    }

    /**
     * A token of the 256 that are generated, at the mean over their lengths: one pass over at most 64 tokens. Of the last layer
     * keys and values of all of them count, and the rest for the last one, as do its scores.
     */
    static Work generation() {
        int count = 256;
        double width = 128;
        double multiplyAdds = 0;
        for (int next = 1; next <= count; next++) {
            int tokens = Math.min(next, CONTEXT);
            double keysAndValues = tokens * 2 * width * width;
            double ofTheLast = 10 * width * width + 2 * width * tokens + width * 65;
            multiplyAdds += decoder(3, 128, tokens) + keysAndValues + ofTheLast;
        }
        return new Work(multiplyAdds / count, FLOAT * GPT.parameters(), 1);
    }

    /** A product of square matrices, in GFLOP/s. */
    static Work product(long size) {
        double multiplyAdds = (double) size * size * size;
        return new Work(multiplyAdds, FLOAT * 3 * size * size, 2e-9 * multiplyAdds);
    }
}
