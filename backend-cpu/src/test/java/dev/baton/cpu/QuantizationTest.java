package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.infer.Predictor;
import dev.baton.infer.Quantization;
import dev.baton.infer.QuantizationReport;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Flatten;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantised models on the processor: the reference's answers to the last bit, on every instruction set. */
class QuantizationTest {

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        System.clearProperty("baton.isa");
        System.clearProperty(CpuProvider.THREADS);
    }

    /** A shortcut, another that is a convolution, strides, odd sizes, and linear layers that hand each other bytes. */
    private static final class Net extends Layer {

        private final Layer first = child("first", Sequential.of(new Conv2d(3, 18, 3).padding(1), new BatchNorm(18)));
        private final Layer second =
                child("second", Sequential.of(new Conv2d(18, 18, 3).padding(1), new BatchNorm(18)));
        private final Layer third = child("third", new Conv2d(18, 7, 3).stride(2));
        private final Layer shortcut =
                child("shortcut", new Conv2d(18, 7, 3).stride(2).withoutBias());
        private final Layer rest =
                child("rest", Sequential.of(new Flatten(), new Linear(7 * 4 * 3, 70), new ReLU(), new Linear(70, 5)));

        @Override
        public Tensor forward(Tensor x) {
            Tensor one = trace(first, x).relu();
            Tensor two = trace(second, one).add(one).relu();
            return trace(rest, trace(third, two).add(trace(shortcut, two)));
        }
    }

    private static NDArray pictures(int count, long seed) {
        var random = new SplittableRandom(seed);
        NDArray pictures = NDArray.zeros(DType.FLOAT32, Shape.of(count, 3, 9, 7));
        for (int i = 0; i < pictures.size(); i++) {
            pictures.set(i, random.nextGaussian());
        }
        return pictures;
    }

    private Path quantized(Layer model) {
        Path file = folder.resolve("int8.baton");
        try (var session = Session.open("reference", 3)) {
            var batches = List.of(new Batch(pictures(5, 1), NDArray.of(new int[] {0, 1, 2, 3, 4})));
            QuantizationReport report = Quantization.of(session, model)
                    .calibration(batches)
                    .test(batches, Losses.crossEntropy())
                    .int8(file);
            assertThat(report.products()).isEqualTo(6);
            // Two roundings to about 1/100 of the largest number in each of six layers.
            assertThat(report.errors().values())
                    .allSatisfy(error -> assertThat(error).isBetween(1e-4, 0.05));
        }
        return file;
    }

    @Test
    void everyInstructionSetGivesTheReferencesBits() {
        Path file = quantized(new Net());
        NDArray shown = pictures(6, 7);
        byte[] right;
        try (var reference = Predictor.load(file, "reference")) {
            right = bytes(reference.predict(shown));
        }
        int ran = 0;
        for (String set : List.of("baseline", "avx2", "avxvnni", "avx512", "amx")) {
            System.setProperty("baton.isa", set);
            System.setProperty(CpuProvider.THREADS, "3");
            try (var predictor = Predictor.load(file, "cpu")) {
                assertThat(bytes(predictor.predict(shown))).as(set).isEqualTo(right);
                ran++;
            } catch (BackendException e) {
                assertThat(e).hasMessageContaining("has no instruction set");
            }
        }
        assertThat(ran).isPositive();
    }

    private static byte[] bytes(NDArray array) {
        var bytes = new byte[array.bytes().remaining()];
        array.bytes().get(bytes);
        return bytes;
    }

    @Test
    void aGptAnswersFromItsFile() {
        Path file = folder.resolve("gpt.baton");
        var random = new SplittableRandom(5);
        NDArray tokens = NDArray.zeros(DType.INT32, Shape.of(3, 12));
        for (int i = 0; i < tokens.size(); i++) {
            tokens.set(i, random.nextInt(40));
        }
        try (var session = Session.open("cpu", 4)) {
            var model = Gpt.of(40).context(12).layers(2).heads(2).width(32).build();
            var batches = List.of(new Batch(tokens, tokens));
            QuantizationReport report = Quantization.of(session, model)
                    .calibration(batches)
                    .test(batches, Losses.crossEntropy())
                    .int8(file);
            // Four projections a block and the head, whose weight the embedding reads as numbers too.
            assertThat(report.products()).isEqualTo(9);
            assertThat(report.numbers().get("loss").after())
                    .isCloseTo(report.numbers().get("loss").before(), offset(0.01));
            assertThat(report.toString())
                    .startsWith("gpt.baton: 9 products of int8")
                    .contains("times as fast");
        }
    }

    @Test
    void weightsOfHalfTheSize() {
        Path file = folder.resolve("bfloat16.baton");
        try (var session = Session.open("cpu", 3)) {
            var batches = List.of(new Batch(pictures(5, 1), NDArray.of(new int[] {0, 1, 2, 3, 4})));
            QuantizationReport report = Quantization.of(session, new Net())
                    .test(batches, Losses.crossEntropy())
                    .bfloat16(file);
            assertThat(report.products()).isZero();
            // The graph is as large as before, and this net has few weights.
            assertThat(report.bytes().ratio()).isBetween(0.5, 0.75);
            // Eight bits of each weight.
            assertThat(report.numbers().get("loss").after())
                    .isNotEqualTo(report.numbers().get("loss").before())
                    .isCloseTo(report.numbers().get("loss").before(), offset(0.02));
        }
    }

    @Test
    void whatIsMissingIsSaid() {
        try (var session = Session.open("cpu", 3)) {
            var quantization = Quantization.of(session, new Net());
            Path file = folder.resolve("none.baton");
            assertThatThrownBy(() -> quantization.int8(file))
                    .isInstanceOf(StateException.class)
                    .hasMessage("name the batches that show the ranges of activations: calibration(..)");
            assertThatThrownBy(() -> quantization.bfloat16(file))
                    .hasMessage("name the batches that the model is measured with before and after: test(..)");
            assertThatThrownBy(() -> quantization
                            .calibration(List.of())
                            .test(List.of(), Losses.crossEntropy())
                            .int8(file))
                    .isInstanceOf(DataException.class)
                    .hasMessage("there are no batches to quantise with");
            NDArray broken = pictures(2, 1);
            broken.set(7, Double.NaN);
            var batches = List.of(new Batch(broken, NDArray.of(new int[] {0, 1})));
            assertThatThrownBy(() -> quantization
                            .calibration(batches)
                            .test(batches, Losses.crossEntropy())
                            .int8(file))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("calibration: what goes into ")
                    .hasMessageContaining(" is not finite: ");
            assertThat(file).doesNotExist();
        }
    }
}
