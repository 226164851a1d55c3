package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.model.ResNet;
import dev.baton.nn.Dropout;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.runtime.Session;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

    @Test
    void countsWhatCanBeCountedByHand() {
        Summary summary = Summary.of(Sequential.of(new Linear(64, 128), new ReLU(), new Linear(128, 10)), Shape.of(64));
        assertThat(summary.parameters()).isEqualTo(64 * 128 + 128 + 128 * 10 + 10);
        // A product and a sum for each weight, a sum for each bias, one comparison for each ReLU.
        assertThat(summary.operations()).isEqualTo(2 * 64 * 128 + 128 + 128 + 2 * 128 * 10 + 10);
        assertThat(summary.layers())
                .extracting(Summary.Row::layer)
                .containsExactly("0: Linear(64 -> 128)", "1: ReLU", "2: Linear(128 -> 10)");
        assertThat(summary.layers())
                .extracting(row -> row.output().toString())
                .containsExactly("[N, 128]", "[N, 128]", "[N, 10]");
        assertThat(summary.layers()).extracting(Summary.Row::parameters).containsExactly(8320L, 0L, 1290L);
        Memory memory = summary.memory();
        assertThat(memory.parameters()).isEqualTo(4 * 9610);
        assertThat(memory.optimizer()).isZero();
        // What the first layer gives, and the answers; whole cache lines of 64 bytes.
        assertThat(memory.values()).isEqualTo(4 * 128 + 64);
        assertThat(summary.toString().lines())
                .containsExactly(
                        "layer                 output             parameters     operations",
                        "0: Linear(64 -> 128)  [N, 128]                8,320         16,512",
                        "1: ReLU               [N, 128]                    0            128",
                        "2: Linear(128 -> 10)  [N, 10]                 1,290          2,570",
                        "all                                           9,610         19,210",
                        "memory to answer one example: 38.1 KiB (parameters 37.5 KiB, values 576 bytes)");
    }

    @Test
    void aLayerThatDoesNothingWhenTheModelAnswersHasItsRow() {
        Summary summary = Summary.of(Sequential.of(new Linear(4, 2), new Dropout(0.5)), Shape.of(4));
        assertThat(summary.layers())
                .containsExactly(
                        new Summary.Row("0: Linear(4 -> 2)", Shape.of(List.of(Dim.symbol("N"), Dim.of(2))), 10, 18),
                        new Summary.Row("1: Dropout(0.5)", Shape.of(List.of(Dim.symbol("N"), Dim.of(2))), 0, 0));
    }

    /** Neither its running statistics nor what it hands to its own children is a layer's output. */
    @Test
    void aLayersOutputIsWhatTheNextOneTakes() {
        Summary summary = Summary.of(ResNet.cifar20(10), Shape.of(3, 32, 32));
        assertThat(summary.layers().subList(0, 7))
                .extracting(row -> row.layer().replaceFirst("\\(.*", "") + " " + row.output())
                .containsExactly(
                        "conv1: Conv2d [N, 16, 32, 32]",
                        "bn1: BatchNorm [N, 16, 32, 32]",
                        "layer1.0.conv1: Conv2d [N, 16, 32, 32]",
                        "layer1.0.bn1: BatchNorm [N, 16, 32, 32]",
                        "layer1.0.conv2: Conv2d [N, 16, 32, 32]",
                        "layer1.0.bn2: BatchNorm [N, 16, 32, 32]",
                        "layer1.0: BasicBlock [N, 16, 32, 32]");
    }

    @Test
    void theMemoryOfTrainingIsThatOfThePlan() {
        var model = Sequential.of(new Linear(64, 128), new ReLU(), new Linear(128, 10));
        var batches = Examples.of(new float[100][64], new int[100], 10).batched(32);
        try (var session = Session.open("reference");
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(AdamW.of(1e-3))
                        .listener(result -> {})
                        .build();
                var step = TrainStep.of(session, model, Losses.crossEntropy(), AdamW.of(1e-3))) {
            Summary summary = trainer.summary(batches);
            assertThat(summary.layers())
                    .isEqualTo(Summary.of(model, Shape.of(64)).layers());
            assertThat(session.variables()).as("Adam keeps two moments").hasSize(3 * 4);
            Memory memory = summary.memory();
            assertThat(memory.parameters()).isEqualTo(4 * 9610);
            assertThat(memory.optimizer()).isEqualTo(2 * 4 * 9610);
            // At least the output of the first layer, which the backward pass reads, and its gradient.
            assertThat(memory.values()).isBetween(2L * 4 * 32 * 128, 8L * 4 * 32 * 128);
            assertThat(memory.total()).isEqualTo(3 * 4 * 9610 + memory.values());
            assertThat(memory.toString())
                    .startsWith("memory to train on batches of 32: ")
                    .contains(" KiB (parameters 37.5 KiB, optimizer 75.1 KiB, values ");
            step.run(batches.iterator().next());
            assertThat(step.memory(32)).isEqualTo(memory);
            assertThat(step.memory(64).values()).isGreaterThan(memory.values());
            assertThatThrownBy(() -> step.memory(0)).hasMessage("a batch holds at least one example, not 0");
            assertThatThrownBy(() -> step.explain(-1)).hasMessage("a batch holds at least one example, not -1");
        }
    }

    @Test
    void sizesArePrintedInTheUnitThatFits() {
        assertThat(new Memory("to try", 1023, 1024, 3L << 30))
                .hasToString("memory to try: 3.0 GiB (parameters 1023 bytes, optimizer 1.0 KiB, values 3.0 GiB)");
        assertThat(new Memory("to try", 0, 0, 1L << 41))
                .hasToString("memory to try: 2.0 TiB (parameters 0 bytes, values 2.0 TiB)");
    }
}
