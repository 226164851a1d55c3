package dev.baton.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.graph.Graph;
import dev.baton.reference.Interpreter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Gradients of random graphs against central differences in double. */
class RandomGradientsTest {

    private static final double STEP = 1e-6;

    @Test
    void agreeWithDifferences() {
        int compared = 0;
        int corners = 0;
        for (long seed = 0; seed < 150; seed++) {
            Graph graph = RandomGraph.of(seed, 200, false, true);
            var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
            Map<String, double[]> inputs = new LinkedHashMap<>();
            graph.inputs()
                    .forEach((name, value) -> inputs.put(
                            name,
                            Fill.NORMAL.array(value.type(), 1, inputs.size()).toDoubleArray()));
            Map<String, double[]> outputs = interpreter.run(inputs, Map.of()).outputs();
            var random = new SplittableRandom(seed);
            for (String name : inputs.keySet()) {
                double[] x = inputs.get(name);
                double[] gradient = outputs.get("gradient by " + name);
                for (int sample = 0; sample < 2; sample++) {
                    int i = random.nextInt(x.length);
                    double right = slope(interpreter, inputs, x, i, 1);
                    double left = slope(interpreter, inputs, x, i, -1);
                    double size = 1 + Math.abs(right) + Math.abs(left);
                    // Between two operands of a maximum and the like the slopes on both sides differ.
                    if (Math.abs(right - left) > 1e-3 * size) {
                        corners++;
                        continue;
                    }
                    compared++;
                    assertThat(gradient[i])
                            .as("seed %d, %s, element %d", seed, name, i)
                            .isCloseTo((right + left) / 2, within(1e-6 * size));
                }
            }
        }
        assertThat(compared).isGreaterThan(500);
        assertThat(corners).isLessThan(compared / 20);
    }

    private static double slope(Interpreter interpreter, Map<String, double[]> inputs, double[] x, int i, int sign) {
        double before = x[i];
        double here = interpreter.run(inputs, Map.of()).outputs().get("loss")[0];
        x[i] = before + sign * STEP;
        double there = interpreter.run(inputs, Map.of()).outputs().get("loss")[0];
        x[i] = before;
        return sign * (there - here) / STEP;
    }
}
