package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NotFiniteException;
import dev.baton.Precision;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.Checkpoints;
import dev.baton.train.Epochs;
import dev.baton.train.FlatVariables;
import dev.baton.train.PartialStep;
import dev.baton.train.Trainer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit together is said, and changes nothing. */
class RefusalsTest {

    private static final Division DIVISION = new Division(Problems.EXAMPLES, 2, Problems.BATCH);
    private static final Synchronization EVERY_STEP = Synchronization.everyStep();
    private static final String LAYOUT =
            "learnt: 0.weight[16,12] 0.bias[12] 2.weight[12,3] 2.bias[3]\nstatistics:\nfrozen:\n";

    private static Recipe recipe(Recipe.Maker<Layer> model) {
        return Recipe.of(model, Losses::crossEntropy, () -> Sgd.of(0.1)).backend(Workers.BACKEND);
    }

    private static Recipe recipe() {
        return recipe(Problems::perceptron);
    }

    private static Shard shard() {
        return Workers.shards(Problems.examples(16), DIVISION, 0).get(1);
    }

    /** The block of a leading machine that made this recipe. */
    private static WeightBlock block(Recipe recipe) {
        try (var session = recipe.open(Workers.BACKEND);
                var step = PartialStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            step.prepare(shard().sample());
            return WeightBlock.of(step.variables());
        }
    }

    private static void assertRefused(WeightBlock block, String... words) {
        try (var worker = recipe().worker()) {
            assertThatThrownBy(() -> worker.contribute(block, shard(), EVERY_STEP, 0, 0))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("partition 1: ")
                    .hasMessageContainingAll(words);
            assertThat(worker.contribute(block(recipe()), shard(), EVERY_STEP, 0, 0))
                    .isNotNull();
        }
    }

    @Test
    void anotherModelSeedOrPrecision() {
        assertRefused(
                block(recipe(() -> Sequential.of(new Linear(16, 11), new Tanh(), new Linear(11, 3)))),
                "this worker's model is another one than the leading machine's",
                "it has '0.weight[16,12]' where that one has '0.weight[16,11]'");
        assertRefused(
                block(recipe(() -> Sequential.of(new Linear(16, 12), new Tanh(), new Linear(12, 3), new Linear(3, 3)))),
                "it has 'statistics:' where that one has '3.weight[3,3]'");
        Recipe.Maker<Optimizer> freezing =
                () -> Sgd.of(0.1).freeze(one -> one.name().equals("2.bias"));
        assertRefused(
                block(Recipe.of(Problems::perceptron, Losses::crossEntropy, freezing)),
                "the recipe's optimizer, which this worker has, freezes [] and the trainer's [2.bias[3]]: let both freeze the same "
                        + "parameters");
        assertRefused(block(recipe().seed(4)), "the leading machine has seed 4, this worker has 0");
        // As not every processor has products of bfloat16, it is not opened.
        assertRefused(
                new WeightBlock(
                        new Signature(Signature.VERSION, 0, Precision.BFLOAT16.toString(), LAYOUT),
                        block(recipe()).values()),
                "the leading machine has precision bfloat16, this worker has float32");
    }

    @Test
    void anotherVersion() {
        WeightBlock block = block(recipe());
        assertRefused(
                new WeightBlock(new Signature("99.9", 0, "float32", LAYOUT), block.values()),
                "the leading machine has version of Baton 99.9, this worker has ");
        assertThat(Signature.VERSION).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
    }

