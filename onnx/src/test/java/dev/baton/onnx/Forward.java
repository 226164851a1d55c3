package dev.baton.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.runtime.Session;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Runs a graph on a session of Baton, and makes values for it. */
final class Forward {

    private Forward() {}

    /** All outputs of a graph by name. */
    static Map<String, NDArray> run(Session session, Graph graph, Map<String, NDArray> inputs) {
        var sizes = new HashMap<String, Long>();
        graph.inputs().forEach((name, value) -> {
            for (int axis = 0; axis < value.shape().rank(); axis++) {
                Dim dim = value.shape().dim(axis);
                if (!dim.isFixed()) {
                    sizes.put(dim.symbols().get(0), inputs.get(name).shape().size(axis));
                }
            }
        });
        try (var plan = session.compile(graph, sizes)) {
            plan.run(graph.inputs().keySet().stream().map(inputs::get).toArray(NDArray[]::new));
            var outputs = new LinkedHashMap<String, NDArray>();
            int number = 0;
            for (var output : graph.outputs().entrySet()) {
                NDArray array = NDArray.zeros(
                        output.getValue().dtype(), output.getValue().shape().bind(sizes));
                plan.read(number++, array);
                outputs.put(output.getKey(), array);
            }
            return outputs;
        }
    }

    /** Moves every variable away from where it starts, so that no weight is 1 and no bias 0. */
    static void disturb(Session session, long seed) {
        var random = new Random(seed);
        for (String name : session.variables()) {
            NDArray value = session.value(name);
            for (int i = 0; i < value.size(); i++) {
                double before = value.get(i);
                // Variances that let a deep network's values grow no more than trained ones do.
                double change =
                        name.endsWith("running_var") ? 3 * random.nextDouble() : 0.4 * random.nextDouble() - 0.2;
                value.set(i, before == 0 ? change : before * (1 + change));
            }
            session.set(name, value);
        }
    }

    /** Numbers around 0, or numbers from 0 to {@code below - 1}. */
    static NDArray random(DType dtype, Shape shape, int below, long seed) {
        var random = new Random(seed);
        NDArray array = NDArray.zeros(dtype, shape);
        for (int i = 0; i < array.size(); i++) {
            array.set(i, dtype.isFloating() ? random.nextGaussian() : random.nextInt(below));
        }
        return array;
    }

    static void assertClose(NDArray ours, NDArray theirs, double tolerance) {
        assertThat(ours.shape()).isEqualTo(theirs.shape());
        assertThat(ours.size()).isPositive();
        for (int i = 0; i < ours.size(); i++) {
            double expected = theirs.get(i);
            assertThat(ours.get(i))
                    .as("element %d of %s", i, ours.shape())
                    .isCloseTo(
                            expected, org.assertj.core.data.Offset.offset(tolerance * Math.max(1, Math.abs(expected))));
        }
    }
}
