package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.GRU;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.RecurrentLayers;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent layers against central differences in double: by sequences, first states and every parameter. */
class RecurrentGradientsTest {

    private static final int INPUTS = 3;
    private static final int HIDDEN = 2;
    private static final double STEP = 1e-6;

    /** What of the results the loss depends on. */
    enum Use {
        OUTPUTS,
        LAST_STATES,
        ALL
    }

    record Case(boolean lstm, int layers, boolean bidirectional, int batch, int steps, Use use) {

        Layer layer() {
            RecurrentLayers stack = RecurrentLayers.of(layers);
            RecurrentLayers chosen = bidirectional ? stack.bidirectional() : stack;
            return lstm ? new LSTM(INPUTS, HIDDEN, chosen) : new GRU(INPUTS, HIDDEN, chosen);
        }

        Shape state() {
            return Shape.of((bidirectional ? 2L : 1L) * layers, batch, HIDDEN);
        }
    }

    static Stream<Case> cases() {
        var cases = new ArrayList<Case>();
        for (boolean lstm : new boolean[] {true, false}) {
            for (Use use : Use.values()) {
                cases.add(new Case(lstm, 1, false, 2, 4, use));
                cases.add(new Case(lstm, 2, true, 1, 3, use));
            }
            cases.add(new Case(lstm, 1, false, 3, 1, Use.ALL));
            cases.add(new Case(lstm, 1, true, 2, 1, Use.OUTPUTS));
        }
        return cases.stream();
    }

    /** A graph under construction with a recurrent layer in it, and what can be differentiated by. */
    private static final class Trace {
        final GraphBuilder builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        final Emitter emit = new Emitter(builder);
        final List<Value> by = new ArrayList<>();
        final Value loss;

        Trace(Case tried, Layer layer) {
            Tensor x = input("x", Shape.of(tried.batch(), tried.steps(), INPUTS));
            Tensor hidden = input("hidden", tried.state());
            Tensor outputs;
            List<Tensor> states;
            if (layer instanceof LSTM lstm) {
                var result = lstm.run(x, new LSTM.State(hidden, input("cell", tried.state())));
                outputs = result.outputs();
                states = List.of(result.state().hidden(), result.state().cell());
            } else {
                var result = ((GRU) layer).run(x, hidden);
                outputs = result.outputs();
                states = List.of(result.hidden());
            }
            layer.parameters().forEach(parameter -> by.add(parameter.in(x).value()));
            Tensor sum = weighted(outputs.multiply(tried.use() == Use.LAST_STATES ? 0 : 1));
            for (Tensor state : states) {
                sum = tried.use() == Use.OUTPUTS ? sum : sum.add(weighted(state));
            }
            loss = sum.value();
        }

        private Tensor input(String name, Shape shape) {
            Value value = builder.input(name, new TensorType(DType.FLOAT32, shape));
            by.add(value);
            return Tensor.of(builder, value);
        }

        /** Each element with a weight of its own, squared, so that the derivative is no constant. */
        private Tensor weighted(Tensor x) {
            NDArray weights = NDArray.zeros(DType.FLOAT32, x.shape());
            for (int i = 0; i < weights.size(); i++) {
                weights.set(i, (i * 7 % 11 - 5) / 4.0);
            }
            return x.square()
                    .add(x)
                    .multiply(Tensor.of(builder, emit.constant(weights)))
                    .sum();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        var trace = new Trace(tried, tried.layer());
        trace.builder.output("value", trace.loss);
        check(trace, Gradients.of(trace.emit, trace.loss, trace.by));
    }

    /** The gradient of a function of the gradient, where what the forward pass has saved is differentiated by as well. */
    static Stream<Case> few() {
        return cases().filter(tried -> tried.layers() == 1 && tried.use() == Use.ALL);
    }

    @ParameterizedTest
    @MethodSource("few")
    void soDoGradientsOfGradients(Case tried) {
        var trace = new Trace(tried, tried.layer());
        Value sum = null;
        for (Value gradient : Gradients.of(trace.emit, trace.loss, trace.by)) {
            Value part = trace.emit.sumAll(trace.emit.mul(gradient, gradient));
            sum = sum == null ? part : trace.emit.add(sum, part);
        }
        trace.builder.output("value", sum);
        check(trace, Gradients.of(trace.emit, sum, trace.by));
    }

    private static void check(Trace trace, List<Value> gradients) {
        for (int i = 0; i < gradients.size(); i++) {
            trace.builder.output("gradient " + i, gradients.get(i));
        }
        Graph graph = trace.builder.build();
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var random = new Random(7);
        var inputs = new HashMap<String, double[]>();
        graph.inputs().forEach((name, value) -> inputs.put(name, numbers(random, value)));
        var variables = new HashMap<String, double[]>();
        graph.variables().forEach((name, value) -> variables.put(name, numbers(random, value)));
        Map<String, double[]> analytic = interpreter.run(inputs, variables).outputs();
        for (int i = 0; i < trace.by.size(); i++) {
            String name = trace.by.get(i).node().attributes().text("name");
            double[] values = inputs.containsKey(name) ? inputs.get(name) : variables.get(name);
            double[] gradient = analytic.get("gradient " + i);
            for (int j = 0; j < values.length; j++) {
                double before = values[j];
                values[j] = before + STEP;
                double up = interpreter.run(inputs, variables).outputs().get("value")[0];
                values[j] = before - STEP;
                double down = interpreter.run(inputs, variables).outputs().get("value")[0];
                values[j] = before;
                double numeric = (up - down) / (2 * STEP);
                assertThat(gradient[j])
                        .as("by %s, element %d", name, j)
                        .isCloseTo(numeric, within(1e-6 * Math.max(1, Math.abs(numeric))));
            }
        }
    }

    private static double[] numbers(Random random, Value value) {
        return random.doubles(value.shape().size(), -1, 1).toArray();
    }
}
