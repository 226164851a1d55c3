package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is drawn, against distributions that are computed here by definition. */
class SamplerTest {

    private static final int DRAWS = 40_000;

    /** Of probabilities 0.4, 0.3, 0.2 and 0.1, but for what they have in common; out of order. */
    private static final float[] LOGITS = logits(0.2, 0.4, 0.1, 0.3);

    /** The value that chi-square with 3 degrees of freedom passes once in a thousand times. */
    private static final double CHI_SQUARE = 16.27;

    private static float[] logits(double... probabilities) {
        var logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (Math.log(probabilities[i]) + 5);
        }
        return logits;
    }

    private static Sampler sampler(Sampling sampling) {
        return new Sampler(sampling, new SplittableRandom(sampling.seed()));
    }

    private static void drawsAre(Sampling sampling, float[] logits, double... probabilities) {
        var counts = new int[logits.length];
        Sampler sampler = sampler(sampling);
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.choose(logits)]++;
        }
        double distance = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = DRAWS * probabilities[i];
            if (expected == 0) {
                assertThat(counts[i]).as("%s: token %d", sampling, i).isZero();
            } else {
                distance += (counts[i] - expected) * (counts[i] - expected) / expected;
            }
        }
        assertThat(distance).as("%s", sampling).isLessThan(CHI_SQUARE);
    }

    @Test
    void drawsFromTheProbabilitiesOfTheModel() {
        drawsAre(Sampling.of(), LOGITS, 0.2, 0.4, 0.1, 0.3);
        drawsAre(Sampling.of().seed(77), LOGITS, 0.2, 0.4, 0.1, 0.3);
    }

    @Test
    void aTemperatureChangesThem() {
        // p^(1/T), made to add up to 1.
        double sum = 0.04 + 0.16 + 0.01 + 0.09;
        drawsAre(Sampling.of().temperature(0.5), LOGITS, 0.04 / sum, 0.16 / sum, 0.01 / sum, 0.09 / sum);
        double roots = Math.sqrt(0.2) + Math.sqrt(0.4) + Math.sqrt(0.1) + Math.sqrt(0.3);
        drawsAre(
                Sampling.of().temperature(2),
                LOGITS,
                Math.sqrt(0.2) / roots,
                Math.sqrt(0.4) / roots,
                Math.sqrt(0.1) / roots,
                Math.sqrt(0.3) / roots);
    }

    @Test
    void topKLeavesTheLargest() {
        drawsAre(Sampling.of().topK(3), LOGITS, 0.2 / 0.9, 0.4 / 0.9, 0, 0.3 / 0.9);
        drawsAre(Sampling.of().topK(2), LOGITS, 0, 0.4 / 0.7, 0, 0.3 / 0.7);
        drawsAre(Sampling.of().topK(9), LOGITS, 0.2, 0.4, 0.1, 0.3);
        drawsAre(Sampling.of().topK(1), LOGITS, 0, 1, 0, 0);
    }

    @Test
    void topPLeavesTheFewestThatAreEnough() {
        drawsAre(Sampling.of().topP(0.69), LOGITS, 0, 0.4 / 0.7, 0, 0.3 / 0.7);
        drawsAre(Sampling.of().topP(0.71), LOGITS, 0.2 / 0.9, 0.4 / 0.9, 0, 0.3 / 0.9);
        drawsAre(Sampling.of().topP(0.95), LOGITS, 0.2, 0.4, 0.1, 0.3);
        drawsAre(Sampling.of().topP(0.3), LOGITS, 0, 1, 0, 0);
        drawsAre(Sampling.of().topP(0), LOGITS, 0, 1, 0, 0);
    }

    @Test
    void topPIsOfWhatTopKAndTheTemperatureLeave() {
        // Of 0.4 and 0.3 the first is 0.571.
        drawsAre(Sampling.of().topK(2).topP(0.57), LOGITS, 0, 1, 0, 0);
        drawsAre(Sampling.of().topK(2).topP(0.58), LOGITS, 0, 0.4 / 0.7, 0, 0.3 / 0.7);
        // Of the squares the first is 0.533.
        drawsAre(Sampling.of().temperature(0.5).topP(0.53), LOGITS, 0, 1, 0, 0);
        drawsAre(Sampling.of().temperature(0.5).topP(0.54), LOGITS, 0, 0.16 / 0.25, 0, 0.09 / 0.25);
    }

    @Test
    void ofEqualTokensTheFirstAreTaken() {
        float[] equal = {1, 2, 2, 2};
        assertThat(sampler(Sampling.greedy()).choose(equal)).isEqualTo(1);
        drawsAre(Sampling.of().topK(2), equal, 0, 0.5, 0.5, 0);
        drawsAre(Sampling.of().topP(0), equal, 0, 1, 0, 0);
        assertThat(sampler(Sampling.greedy()).choose(new float[] {-0.0f, 0.0f})).isZero();
        drawsAre(Sampling.of().topK(1), new float[] {-0.0f, 0.0f, -1, -2}, 1, 0, 0, 0);
    }

    @Test
    void logitsOfAnySizeAreDrawnFrom() {
        float none = Float.NEGATIVE_INFINITY;
        drawsAre(Sampling.of(), new float[] {none, 3, none, 3}, 0, 0.5, 0, 0.5);
        drawsAre(Sampling.of().topP(0.999), new float[] {none, 3, none, 3}, 0, 0.5, 0, 0.5);
        drawsAre(Sampling.of(), new float[] {3e38f, -3e38f, 0, 3e38f}, 0.5, 0, 0, 0.5);
        drawsAre(Sampling.of().topK(3), new float[] {-4, -3e38f, -4, -3e38f}, 0.5, 0, 0.5, 0);
        drawsAre(Sampling.of().temperature(1e-300), LOGITS, 0, 1, 0, 0);
        drawsAre(Sampling.of().temperature(1e300), LOGITS, 0.25, 0.25, 0.25, 0.25);
    }

    /** The sum of all that top-p leaves out before it sorts must not reach what it keeps. */
    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.1, 0.5, 0.9, 0.99, 0.9999, 1})
    void topPOfManyTokensIsWhatSortingAllGives(double p) {
        var random = new SplittableRandom(4);
        for (int round = 1; round <= 20; round++) {
            var logits = new float[1000];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) (random.nextGaussian() * round / 3);
            }
            Sampler sampler = sampler(Sampling.of().topP(p).seed(round));
            int[] byHand = java.util.stream.IntStream.range(0, logits.length)
                    .boxed()
                    .sorted(java.util.Comparator.comparing((Integer i) -> -logits[i]))
                    .mapToInt(i -> i)
                    .toArray();
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit);
            }
            double kept = 0;
            var allowed = new boolean[logits.length];
            for (int i = 0; i < byHand.length && kept < p; i++) {
                allowed[byHand[i]] = true;
                kept += Math.exp(logits[byHand[i]]) / sum;
            }
            for (int i = 0; i < 2000; i++) {
                assertThat(allowed[sampler.choose(logits)]).isTrue();
            }
        }
    }

    @Test
    void whatIsNoDistributionIsRefused() {
        float infinite = Float.POSITIVE_INFINITY;
        refused(
                new float[] {0, Float.NaN},
                "the logit of token 1 is NaN: the model's weights, or what it computes from" + " them, are not finite");
        refused(
                new float[] {infinite, 0},
                "the logit of token 0 is Infinity: the model's weights, or what it computes"
                        + " from them, are not finite");
        refused(new float[] {-infinite, -infinite}, "all logits are minus infinity: there is no token to choose");
    }

    private static void refused(float[] logits, String message) {
        for (Sampling sampling :
                new Sampling[] {Sampling.greedy(), Sampling.of(), Sampling.of().topK(1)}) {
            assertThatThrownBy(() -> sampler(sampling).choose(logits))
                    .isInstanceOf(DataException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void optionsThatMeanNothingAreRefused() {
        Sampling sampling = Sampling.of();
        assertThatThrownBy(() -> sampling.temperature(-0.1))
                .isInstanceOf(BatonException.class)
                .hasMessage("a temperature is a number from 0 on, not -0.1");
        assertThatThrownBy(() -> sampling.temperature(Double.NaN)).hasMessageContaining("not NaN");
        assertThatThrownBy(() -> sampling.topK(0)).hasMessage("top-k draws among at least one token, not 0");
        assertThatThrownBy(() -> sampling.topP(1.1)).hasMessage("top-p is a probability, from 0 to 1, not 1.1");
        assertThatThrownBy(() -> sampling.topP(Double.NaN)).hasMessageContaining("not NaN");
        assertThatThrownBy(() -> sampling.atMost(0)).hasMessage("a text has at least one token, not 0");
        assertThat(sampling.topK(4).topP(0.5).atMost(9).stop(3, 1).seed(6))
                .hasToString("temperature 1.0, top-k 4, top-p 0.5, seed 6, at most 9 tokens, stop at [1, 3]");
        assertThat(Sampling.greedy().slidingWindow()).hasToString("temperature 0.0, seed 0, sliding window");
    }
}
