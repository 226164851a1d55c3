package dev.baton.infer;

import dev.baton.DataException;
import dev.baton.composite.Int8Scale;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The least and the largest number that values of a graph take while it is shown some batches. */
final class Ranges {

    private final List<Value> values;
    private final double[] least;
    private final double[] largest;

    private Ranges(Iterable<Value> watched) {
        values = new ArrayList<>();
        watched.forEach(values::add);
        least = new double[values.size()];
        largest = new double[values.size()];
    }

    /**
     * Shows a graph some batches.
     *
     * @throws DataException if there is no batch, or a value is not finite
     */
    static Ranges of(Session session, Graph graph, Iterable<Value> watched, Iterable<Batch> batches) {
        var ranges = new Ranges(watched);
        try (var executable =
                new Executable(session, "calibration", ranges.watching(graph), Opened.here("calibration"))) {
            int count = 0;
            for (Batch batch : batches) {
                executable.input(executable.inputIndex(ForwardGraph.INPUTS), batch.inputs());
                executable.run();
                ranges.read(executable);
                count++;
            }
            if (count == 0) {
                throw new DataException("there are no batches to calibrate with");
            }
        }
        return ranges;
    }

    private static String name(int value, String end) {
        return value + " " + end;
    }

    private Graph watching(Graph graph) {
        return new Graph.Rewriter(graph) {
            @Override
            protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                outputs.clear();
                for (int i = 0; i < values.size(); i++) {
                    Value value = replaced(values.get(i));
                    outputs.put(name(i, "largest"), largestOf(value));
                    outputs.put(name(i, "least"), largestOf(emit().neg(value)));
                }
            }

            private Value largestOf(Value value) {
                int[] axes = IntStream.range(0, value.shape().rank()).toArray();
                return emit().reduce(Primitive.REDUCE_MAX, value, axes);
            }
        }.run();
    }

    private void read(Executable executable) {
        for (int i = 0; i < values.size(); i++) {
            double high = executable
                    .output(executable.outputIndex(name(i, "largest")))
                    .get(0);
            double low =
                    -executable.output(executable.outputIndex(name(i, "least"))).get(0);
            if (!Double.isFinite(high) || !Double.isFinite(low)) {
                throw new DataException("calibration: what goes into "
                        + values.get(i).node().origin().layer() + " is not finite: " + low + " to " + high);
            }
            largest[i] = Math.max(largest[i], high);
            least[i] = Math.min(least[i], low);
        }
    }

    /** The scale for each value: the finest one that holds everything that was seen. */
    Map<Value, Int8Scale> scales() {
        var scales = new LinkedHashMap<Value, Int8Scale>();
        for (int i = 0; i < values.size(); i++) {
            scales.put(values.get(i), Int8Scale.of(least[i], largest[i]));
        }
        return scales;
    }
}
