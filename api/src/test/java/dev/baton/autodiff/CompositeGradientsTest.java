package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
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
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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

    private static final double STEP = 1e-6;

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
        var layer = new Linear(5, 4);
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 3, 5))));
        Tensor targets = Tensor.of(builder, builder.input("targets", new TensorType(DType.FLOAT32, Shape.of(2, 3, 4))));
        Tensor loss = Losses.mse().of(Layer.trace(layer, x).tanh(), targets);
        check(
                builder,
                x,
                layer,
                loss,
                Map.of("targets", new Random(5).doubles(24, -1, 1).toArray()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(7, 5))));
        var targetType = tried.classes()
                ? new TensorType(DType.INT32, Shape.of(7))
                : new TensorType(DType.FLOAT32, Shape.of(7, 3));
        Tensor targets = Tensor.of(builder, builder.input("targets", targetType));
        Tensor answers = Layer.trace(tried.layer(), x);
        Tensor loss = (tried.classes() ? Losses.crossEntropy(tried.smoothing()) : Losses.mse()).of(answers, targets);
        check(
                builder,
                x,
                tried.layer(),
                loss,
                Map.of(
                        "targets",
                        tried.classes()
                                ? new double[] {0, 2, 1, 1, 0, 2, 2}
                                : new Random(4).doubles(21, -1, 1).toArray()));
    }

    private static void check(GraphBuilder builder, Tensor x, Layer layer, Tensor loss, Map<String, double[]> given) {
        List<Value> by = new ArrayList<>(List.of(x.value()));
        layer.parameters().forEach(parameter -> by.add(parameter.in(x).value()));
        List<Value> gradients = Gradients.of(new Emitter(builder), loss.value(), by);
        builder.output("loss", loss.value());
        for (int i = 0; i < by.size(); i++) {
            builder.output("gradient " + i, gradients.get(i));
        }
        Graph graph = builder.build();
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var random = new Random(3);
        var inputs = new HashMap<>(given);
        inputs.put("x", random.doubles(x.shape().size(), -2, 2).toArray());
        inputs.put("seed", new double[] {11});
        inputs.put("step", new double[] {1});
        var variables = new HashMap<String, double[]>();
        graph.variables()
                .forEach((name, value) -> variables.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));

        Map<String, double[]> analytic = interpreter.run(inputs, variables).outputs();
        for (int i = 0; i < by.size(); i++) {
            double[] values = i == 0
                    ? inputs.get("x")
                    : variables.get(layer.parameters().get(i - 1).name());
            double[] gradient = analytic.get("gradient " + i);
            for (int j = 0; j < values.length; j++) {
                double before = values[j];
                values[j] = before + STEP;
                double up = interpreter.run(inputs, variables).outputs().get("loss")[0];
                values[j] = before - STEP;
                double down = interpreter.run(inputs, variables).outputs().get("loss")[0];
                values[j] = before;
                double numeric = (up - down) / (2 * STEP);
                assertThat(gradient[j]).as("gradient %d, element %d", i, j).isCloseTo(numeric, within(1e-7));
            }
        }
        assertThat(Arrays.stream(analytic.get("gradient 0"))).anyMatch(slope -> slope != 0);
    }
}
