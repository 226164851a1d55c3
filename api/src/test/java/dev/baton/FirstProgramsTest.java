package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.data.Examples;
import dev.baton.infer.Predictor;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.runtime.Backends;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Epochs;
import dev.baton.train.Summary;
import dev.baton.train.TrainStep;
import dev.baton.train.Trainer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs as a user writes them first. They must stay as short as this. */
class FirstProgramsTest {

    private static final PrintStream OUT = System.out;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Examples train = halves(200, 1);
    private final Examples test = halves(50, 2);

    /** The class says whether the first half of the values is larger than the second. */
    private static Examples halves(int count, long seed) {
        var random = new Random(seed);
        var inputs = new float[count][8];
        var labels = new int[count];
        for (int i = 0; i < count; i++) {
            float difference = 0;
            for (int j = 0; j < 8; j++) {
                inputs[i][j] = random.nextFloat();
                difference += j < 4 ? inputs[i][j] : -inputs[i][j];
            }
            labels[i] = difference > 0 ? 1 : 0;
        }
        return Examples.of(inputs, labels, 2);
    }

    @BeforeEach
    void chooseAndListen() {
        System.setProperty(Backends.PROPERTY, "reference");
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.clearProperty(Backends.PROPERTY);
        System.setOut(OUT);
    }

    private String[] lines() {
        return printed.toString(StandardCharsets.UTF_8).split("\\R");
    }

    @Test
    void trainLookKeepAndAnswer() {
        Path file = folder.resolve("halves.baton");
        var model = Sequential.of(new Linear(8, 16), new ReLU(), new Dropout(0.1), new Linear(16, 2));
        try (var session = Session.open()) {
            System.out.println(session.device());
            System.out.println(Summary.of(model, Shape.of(8)));
            var trainer = Trainer.of(session, model)
                    .loss(Losses.crossEntropy())
                    .optimizer(AdamW.of(1e-2).weightDecay(0.01))
                    .metric(Metrics.accuracy())
                    .build();
            trainer.fit(train.shuffled(42).batched(20), test.batched(25), Epochs.of(15));
            trainer.save(file);
        }
        assertThat(lines()[0]).startsWith("reference: ");
        assertThat(lines()[1]).isEqualTo("layer               output             parameters     operations");
        assertThat(lines()[lines().length - 1])
                .matches("epoch 15/15  loss 0\\.\\d{4}  accuracy 0\\.9\\d{3}  [0-9,]+ samples/s  0 s left");

        try (var predictor = Predictor.load(file)) {
            float[] probabilities = predictor.probabilities(new float[] {1, 1, 1, 1, 0, 0, 0, 0});
            assertThat(probabilities[1]).isGreaterThan(0.9f);
            assertThat(predictor.classOf(new float[] {0, 0, 0, 0, 1, 1, 1, 1})).isZero();
        }
    }

    @Test
    void theSameLoopByHand() {
        var model = Sequential.of(new Linear(8, 16), new ReLU(), new Linear(16, 2));
        try (var session = Session.open();
                var step = TrainStep.of(session, model, Losses.crossEntropy(), AdamW.of(1e-2))) {
            for (var batch : train.shuffled(42).batched(20)) {
                var result = step.run(batch);
                if (result.step() % 5 == 0) {
                    System.out.println(result);
                }
            }
        }
        assertThat(lines()[0]).matches("step 5  loss 0\\.\\d{4}");
        assertThat(lines()[1]).matches("step 10  loss 0\\.\\d{4}");
    }

    @Test
    void anyStepAtAll() {
        var encoder = Sequential.of(new Linear(8, 3)).named("encoder");
        var decoder = Sequential.of(new Linear(3, 8)).named("decoder");
        try (var session = Session.open()) {
            var step = TrainStep.of(
                    session,
                    inputs -> {
                        var reconstruction = decoder.forward(encoder.forward(inputs.get("picture")));
                        return Losses.mse().of(reconstruction, inputs.get("picture"));
                    },
                    AdamW.of(1e-2));
            var pictures = train.batched(200).iterator().next().inputs();
            float first = step.run(Map.of("picture", pictures)).loss();
            float last = first;
            for (int i = 0; i < 100; i++) {
                last = step.run(Map.of("picture", pictures)).loss();
            }
            assertThat(last).isLessThan(first / 3);
        }
    }

    private static final class Residual extends Layer {

        private final Layer body;

        Residual(Layer body) {
            this.body = child("body", body);
        }

        @Override
        public Tensor forward(Tensor x) {
            return x.add(body.forward(x)).relu();
        }
    }

    /** Saved by a trainer, read without the class of the layer. */
    @Test
    void aLayerOfOnesOwn() {
        Path file = folder.resolve("residual.baton");
        var model = Sequential.of(new Residual(new Linear(8, 8)), new Linear(8, 2));
        float[] example = test.input(0);
        try (var session = Session.open();
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(AdamW.of(1e-2))
                        .listener(result -> {})
                        .build()) {
            trainer.fit(train.batched(20), test.batched(25), Epochs.of(2));
            trainer.save(file);
            try (var kept = Predictor.of(session, model);
                    var read = Predictor.load(file)) {
                assertThat(read.predict(example)).isEqualTo(kept.predict(example));
            }
        }
    }
}
