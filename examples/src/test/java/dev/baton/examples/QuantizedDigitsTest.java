package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.infer.Predictor;
import dev.baton.infer.Quantization;
import dev.baton.infer.QuantizationReport;
import dev.baton.infer.QuantizationReport.Change;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that have learnt to read digits, quantised: hardly less right, and a third of the size. */
class QuantizedDigitsTest {

    @TempDir
    Path folder;

    /** Convolutions with a shortcut, as residual networks have them. */
    private static final class Pictures extends Layer {

        private final Layer first = child("first", convolution(1, 16, 1));
        private final Layer second = child("second", convolution(16, 32, 2));
        private final Layer third = child("third", convolution(32, 32, 1));
        private final Layer last = child("last", Sequential.of(new GlobalAveragePool(), new Linear(32, 10)));

        private static Layer convolution(long inputs, long outputs, long stride) {
            return Sequential.of(
                    new Conv2d(inputs, outputs, 3).stride(stride).padding(1).withoutBias(), new BatchNorm(outputs));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor one = trace(first, x.reshape(Shape.of(List.of(x.shape().dim(0), Dim.of(1), Dim.of(8), Dim.of(8)))));
            Tensor two = trace(second, one.relu()).relu();
            return trace(last, trace(third, two).add(two).relu());
        }
    }

    private QuantizationReport quantized(Layer model, int epochs, Path file) {
        Examples train = DigitFiles.read(null, "optdigits.tra");
        Examples test = DigitFiles.read(null, "optdigits.tes");
        try (var session = Session.open("cpu", 7);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(AdamW.of(2e-3))
                        .build()) {
            trainer.fit(train.shuffled(7).batched(64), test.batched(256), Epochs.of(epochs));
            return Quantization.of(session, model)
                    .calibration(train.batched(64))
                    .test(test.batched(64), Losses.crossEntropy())
                    .metric(Metrics.accuracy())
                    .int8(file);
        }
    }

    private void staysRight(Layer model, int epochs, double least, int products) {
        Path file = folder.resolve("digits-int8.baton");
        QuantizationReport report = quantized(model, epochs, file);
        Change accuracy = report.numbers().get("accuracy");
        assertThat(accuracy.before()).isGreaterThan(least);
        assertThat(accuracy.after()).isCloseTo(accuracy.before(), offset(0.005));
        assertThat(report.products()).isEqualTo(products);
        Examples test = DigitFiles.read(null, "optdigits.tes");
        try (var predictor = Predictor.load(file)) {
            int right = 0;
            for (int i = 0; i < 200; i++) {
                right += predictor.classOf(test.input(i)) == test.label(i) ? 1 : 0;
            }
            assertThat(right).isGreaterThan(180);
        }
    }

    @Test
    void layersThatAreDense() {
        staysRight(Digits.network(), 8, 0.95, 3);
    }

    @Test
    void layersThatLookAtPictures() {
        staysRight(new Pictures(), 6, 0.9, 4);
    }

    @Test
    void theFileIsSmallerThanAThird() {
        QuantizationReport report = quantized(Digits.network(), 1, folder.resolve("small.baton"));
        assertThat(report.bytes().ratio()).isLessThan(0.3);
    }
}
