package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.data.Examples;
import dev.baton.io.ModelFile;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.optim.Sgd;
import dev.baton.reference.ReferenceProvider;
import dev.baton.runtime.Session;
import dev.baton.spi.OfferedProviders;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictorTest {

    @TempDir
    private Path folder;

    /** logits = (a + 2b + 1, 3a + 4b). */
    private Layer model(Session session) {
        var model = Sequential.of(new Linear(2, 2), new Dropout(0.9));
        Path file = folder.resolve("given.safetensors");
        Safetensors.write(
                file,
                Map.of("0.weight", NDArray.of(Shape.of(2, 2), 1, 2, 3, 4f), "0.bias", NDArray.of(Shape.of(2), 1, 0f)),
                Map.of());
        Weights.load(session, model, file);
        return model;
    }

    @Test
    void answersWithoutDropout() {
        try (var session = Session.open("reference", 1)) {
            Layer model = model(session);
            try (var predictor = Predictor.of(session, model)) {
                session.set("0.bias", NDArray.of(Shape.of(2), 99, 99f));
                assertThat(predictor.predict(new float[] {1, 2}))
                        .as("a copy of the weights")
                        .containsExactly(6, 11);
                assertThat(predictor.classOf(new float[] {1, 2})).isEqualTo(1);
                assertThat(predictor.classOf(new float[] {0, 0})).isZero();
                float[] probabilities = predictor.probabilities(new float[] {0, 0});
                assertThat(probabilities[0]).isCloseTo((float) (Math.E / (Math.E + 1)), within(1e-6f));
                assertThat(probabilities[1]).isCloseTo((float) (1 / (Math.E + 1)), within(1e-6f));
                assertThat(predictor.probabilities(new float[] {1000, 0})).containsExactly(0, 1);
                NDArray many = predictor.predict(NDArray.of(Shape.of(3, 2), 1, 2, 0, 0, -1, 0f));
                assertThat(many.shape()).isEqualTo(Shape.of(3, 2));
                assertThat(many.toFloatArray()).containsExactly(6, 11, 1, 0, 0, -3);
            }
        }
    }

    @Test
    void manyThreadsUseOne() {
        Predictor predictor;
        try (var session = Session.open("reference", 1)) {
            predictor = Predictor.of(session, model(session));
        }
        try (predictor) {
            IntStream.range(0, 500)
                    .parallel()
                    .forEach(i ->
                            assertThat(predictor.predict(new float[] {i, 1})).containsExactly(i + 3, 3 * i + 4));
        }
    }

    @Test
    void whatATrainerSavesIsLoaded() {
        Path file = folder.resolve("model.safetensors");
        var model = Sequential.of(new Linear(2, 2));
        var examples = Examples.of(new float[][] {{1, 0}, {0, 1}}, new int[] {0, 1}, 2);
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(1))
                        .listener(result -> {})
                        .build()) {
            trainer.fit(examples.batched(2), examples.batched(2), Epochs.of(20));
            trainer.save(file);
            try (var predictor = Predictor.load(file, Sequential.of(new Linear(2, 2)), "reference");
                    var direct = Predictor.of(session, model)) {
                assertThat(predictor.classOf(new float[] {1, 0})).isZero();
                assertThat(predictor.classOf(new float[] {0, 1})).isEqualTo(1);
                assertThat(predictor.predict(new float[] {1, 0})).isEqualTo(direct.predict(new float[] {1, 0}));
            }
            assertThatThrownBy(() -> Predictor.load(file, new Linear(3, 2).named("0"), "reference"))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": tensor '0.weight' is float32[2, 2], the model takes float32[2, 3]");
        }
    }

    /** Where nothing native is on the class path a model answers in plain Java, if somebody asks for that by name. */
    @Test
    void plainJavaAnswersWhereItIsNamedAndNowhereElse() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (var offered = new OfferedProviders(folder, ReferenceProvider.class)) {
            try (var session = Session.open("reference", 1)) {
                ModelFile.save(session, model(session), DType.FLOAT32, Shape.of(2), file);
            }
            try (var predictor = Predictor.load(file, "reference")) {
                assertThat(predictor.predict(new float[] {1, 2})).containsExactly(6, 11);
            }
            assertThatThrownBy(() -> Predictor.load(file))
                    .isInstanceOf(BackendException.class)
                    .hasMessageStartingWith("no backend can run this model; found on the class path:\n"
                            + "  reference: available; chosen only by name\n");
        }
    }

    @Test
    void wrongUseIsExplained() {
        try (var session = Session.open("reference", 1)) {
            Layer model = model(session);
            var predictor = Predictor.of(session, model);
            assertThatThrownBy(() -> predictor.predict(new float[3]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith("matmul: the inner sizes differ: [N, 3] x [2, 2]\n  in  0: Linear(2 -> 2)");
            assertThatThrownBy(predictor::exampleShape)
                    .isInstanceOf(StateException.class)
                    .hasMessageMatching(
                            "the predictor opened at PredictorTest.java:\\d+ does not know yet what an example "
                                    + "is: say it with warmUp\\(dtype, shape\\), or load the model from a file .*");
            assertThatThrownBy(() -> predictor.predict(new float[] {1, Float.NaN}))
                    .isInstanceOf(DataException.class)
                    .hasMessage("value 1 of the example is NaN, not a finite number");
            assertThatThrownBy(() -> Predictor.load(folder.resolve("none"), "reference"))
                    .isInstanceOf(DataException.class)
                    .hasMessage("cannot read " + folder.resolve("none") + ": there is no such file");
            assertThatThrownBy(() -> predictor.predict(new float[3]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is float32[2], not 3 values of float32");
            assertThatThrownBy(() -> predictor.predict(new int[2]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is float32[2], not 2 values of int32");
            assertThatThrownBy(() -> predictor.warmUp(DType.FLOAT32, Shape.of(1, 2)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is float32[2], not float32[1, 2]");
            assertThatThrownBy(() -> predictor.warmUp(0))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("a batch holds at least one example, not 0");
            assertThatThrownBy(() -> predictor.predict(NDArray.of(Shape.of(0, 2), new float[0])))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage(
                            "a predictor takes float32 or int32 [N, ...] with at least one example, not float32[0, 2]");
            assertThatThrownBy(() -> predictor.predict(NDArray.of(Shape.of(1, 2), 1L, 2L)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage(
                            "a predictor takes float32 or int32 [N, ...] with at least one example, not int64[1, 2]");
            predictor.predict(new float[2]);
            assertThatThrownBy(() ->
                            predictor.predict(NDArray.of(new float[][] {{1, 2}, {Float.POSITIVE_INFINITY, 3}})))
                    .isInstanceOf(DataException.class)
                    .hasMessage("record 1 of the batch, value 0 of 'inputs' is Infinity, not a finite number");
            assertThatThrownBy(() -> predictor.predict(NDArray.of(new float[][] {{1, 2, 3}})))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("the predictor takes 'inputs' as float32[N, 2], not float32[1, 3]");
            predictor.close();
            predictor.close();
            assertThatThrownBy(() -> predictor.predict(new float[2]))
                    .isInstanceOf(StateException.class)
                    .hasMessageMatching("the predictor opened at PredictorTest.java:\\d+ is closed");
        }
    }
}
