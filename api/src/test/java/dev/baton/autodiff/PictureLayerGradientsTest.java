package dev.baton.autodiff;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.AdaptiveAveragePool2d;
import dev.baton.nn.AveragePool2d;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv1d;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ConvTranspose2d;
import dev.baton.nn.ELU;
import dev.baton.nn.Flatten;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.GroupNorm;
import dev.baton.nn.Layer;
import dev.baton.nn.LeakyReLU;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Residual;
import dev.baton.nn.Sequential;
import dev.baton.nn.SiLU;
import dev.baton.nn.Softplus;
import dev.baton.train.GradientCheck;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers for pictures and sequences against central differences in double, by every parameter and by the input. */
class PictureLayerGradientsTest {

    private static final Shape PICTURES = Shape.of(2, 4, 5, 6);
    private static final Shape SEQUENCES = Shape.of(3, 4, 7);

    record Case(Layer layer, Shape inputs) {
        @Override
        public String toString() {
            return layer.children().isEmpty() ? layer.toString() : layer + " " + layer.children();
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(new Conv2d(4, 3, 3), PICTURES),
                new Case(new Conv2d(4, 6, 3, 2).stride(2, 1).padding(1, 2).groups(2), PICTURES),
                new Case(new Conv2d(4, 2, 2).dilation(3, 2).withoutBias(), PICTURES),
                new Case(new Conv1d(4, 6, 3).stride(2).padding(2).dilation(2).groups(2), SEQUENCES),
                new Case(new ConvTranspose2d(4, 3, 3).stride(2).padding(1).outputPadding(1), PICTURES),
                new Case(
                        new ConvTranspose2d(4, 6, 2, 3)
                                .stride(3, 2)
                                .outputPadding(2, 1)
                                .groups(2)
                                .withoutBias(),
                        PICTURES),
                new Case(new ConvTranspose2d(4, 2, 3).dilation(2).padding(0, 1), PICTURES),
                new Case(new MaxPool2d(3).stride(2).padding(1), PICTURES),
                new Case(new MaxPool2d(2, 3), PICTURES),
                new Case(new AveragePool2d(3).stride(2).padding(1), PICTURES),
                new Case(new AveragePool2d(2, 3).padding(1).withoutCountingPadding(), PICTURES),
                new Case(new AdaptiveAveragePool2d(2, 4), PICTURES),
                new Case(new GlobalAveragePool(), PICTURES),
                new Case(new GlobalAveragePool(), SEQUENCES),
                new Case(new BatchNorm(4), PICTURES),
                new Case(new BatchNorm(4).epsilon(0.1), Shape.of(5, 4)),
                new Case(new GroupNorm(2, 4), PICTURES),
                new Case(new GroupNorm(4, 4).epsilon(0.1), SEQUENCES),
                new Case(new LeakyReLU(0.2), PICTURES),
                new Case(new ELU(), PICTURES),
                new Case(new ELU(0.5), PICTURES),
                new Case(new Softplus(), PICTURES),
                new Case(new SiLU(), PICTURES),
                new Case(Sequential.of(new Flatten(), new Linear(120, 3)), PICTURES),
                new Case(new Residual(new Conv2d(4, 4, 3).padding(1)), PICTURES),
                new Case(
                        new Residual(
                                Sequential.of(new Conv2d(4, 3, 3).padding(1).stride(2), new BatchNorm(3), new ReLU()),
                                new Conv2d(4, 3, 1).stride(2)),
                        PICTURES));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        NDArray inputs = CompositeGradientsTest.numbers(3, tried.inputs().toArray());
        GradientCheck.of(tried.layer(), inputs).check();
    }
}
