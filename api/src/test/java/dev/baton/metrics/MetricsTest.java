package dev.baton.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the examples of scikit-learn's documentation, and against definitions computed the long way. */
class MetricsTest {

    private static double of(Metric metric, NDArray answers, NDArray targets) {
        Metric.Meter meter = metric.meter();
        assertThat(meter.value()).as("of nothing").isNaN();
        meter.add(answers, targets);
        return meter.value();
    }

    /** Answers whose largest is the class given. */
    private static NDArray answering(int classes, int... chosen) {
        var values = new float[chosen.length * classes];
        for (int i = 0; i < chosen.length; i++) {
            values[i * classes + chosen[i]] = 1;
        }
        return NDArray.of(Shape.of(chosen.length, classes), values);
    }

    @Test
    void precisionRecallAndF1AreThoseOfScikitLearn() {
        NDArray answers = answering(3, 0, 2, 1, 0, 0, 1);
        NDArray labels = NDArray.of(new int[] {0, 1, 2, 0, 1, 2});
        assertThat(of(Metrics.precision(), answers, labels)).isCloseTo(0.2222, within(1e-4));
        assertThat(of(Metrics.recall(), answers, labels)).isCloseTo(0.3333, within(1e-4));
        assertThat(of(Metrics.f1(), answers, labels)).isCloseTo(0.2666, within(1e-4));
        assertThat(of(Metrics.accuracy(), answers, labels)).isCloseTo(2 / 6.0, within(1e-12));
        // A class that neither occurs nor is answered does not count.
        assertThat(of(Metrics.f1(), answering(9, 0, 2, 1, 0, 0, 1), labels)).isCloseTo(0.2666, within(1e-4));
    }

    @Test
    void theMatrixCountsAndIsReadable() {
        var matrix = new ConfusionMatrix(List.of("cat", "mouse"));
        assertThat(matrix.value()).isNaN();
        matrix.add(answering(2, 0, 1, 1), NDArray.of(new int[] {0, 0, 1}));
        matrix.add(NDArray.of(Shape.of(1, 2), Float.NaN, 1f), NDArray.of(new int[] {1}));
        assertThat(matrix.count(0, 1)).isEqualTo(1);
        assertThat(matrix.records(1)).as("one got no answer").isEqualTo(2);
        assertThat(matrix.value()).isEqualTo(0.5);
        assertThat(matrix.toString().lines())
                .containsExactly(
                        "class  cat  mouse  none  precision  recall      F1",
                        "cat      1      1     0     1.0000  0.5000  0.6667",
                        "mouse    0      1     1     0.5000  0.5000  0.5000");
        assertThatThrownBy(() -> matrix.add(answering(3, 1), NDArray.of(new int[] {1})))
                .isInstanceOf(DataException.class)
                .hasMessage("confusion matrix: the answers are for 3 classes, those before for 2");
        assertThatThrownBy(() -> new ConfusionMatrix(List.of("one")).add(answering(2, 1), NDArray.of(new int[] {1})))
                .isInstanceOf(DataException.class)
                .hasMessage("confusion matrix: the answers are for 2 classes, the names are [one]");
    }

    @Test
    void theRightClassIsLookedForAmongTheFirst() {
        NDArray answers =
                NDArray.of(Shape.of(4, 3), 0.5f, 0.2f, 0.2f, 0.3f, 0.4f, 0.2f, 0.2f, 0.4f, 0.3f, 0.7f, 0.2f, 0.1f);
        NDArray labels = NDArray.of(new int[] {0, 1, 2, 2});
        assertThat(of(Metrics.topK(1), answers, labels)).isEqualTo(0.5);
        assertThat(of(Metrics.topK(2), answers, labels)).isEqualTo(0.75);
        assertThat(of(Metrics.topK(3), answers, labels)).isEqualTo(1);
        assertThat(of(Metrics.topK(2), NDArray.of(Shape.of(1, 3), 1f, 1f, 1f), NDArray.of(new int[] {2})))
                .as("of equal answers the first come first")
                .isZero();
        assertThat(of(Metrics.topK(3), NDArray.of(Shape.of(1, 3), 1f, Float.NaN, 1f), NDArray.of(new int[] {0})))
                .isZero();
        assertThat(Metrics.topK(5).name()).isEqualTo("top-5");
        assertThatThrownBy(() -> Metrics.topK(0)).isInstanceOf(BatonException.class);
    }

    @Test
    void infinitiesAreEqualToThemselves() {
        float lowest = Float.NEGATIVE_INFINITY;
        NDArray answers = NDArray.of(Shape.of(1, 2), lowest, lowest);
        assertThat(of(Metrics.accuracy(), answers, NDArray.of(new int[] {1}))).isZero();
        assertThat(of(Metrics.accuracy(), answers, NDArray.of(new int[] {0}))).isEqualTo(1);
    }

