package dev.baton.infer;

import dev.baton.DataException;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Chooses the tokens of one text, one after the other, as a {@link Sampling} says. */
final class Sampler {

    private final Sampling sampling;
    private final SplittableRandom random;

    /**
     * @param random is drawn from once for each token that is not just the most probable one
     */
    Sampler(Sampling sampling, SplittableRandom random) {
        this.sampling = sampling;
        this.random = random;
    }

    /**
     * The next token.
     *
     * @param logits of each token; minus infinity for one that is never chosen
     * @throws DataException if one is NaN or infinity, or all are minus infinity
     */
    int choose(float[] logits) {
        int first = mostProbable(logits);
        if (sampling.temperature() == 0 || sampling.topK() == 1) {
            return first;
        }
        double[] weights = weights(logits, logits[first]);
        if (sampling.topK() >= logits.length && sampling.topP() == 1) {
            return draw(weights, null, weights.length);
        }
        int[] tokens = likeliest(logits, weights);
        return draw(weights, tokens, nucleus(weights, tokens));
    }

    private static int mostProbable(float[] logits) {
        int largest = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
                throw new DataException("the logit of token " + i + " is " + logits[i]
                        + ": the model's weights, or what it computes from them, are not finite");
            }
            largest = logits[i] > logits[largest] ? i : largest;
        }
        if (logits[largest] == Float.NEGATIVE_INFINITY) {
            throw new DataException("all logits are minus infinity: there is no token to choose");
        }
        return largest;
    }

    /** Probabilities, but for a factor: 1 for the largest. */
    private double[] weights(float[] logits, double largest) {
        var weights = new double[logits.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = StrictMath.exp((logits[i] - largest) / sampling.temperature());
        }
        return weights;
    }

    /** The tokens that top-k leaves, the likeliest first, of equal ones the first. */
    private int[] likeliest(float[] logits, double[] weights) {
        // What top-p leaves out for certain need not be sorted: all of these together have less than 1 - p.
        boolean sumOfAll = sampling.topK() >= logits.length;
        double least = sumOfAll
                ? Math.min(
                        1,
                        (1 - sampling.topP())
                                / weights.length
                                * Arrays.stream(weights).sum()
                                * (1 - 1e-9))
                : 0;
        var order = new long[logits.length];
        int count = 0;
        for (int i = 0; i < logits.length; i++) {
            if (weights[i] >= least) {
                order[count++] = (long) descending(logits[i]) << 32 | i;
            }
        }
        Arrays.sort(order, 0, count);
        return Arrays.stream(order, 0, Math.min(count, sampling.topK()))
                .mapToInt(key -> (int) key)
                .toArray();
    }

    /** A number that is the smaller the larger the logit is. */
    private static int descending(float logit) {
        int bits = Float.floatToIntBits(logit + 0f);
        int ascending = bits < 0 ? bits ^ 0x7fff_ffff : bits;
        return ~ascending;
    }

    /** How many of the likeliest tokens top-p leaves. */
    private int nucleus(double[] weights, int[] tokens) {
        if (sampling.topP() == 1) {
            return tokens.length;
        }
        double all = sampling.topK() >= weights.length
                ? Arrays.stream(weights).sum()
                : Arrays.stream(tokens).mapToDouble(token -> weights[token]).sum();
        double sum = 0;
        for (int i = 0; i < tokens.length; i++) {
            sum += weights[tokens[i]];
            if (sum >= sampling.topP() * all) {
                return i + 1;
            }
        }
        return tokens.length;
    }

    /**
     * One of the first tokens of an order, each as often as its weight says.
     *
     * @param tokens null for 0, 1, 2, ...
     */
    private int draw(double[] weights, int[] tokens, int count) {
        var upTo = new double[count];
        double sum = 0;
        int last = 0;
        for (int i = 0; i < count; i++) {
            double weight = weights[tokens == null ? i : tokens[i]];
            sum += weight;
            upTo[i] = sum;
            last = weight > 0 ? i : last;
        }
        double drawn = random.nextDouble() * sum;
        int chosen = 0;
        while (chosen < last && upTo[chosen] <= drawn) {
            chosen++;
        }
        return tokens == null ? chosen : tokens[chosen];
    }
}
