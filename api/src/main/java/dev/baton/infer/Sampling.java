package dev.baton.infer;

import dev.baton.BatonException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a {@link TextGenerator} chooses tokens, and when it ends. Immutable. Each token is drawn from the probabilities that the
 * model gives: first the temperature changes them, then top-k and then top-p leave out what is unlikely. Draws are a function of
 * the seed alone: the same on any number of threads, and for each of several prompts its own.
 */
public final class Sampling {

    private static final Sampling DEFAULTS =
            new Sampling(1, Integer.MAX_VALUE, 1, 0, Set.of(), Integer.MAX_VALUE, false);

    private final double temperature;
    private final int topK;
    private final double topP;
    private final long seed;
    private final Set<Integer> stop;
    private final int atMost;
    private final boolean slides;

    private Sampling(
            double temperature, int topK, double topP, long seed, Set<Integer> stop, int atMost, boolean slides) {
        this.temperature = temperature;
        this.topK = topK;
        this.topP = topP;
        this.seed = seed;
        this.stop = stop;
        this.atMost = atMost;
        this.slides = slides;
    }

    /** Draws from the model's own probabilities with seed 0, until the context is full. */
    public static Sampling of() {
        return DEFAULTS;
    }

    /** Takes the most probable token each time. */
    public static Sampling greedy() {
        return DEFAULTS.temperature(0);
    }

    /**
     * What logits are divided by. Below 1, likely tokens become likelier still; at 0 the most probable one is taken, of
     * equal ones the first.
     */
    public Sampling temperature(double temperature) {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a temperature is a number from 0 on, not " + temperature);
        }
        return new Sampling(temperature, topK, topP, seed, stop, atMost, slides);
    }

    /** Draws among so many tokens with the largest logits; of equal ones the first. */
    public Sampling topK(int count) {
        if (count < 1) {
            throw new BatonException("top-k draws among at least one token, not " + count);
        }
        return new Sampling(temperature, count, topP, seed, stop, atMost, slides);
    }

    /**
     * Draws among the fewest tokens, the likeliest first, whose probabilities add up to at least so much (nucleus sampling,
     * Holtzman et al. 2020); among one at least.
     */
    public Sampling topP(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new BatonException("top-p is a probability, from 0 to 1, not " + probability);
        }
        return new Sampling(temperature, topK, probability, seed, stop, atMost, slides);
    }

    /** What draws are a function of; 0 unless changed. */
    public Sampling seed(long seed) {
        return new Sampling(temperature, topK, topP, seed, stop, atMost, slides);
    }

    /** Ends a text where one of these tokens comes; it is not a part of the text. */
    public Sampling stop(int... tokens) {
        var all = new TreeSet<Integer>();
        Arrays.stream(tokens).forEach(all::add);
        return new Sampling(temperature, topK, topP, seed, Set.copyOf(all), atMost, slides);
    }

    /** Ends a text after so many tokens, those of the prompt aside. */
    public Sampling atMost(int tokens) {
        if (tokens < 1) {
            throw new BatonException("a text has at least one token, not " + tokens);
        }
        return new Sampling(temperature, topK, topP, seed, stop, tokens, slides);
    }

    /**
     * Writes on where the context is full, over the last tokens, as many as it has positions: what came before is forgotten, and
     * a prompt may be longer than the context. There the position of every token changes with each new one, so that all are
     * computed anew each time and nothing is kept; up to there it is as fast as without. Say where a text ends: by a token, a
     * number of tokens or whoever is told of them.
     */
    public Sampling slidingWindow() {
        return new Sampling(temperature, topK, topP, seed, stop, atMost, true);
    }

    double temperature() {
        return temperature;
    }

    int topK() {
        return topK;
    }

    double topP() {
        return topP;
    }

    long seed() {
        return seed;
    }

    /** Fails where a text would never end, and nobody is told of its tokens who could end it. */
    void requireEnd() {
        if (slides && atMost == Integer.MAX_VALUE && stop.isEmpty()) {
            throw new BatonException(
                    "with a sliding window a text goes on for ever: say where it ends, with atMost(tokens) or "
                            + "stop(token), or with a listener");
        }
    }

    boolean stopsAt(int token) {
        return stop.contains(token);
    }

    int atMost() {
        return atMost;
    }

    boolean slides() {
        return slides;
    }

    @Override
    public String toString() {
        return "temperature " + temperature + (topK == Integer.MAX_VALUE ? "" : ", top-k " + topK)
                + (topP == 1 ? "" : ", top-p " + topP) + ", seed " + seed
                + (atMost == Integer.MAX_VALUE ? "" : ", at most " + atMost + " tokens")
                + (stop.isEmpty() ? "" : ", stop at " + new TreeSet<>(stop)) + (slides ? ", sliding window" : "");
    }
}