    @Test
    void sequencesAreCountedPositionByPosition() {
        NDArray answers = NDArray.of(Shape.of(1, 2, 2), 1f, 0f, 1f, 0f);
        NDArray labels = NDArray.of(Shape.of(1, 2), 0, 1);
        assertThat(of(Metrics.accuracy(), answers, labels)).isEqualTo(0.5);
        double both = Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(1));
        assertThat(of(Metrics.perplexity(), answers, labels)).isCloseTo(Math.exp(both / 2), within(1e-12));
    }

    @Test
    void perplexityIsTheNumberOfEqualChoices() {
        assertThat(of(Metrics.perplexity(), NDArray.of(new float[5][8]), NDArray.of(new int[5])))
                .isCloseTo(8, within(1e-12));
        assertThat(of(Metrics.perplexity(), NDArray.of(Shape.of(1, 2), 1000f, -1000f), NDArray.of(new int[] {0})))
                .as("nothing overflows")
                .isEqualTo(1);
    }

    @Test
    void calibrationComparesConfidenceWithWhatIsRight() {
        // Three answers of confidence 0.8, one of which is wrong; one of 0.6, which is right.
        float sure = (float) Math.log(4);
        float less = (float) Math.log(1.5);
        NDArray answers = NDArray.of(Shape.of(4, 2), sure, 0, sure, 0, sure, 0, 0, less);
        NDArray labels = NDArray.of(new int[] {0, 0, 1, 1});
        double expected = (Math.abs(3 * 0.8 - 2) + Math.abs(0.6 - 1)) / 4;
        assertThat(of(Metrics.calibrationError(), answers, labels)).isCloseTo(expected, within(1e-6));
    }

    @Test
    void theAreaIsThatOfScikitLearnAndOfAllPairs() {
        NDArray scores = NDArray.of(new float[] {0.1f, 0.4f, 0.35f, 0.8f});
        NDArray targets = NDArray.of(new float[] {0, 0, 1, 1});
        assertThat(of(Metrics.areaUnderCurve(), scores, targets)).isEqualTo(0.75);
        var random = new Random(1);
        for (int count = 1; count < 60; count++) {
            var values = new float[count];
            var labels = new int[count];
            var pairs = new float[2 * count];
            for (int i = 0; i < count; i++) {
                values[i] = random.nextInt(8);
                labels[i] = random.nextInt(2);
                pairs[2 * i] = 3;
                pairs[2 * i + 1] = 3 + values[i];
            }
            double won = 0;
            long games = 0;
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++) {
                    if (labels[i] == 1 && labels[j] == 0) {
                        won += values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
                        games++;
                    }
                }
            }
            NDArray right = NDArray.of(labels);
            double area = of(Metrics.areaUnderCurve(), NDArray.of(Shape.of(count, 1), values), right);
            if (games == 0) {
                assertThat(area).isNaN();
            } else {
                assertThat(area).isCloseTo(won / games, within(1e-12));
                assertThat(of(Metrics.areaUnderCurve(), NDArray.of(Shape.of(count, 2), pairs), right))
                        .isEqualTo(area);
            }
        }
        assertThatThrownBy(() -> of(Metrics.areaUnderCurve(), scores, NDArray.of(new float[] {0, 1, 2, 0})))
                .isInstanceOf(DataException.class)
                .hasMessage("AUC: record 2 of the batch has target 2.0; there are two classes, 0 and 1");
        assertThatThrownBy(() -> of(Metrics.areaUnderCurve(), scores, NDArray.of(new float[] {0, 1})))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void regressionsAreThoseOfScikitLearn() {
        NDArray answers = NDArray.of(new float[] {2.5f, 0, 2, 8});
        NDArray targets = NDArray.of(new float[] {3, -0.5f, 2, 7});
        assertThat(of(Metrics.meanAbsoluteError(), answers, targets)).isEqualTo(0.5);
        assertThat(of(Metrics.rootMeanSquaredError(), answers, targets)).isCloseTo(0.612, within(1e-3));
        assertThat(of(Metrics.determination(), answers, targets)).isCloseTo(0.948608137, within(1e-9));
        assertThat(of(Metrics.determination(), NDArray.of(new float[] {1, 2}), NDArray.of(new float[] {3, 3})))
                .isNaN();
        // Large targets whose squares would cancel.
        NDArray far = NDArray.of(new float[] {4_000_001, 4_000_002, 4_000_003});
        assertThat(of(Metrics.determination(), far, far)).isEqualTo(1);
        assertThatThrownBy(() -> of(Metrics.meanAbsoluteError(), answers, far))
                .isInstanceOf(ShapeException.class)
                .hasMessage("MAE: takes answers and targets of one shape, not [4] and [3]");
    }
}
