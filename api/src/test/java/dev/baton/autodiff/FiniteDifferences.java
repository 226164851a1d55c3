package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Gradients against central differences in double. */
final class FiniteDifferences {

    private static final double STEP = 1e-6;

    private FiniteDifferences() {}

    /**
     * Checks the gradients of a loss by inputs and variables; the graph is finished with it.
     *
     * @param given values of inputs that are not differentiated by; the others are random in [-2, 2]
     */
    static void check(GraphBuilder builder, Value loss, List<Value> by, Map<String, double[]> given) {
        List<Value> gradients = Gradients.of(new Emitter(builder), loss, by);
        builder.output("loss", loss);
        for (int i = 0; i < by.size(); i++) {
            builder.output("gradient " + i, gradients.get(i));
        }
        Graph graph = builder.build();
        var random = new Random(3);
        var inputs = new HashMap<>(given);
        graph.inputs()
                .forEach((name, value) -> inputs.computeIfAbsent(
                        name, key -> random.doubles(value.shape().size(), -2, 2).toArray()));
        var variables = new HashMap<String, double[]>();
        graph.variables()
                .forEach((name, value) -> variables.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        Map<String, double[]> analytic = interpreter.run(inputs, variables).outputs();
        for (int i = 0; i < by.size(); i++) {
            String name = by.get(i).node().attributes().text("name");
            double[] values = by.get(i).node().is(Primitive.INPUT) ? inputs.get(name) : variables.get(name);
            double[] gradient = analytic.get("gradient " + i);
            assertThat(Arrays.stream(gradient)).as("gradient by %s", name).anyMatch(slope -> slope != 0);
            for (int j = 0; j < values.length; j++) {
                double before = values[j];
                values[j] = before + STEP;
                double up = interpreter.run(inputs, variables).outputs().get("loss")[0];
                values[j] = before - STEP;
                double down = interpreter.run(inputs, variables).outputs().get("loss")[0];
                values[j] = before;
                double numeric = (up - down) / (2 * STEP);
                double allowed = 1e-7 * Math.max(1, Math.abs(numeric));
                assertThat(gradient[j])
                        .as("gradient by %s, element %d", name, j)
                        .isCloseTo(numeric, within(allowed));
            }
        }
    }
}