    @Test
    void damage() {
        WeightBlock block = block(recipe());
        Signature signature = block.signature();
        byte[] cut = Arrays.copyOf(block.values(), block.values().length - 4);
        assertRefused(
                new WeightBlock(signature, cut),
                "a block of " + (block.values().length - 4) + " bytes does not hold the model's "
                        + block.values().length + ": it is cut off, or of another model");
        byte[] wrong = block.values().clone();
        ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * (16 * 12 + 7), Float.NaN);
        assertRefused(
                new WeightBlock(signature, wrong),
                "value 7 of '0.bias' in a block of weights is NaN, not a finite number");
    }

    @Test
    void aBlockSurvivesTheWay() {
        Recipe recipe = recipe().seed(9);
        try (var session = recipe.open(Workers.BACKEND);
                var other = Session.open(Workers.BACKEND, 10);
                var step = PartialStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer());
                var there = PartialStep.of(other, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            step.prepare(shard().sample());
            there.prepare(shard().sample());
            FlatVariables variables = there.variables();
            assertThat(variables.values()).isNotEqualTo(step.variables().values());
            WeightBlock block = Workers.copy(WeightBlock.of(step.variables()));
            block.to(variables);
            assertThat(variables.values()).isEqualTo(step.variables().values()).isEqualTo(block.values());
            for (String name : session.variables()) {
                assertThat(other.value(name).toFloatArray())
                        .isEqualTo(session.value(name).toFloatArray());
            }
            assertThat(ByteBuffer.wrap(block.values())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getFloat(4 * 5))
                    .isEqualTo((float) session.value("0.weight").get(5));
        }
    }

    /** A trainer with a source whose sums are made by another one, which may change or spoil them. */
    private static final class Spoilt extends DistributedSource {

        private final Workers workers;
        private final Runnable before;

        Spoilt(Workers workers, Runnable before) {
            super(workers.recipe(), workers.division(), workers.way());
            this.workers = workers;
            this.before = before;
        }

        @Override
        protected String dataIdentity() {
            return "spoilt";
        }

        @Override
        public Batch sample() {
            return workers.sample();
        }

        @Override
        protected Contribution sum(WeightBlock weights, int epoch, int meeting) {
            before.run();
            return workers.sum(weights, epoch, meeting);
        }
    }

    private static void train(LocalExamples examples, Runnable before, Consumer<Trainer.Builder> change) {
        try (var workers = new Workers(recipe(), examples, DIVISION, EVERY_STEP, 1);
                var session = recipe().open(Workers.BACKEND)) {
            Trainer.Builder builder = workers.trainer(session).listener(result -> {});
            change.accept(builder);
            try (var trainer = builder.build()) {
                trainer.fit(new Spoilt(workers, before), Problems.validation(), Epochs.of(1));
            }
        }
    }

    @Test
    void whatFailsForNoReasonOfBatonsOwnIsTriedAgain(@TempDir Path folder) {
        var calls = new AtomicInteger();
        train(
                Problems.examples(16),
                () -> {
                    if (calls.getAndIncrement() % 3 < 2) {
                        throw new IllegalStateException("the connection is lost");
                    }
                },
                builder -> {});
        assertThat(calls).hasValue(3 * DIVISION.batches());
        calls.set(0);
        Runnable failing = () -> {
            if (calls.incrementAndGet() > 4) {
                throw new IllegalStateException("the connection is lost");
            }
        };
        assertThatThrownBy(() -> train(
                        Problems.examples(16),
                        failing,
                        builder -> builder.checkpoints(Checkpoints.in(folder).everySteps(2))))
                .isInstanceOf(BatonException.class)
                .hasMessage(
                        "step 5: its gradients could not be computed, and no weight was changed. Resume goes on from "
                                + folder.resolve("step-000000000004.safetensors")
                                + ". The cause: the connection is lost")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(calls).hasValue(4 + 3);
        calls.set(4);
        assertThatThrownBy(() -> train(Problems.examples(16), failing, builder -> {}))
                .hasMessageStartingWith("step 1: ")
                .hasMessageContaining("The run has no checkpoints");
    }

    @Test
    void whatABadExampleIs() {
        Consumer<Trainer.Builder> nothing = builder -> {};
        // Example 100 is the 51st of partition 0, which comes in another order.
        assertThatThrownBy(() -> train(changed(Float.NaN, 0), () -> {}, nothing))
                .isInstanceOf(BatonException.class)
                .hasMessageContainingAll("partition 0: step ", "of the batch, value 0 of 'inputs' is NaN");
        assertThatThrownBy(() -> train(changed(1, 3), () -> {}, nothing))
                .hasMessageContainingAll("partition 0: step ", "has label 3 in 'targets'; with 3 classes");
    }

    /** Example 100 with another first value and label. */
    private static LocalExamples changed(float value, int label) {
        LocalExamples all = Problems.examples(16);
        return new LocalExamples() {
            @Override
            public int size() {
                return all.size();
            }

            @Override
            public Batch batch(int epoch, int[] which) {
                Batch batch = all.batch(epoch, which);
                for (int i = 0; i < which.length; i++) {
                    if (which[i] == 100) {
                        batch.inputs().set(i * 16, value);
                        batch.targets().set(i, label);
                    }
                }
                return batch;
            }
        };
    }

    @Test
    void whatIsNotFiniteChangesNothing() {
        // The first update makes weights whose loss is beyond float32.
        Recipe recipe = Recipe.of(
                Problems::perceptron,
                () -> (answers, targets) -> answers.square().mean(),
                () -> Sgd.of(1e30));
        for (Synchronization way : new Synchronization[] {EVERY_STEP, Synchronization.afterSteps(3)}) {
            try (var workers = new Workers(recipe, Problems.examples(16), DIVISION, way, 1);
                    var session = recipe.open(Workers.BACKEND);
                    var trainer =
                            workers.trainer(session).listener(result -> {}).build()) {
                assertThatThrownBy(() -> trainer.fit(workers, Problems.validation(), Epochs.of(1)))
                        .isInstanceOfSatisfying(
                                NotFiniteException.class,
                                e -> assertThat(e.step()).isEqualTo(way.hasRounds() ? 1 : 2))
                        .hasMessageContainingAll(
                                "no weight was changed. The learning rate was " + (way.hasRounds() ? "0.7" : "1.0E30"),
                                "step " + (way.hasRounds() ? 1 : 2)
                                        + ": the loss (Infinity) or a gradient is not finite",
                                "\n  partition 0: "
                                        + (way.hasRounds() ? "step 2 of the round: the first" : "the first"));
                for (String name : session.variables()) {
                    assertThat(session.value(name).firstNotFinite()).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void aSessionOfAnotherSeedOrOfSeveralDevices() {
        try (var workers = new Workers(recipe(), Problems.examples(16), DIVISION, EVERY_STEP, 1)) {
            try (var session = Session.open(Workers.BACKEND, 1);
                    var trainer = workers.trainer(session).build()) {
                assertThatThrownBy(() -> trainer.fit(workers, Problems.validation(), Epochs.of(1)))
                        .hasMessageContaining("the workers have seed 0 and the trainer's session has 1: open it with "
                                + "Recipe.open(...)");
            }
            try (var session = Session.open(Workers.BACKEND, 0, Precision.FLOAT32, 2);
                    var trainer = workers.trainer(session).build()) {
                assertThatThrownBy(() -> trainer.fit(workers, Problems.validation(), Epochs.of(1)))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("are learnt from on one device");
            }
        }
    }

    @Test
    void aWorkerServesOneThreadAfterTheOther() throws InterruptedException {
        WeightBlock block = block(recipe());
        try (var worker = recipe().worker()) {
            byte[] first = worker.contribute(block, shard(), EVERY_STEP, 0, 0)
                    .parts()
                    .get(0)
                    .values();
            var second = new byte[1][];
            var thread = new Thread(() -> second[0] = worker.contribute(block, shard(), EVERY_STEP, 0, 0)
                    .parts()
                    .get(0)
                    .values());
            thread.start();
            thread.join();
            assertThat(second[0]).isEqualTo(first);
        }
    }
}
