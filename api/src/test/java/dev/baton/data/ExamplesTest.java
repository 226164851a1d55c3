package dev.baton.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExamplesTest {

    private static Examples counted(int count) {
        var inputs = new float[count][];
        var labels = new int[count];
        for (int i = 0; i < count; i++) {
            inputs[i] = new float[] {i};
            labels[i] = i % 3;
        }
        return Examples.of(inputs, labels, 3);
    }

    private static List<Float> values(Iterable<Batch> batches) {
        var values = new ArrayList<Float>();
        for (Batch batch : batches) {
            for (float value : batch.inputs().toFloatArray()) {
                values.add(value);
            }
        }
        return values;
    }

    @Test
    void batchesHoldEveryExampleOnce() {
        Batches batches = counted(10).batched(4);
        assertThat(batches.count()).isEqualTo(3);
        assertThat(batches).extracting(Batch::size).containsExactly(4L, 4L, 2L);
        assertThat(values(batches)).containsExactly(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f);
    }

    @Test
    void everyEpochHasItsOwnOrderTheSameForTheSameSeed() {
        Batches batches = counted(50).shuffled(1).batched(7);
        assertThat(values(batches.epoch(0))).isEqualTo(values(batches)).isNotEqualTo(values(batches.epoch(1)));
        assertThat(values(batches.epoch(1)))
                .containsExactlyInAnyOrderElementsOf(values(counted(50).batched(50)));
        assertThat(values(counted(50).shuffled(2).batched(7))).isNotEqualTo(values(batches));
    }

    @Test
    void changesDependOnSeedEpochAndExampleAlone() {
        Augmentation noise = (from, to, random) -> to[0] = from[0] + (float) random.nextDouble(0.5);
        Examples changed = counted(20).augmented(1, noise);
        List<Float> first = values(changed.batched(20));
        assertThat(values(changed.batched(3))).isEqualTo(first);
        assertThat(values(changed.shuffled(5).batched(3))).containsExactlyInAnyOrderElementsOf(first);
        assertThat(first)
                .doesNotHaveDuplicates()
                .isNotEqualTo(values(changed.batched(20).epoch(1)));
        assertThat(first).isNotEqualTo(values(counted(20).augmented(2, noise).batched(20)));
        for (int i = 0; i < 20; i++) {
            assertThat(first.get(i)).isBetween((float) i, i + 0.5f);
        }
        assertThat(changed.input(3)).as("the examples themselves stay").containsExactly(3);
    }

    @Test
    void someAreAsAnEpochHasThem() {
        Examples changed = counted(9).shuffled(3).augmented(5, (from, to, random) -> to[0] = from[0] + (float) random.nextDouble());
        int[] order = changed.order(2);
        Batch all = changed.batched(9).epoch(2).iterator().next();
        Batch some = changed.batch(2, new int[] {order[4], order[1]});
        assertThat(some.inputs().floats().get(0)).isEqualTo(all.inputs().floats().get(4));
        assertThat(some.inputs().floats().get(1)).isEqualTo(all.inputs().floats().get(1));
        assertThat(some.targets().toIntArray()).containsExactly((int) all.targets().get(4), (int) all.targets().get(1));
        assertThatThrownBy(() -> changed.batch(0, new int[0])).hasMessage("a batch holds at least one example");
        assertThatThrownBy(() -> changed.batch(0, new int[] {9})).hasMessage("there is no example 9 of 9");
    }

    @Test
    void theyPrintWhatTheyAre() {
        Examples examples = counted(1234);
        assertThat(examples).hasToString("1,234 examples of 1 values in 3 classes");
        assertThat(examples.shuffled(1).augmented(1, (from, to, random) -> {}).batched(100))
                .hasToString("13 batches of 100: 1,234 examples of 1 values in 3 classes, shuffled, augmented");
    }

    @Test
    void whatCannotBeUsedIsNamed() {
        assertThatThrownBy(() -> Examples.of(new float[0][], new int[0], 2))
                .isInstanceOf(DataException.class)
                .hasMessage("there are no examples");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}}, new int[] {0, 1}, 2))
                .hasMessage("1 examples have 2 labels");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}, {1, 2}}, new int[] {0, 1}, 2))
                .hasMessage("example 1 has 2 values, example 0 has 1");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}, null}, new int[] {0, 1}, 2))
                .hasMessage("example 1 has no values");
        assertThatThrownBy(() -> Examples.of(new float[][] {{}}, new int[] {0}, 2))
                .hasMessage("example 0 has no values");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}}, new int[] {0}, 0))
                .hasMessage("examples are of at least one class, not of 0");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}, {2}}, new int[] {0, 12}, 10))
                .isInstanceOf(DataException.class)
                .hasMessage("example 1 has label 12; with 10 classes, labels are 0 to 9");
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> Examples.of(new float[][] {{1, 2}, {3, bad}}, new int[] {0, 1}, 2))
                    .isInstanceOf(DataException.class)
                    .hasMessage("example 1, value 1 is " + bad + ", not a finite number");
        }
        for (int bad : new int[] {0, -3}) {
            assertThatThrownBy(() -> counted(3).batched(bad))
                    .isInstanceOf(DataException.class)
                    .hasMessage("a batch holds at least one example, not " + bad);
        }
        assertThatThrownBy(() -> counted(3).part(2, 4)).hasMessage("there are no examples 2 to 4 of 3");
    }

    @Test
    void targetsMayBeNumbers() {
        Examples examples = Examples.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}, new float[][] {{10}, {20}, {30}});

        assertThat(examples).hasToString("3 examples of 2 values with a number each to predict");
        assertThat(examples.target(1)).containsExactly(20);
        List<Batch> batches = new ArrayList<>();
        examples.batched(2).forEach(batches::add);
        assertThat(batches.get(0).targets().shape()).isEqualTo(Shape.of(2, 1));
        assertThat(batches.get(0).targets().toFloatArray()).containsExactly(10, 20);
        assertThat(batches.get(1).targets().toFloatArray()).containsExactly(30);
        assertThatThrownBy(examples::classes)
                .isInstanceOf(DataException.class)
                .hasMessage("these examples have no classes, but numbers to be predicted");
        assertThatThrownBy(() -> counted(3).target(0))
                .hasMessage("these examples have no numbers to be predicted, but classes");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}, {2}}, new float[][] {{1}, {Float.NaN}}))
                .hasMessage("example 1, target 0 is NaN, not a finite number");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}, {2}}, new float[][] {{1}}))
                .hasMessage("2 examples have 1 targets");
    }

    @Test
    void otherTargetsAreOtherData() {
        float[][] inputs = {{1}, {2}};
        String identity =
                Examples.of(inputs, new float[][] {{1}, {2}}).batched(1).identity();

        assertThat(Examples.of(inputs, new float[][] {{1}, {2}}).batched(1).identity())
                .isEqualTo(identity);
        assertThat(Examples.of(inputs, new float[][] {{1}, {3}}).batched(1).identity())
                .isNotEqualTo(identity);
    }

    @Test
    void takesRecordsOfAStream() {
        record Flower(float length, int kind) {}
        Examples examples = Examples.of(
                Stream.of(new Flower(3, 0), new Flower(4, 1)),
                flower -> new float[] {flower.length()},
                Flower::kind,
                2);

        assertThat(examples.size()).isEqualTo(2);
        assertThat(examples.input(1)).containsExactly(4);
        assertThat(examples.label(1)).isEqualTo(1);
        assertThatThrownBy(() -> Examples.of(Stream.of(1, 7), one -> new float[] {one}, one -> one, 3))
                .hasMessage("example 1 has label 7; with 3 classes, labels are 0 to 2");
    }

    @Test
    void holdsBackTheSameShareOfEachClass() {
        Examples.Split split = counted(90).split(0.2, 1);

        assertThat(split.training().size()).isEqualTo(72);
        assertThat(split.held().size()).isEqualTo(18);
        var perClass = new int[3];
        for (int i = 0; i < 18; i++) {
            perClass[split.held().label(i)]++;
        }
        assertThat(perClass).containsExactly(6, 6, 6);
        List<Float> all = values(split.training().batched(72));
        assertThat(all).isSorted();
        all.addAll(values(split.held().batched(18)));
        assertThat(all).containsExactlyInAnyOrderElementsOf(values(counted(90).batched(90)));
        assertThat(values(counted(90).split(0.2, 1).held().batched(18)))
                .isEqualTo(values(split.held().batched(18)))
                .isNotEqualTo(values(counted(90).split(0.2, 2).held().batched(18)));
        // Parts and orders of a part are its own.
        assertThat(split.held().part(3, 5).input(0)).isEqualTo(split.held().input(3));
        assertThatThrownBy(() -> counted(90).split(1, 1))
                .hasMessage("the share that is held back is above 0 and below 1, not 1.0");
        assertThatThrownBy(() -> counted(3).split(0.1, 1))
                .hasMessage("a share of 0.1 of 3 examples leaves none to hold back");
    }

    /** Inputs are the examples' numbers and their labels their remainders: both say in which shares two were mixed. */
    @Test
    void mixedExamplesHaveInputsAndTargetsInTheSameShares() {
        Examples examples = counted(300);
        Examples mixed = examples.mixed(1, 1);
        int even = 0;
        for (Batch batch : mixed.batched(7)) {
            assertThat(batch.targets().shape()).isEqualTo(Shape.of(batch.size(), 3));
            for (int i = 0; i < batch.size(); i++) {
                float sum = 0;
                float largest = 0;
                for (int c = 0; c < 3; c++) {
                    float share = (float) batch.targets().get(3 * i + c);
                    sum += share;
                    largest = Math.max(largest, share);
                }
                assertThat(sum).isCloseTo(1, within(1e-6f));
                even += largest < 0.75 ? 1 : 0;
            }
        }
        // Two thirds of the partners are of another class; half of the shares lie between a quarter and three.
        assertThat(even).isBetween(70, 130);
        assertThat(mixed.batched(7))
                .hasToString("43 batches of 7: 300 examples of 1 values in shares of 3 classes, mixed");
        assertThat(values(mixed.batched(7))).isEqualTo(values(mixed.batched(50)));
        assertThat(values(mixed.batched(7)))
                .isNotEqualTo(values(mixed.batched(7).epoch(1)));
        assertThat(values(mixed.batched(7)))
                .isNotEqualTo(values(examples.mixed(2, 1).batched(7)));
        assertThat(mixed.batched(7).identity())
                .isNotEqualTo(examples.mixed(1, 0.5).batched(7).identity());
    }

    @Test
    void numbersToPredictAreMixedToo() {
        Examples line = Examples.of(new float[][] {{1}, {2}, {3}, {10}}, new float[][] {{10}, {20}, {30}, {100}});
        for (int epoch = 0; epoch < 20; epoch++) {
            for (Batch batch : line.shuffled(1).mixed(1, 0.2).batched(3).epoch(epoch)) {
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(batch.targets().get(i))
                            .isCloseTo(10 * batch.inputs().get(i), within(1e-4));
                }
            }
        }
    }

    /** The mean of Beta(a, a) is 1/2, its variance 1 / (4 (2a + 1)). */
    @Test
    void sharesAreDrawnFromBeta() {
        for (double alpha : new double[] {1e-3, 0.1, 0.4, 1}) {
            var mixing = new Mixing(alpha, 3);
            int draws = 20_000;
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < draws; i++) {
                double share = mixing.partner(0, i, 10).share();
                assertThat(share).isBetween(0.0, 1.0);
                sum += share;
                squares += share * share;
            }
            double mean = sum / draws;
            assertThat(mean).isCloseTo(0.5, within(0.02));
            assertThat(squares / draws - mean * mean).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.01));
        }
        for (double bad : new double[] {0, -1, 1.5, Double.NaN}) {
            assertThatThrownBy(() -> counted(3).mixed(1, bad))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "shares of mixed examples are drawn from Beta(alpha, alpha) with an alpha above 0 and up to 1, "
                                    + "not " + bad);
        }
    }
}
