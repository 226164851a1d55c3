package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.GELU;
import dev.baton.nn.GRU;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.RecurrentLayers;
import dev.baton.nn.Sequential;
import dev.baton.nn.Sigmoid;
import dev.baton.nn.Tanh;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers and losses against central differences in double, by every parameter and by the input. */
class CompositeGradientsTest {

    record Case(String name, Layer layer, boolean classes, double smoothing) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Shows a recurrent layer each row as a sequence of one number a step, and lays its outputs side by side. */
    private static final class Steps extends Layer {
        private final Layer body;

        Steps(Layer body) {
            this.body = child("body", body);
        }

        @Override
        public Tensor forward(Tensor x) {
            return trace(body, x.reshape(-1, 5, 1)).flatten();
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("Linear, MSE", Sequential.of(new Linear(5, 3)), false, 0),
                new Case("ReLU, MSE", Sequential.of(new Linear(5, 3), new ReLU()), false, 0),
                new Case("Tanh, MSE", Sequential.of(new Linear(5, 3), new Tanh()), false, 0),
                new Case("Sigmoid, MSE", Sequential.of(new Linear(5, 3), new Sigmoid()), false, 0),
                new Case("GELU, MSE", Sequential.of(new Linear(5, 3), new GELU()), false, 0),
                new Case("Dropout, MSE", Sequential.of(new Linear(5, 3), new Dropout(0.4)), false, 0),
                new Case(
                        "several layers, MSE",
                        Sequential.of(
                                new Linear(5, 4),
                                new GELU(),
                                new Dropout(0.3),
                                Sequential.of(new Linear(4, 6), new ReLU()),
                                new Linear(6, 3),
                                new Tanh()),
                        false,
                        0),
                new Case(
                        "LSTM, MSE",
                        Sequential.of(
                                new Steps(new LSTM(1, 2, RecurrentLayers.of(2).dropout(0.3))), new Linear(10, 3)),
                        false,
                        0),
                new Case(
                        "GRU, MSE",
                        Sequential.of(
                                new Steps(new GRU(1, 2, RecurrentLayers.of(1).bidirectional())), new Linear(20, 3)),
                        false,
                        0),
                new Case("cross-entropy", Sequential.of(new Linear(5, 3)), true, 0),
                new Case("cross-entropy, smoothed", Sequential.of(new Linear(5, 3)), true, 0.2));
    }

    @Test
    void everyLayerHasACase() {
        Set<String> tried = new HashSet<>();
        cases().forEach(one -> collect(one.layer(), tried));
        PictureLayerGradientsTest.cases().forEach(one -> collect(one.layer(), tried));
        TransformerGradientsTest.layers().forEach(one -> collect(one.layer(), tried));
        Set<String> layers = new ClassFileImporter()
                .importPackages("dev.baton.nn").stream()
                        .filter(type -> type.isAssignableTo(Layer.class)
                                && !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::getName)
                        .filter(name -> !name.contains("Test"))
                        .collect(Collectors.toSet());
        assertThat(tried).containsAll(layers);
        assertThat(layers).hasSizeGreaterThan(5);
    }

    private static void collect(Layer layer, Set<String> names) {
        names.add(layer.getClass().getName());
        layer.children().values().forEach(child -> collect(child, names));
    }

    /** A layer takes any number of leading dimensions. */
    @Test
    void linearOfAStack() {
        GradientCheck.of(Sequential.of(new Linear(5, 4), new Tanh()), numbers(5, 2, 3, 5))
                .check();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        NDArray targets = tried.classes() ? NDArray.of(Shape.of(7), 0, 2, 1, 1, 0, 2, 2) : numbers(4, 7, 3);
        Loss loss = tried.classes() ? Losses.crossEntropy().labelSmoothing(tried.smoothing()) : Losses.mse();
        GradientCheck.of(
                        inputs -> loss.of(Layer.trace(tried.layer(), inputs.get("x")), inputs.get("targets")),
                        Map.of("x", numbers(3, 7, 5), "targets", targets))
                .check();
    }

    static NDArray numbers(int seed, long... sizes) {
        NDArray array = NDArray.zeros(DType.FLOAT32, Shape.of(sizes));
        var random = new Random(seed);
        for (int i = 0; i < array.size(); i++) {
            array.set(i, random.nextDouble(-2, 2));
        }
        return array;
    }
}
