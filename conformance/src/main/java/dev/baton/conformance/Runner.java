package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs a case on a session and beside it on the reference interpreter in double, and compares. */
final class Runner {

    private final Case tried;
    private final Graph graph;
    private final Interpreter reference;

    Runner(Case tried, Graph graph) {
        this.tried = tried;
        this.graph = graph;
        this.reference = new Interpreter(graph, Interpreter.Precision.DOUBLE);
    }

    /**
     * Runs every step.
     *
     * @throws AssertionError naming the output and the first elements that lie too far from the reference
     */
    void run(Session session) {
        try (Plan plan = session.compile(graph, Map.of())) {
            var variables = new LinkedHashMap<String, double[]>();
            graph.variables()
                    .keySet()
                    .forEach(name -> variables.put(name, session.value(name).toDoubleArray()));
            var bounds = new LinkedHashMap<String, double[]>();
            run(plan, variables, bounds);
            variables.forEach((name, expected) -> compare(
                    "variable '" + name + "' after step " + tried.steps(),
                    session.value(name),
                    expected,
                    expected,
                    bounds.getOrDefault(name, new double[expected.length])));
        }
    }

    /**
     * Runs every step of a plan.
     *
     * @param variables their values at the start; those that the reference leaves afterwards
     * @param bounds what is known of how far variables may be off, likewise
     */
    void run(Plan plan, Map<String, double[]> variables, Map<String, double[]> bounds) {
        for (int step = 1; step <= tried.steps(); step++) {
            Map<String, NDArray> inputs = tried.inputs(graph, step);
            plan.run(inputs.values().toArray(NDArray[]::new));
            var analysis = new ErrorBounds(bounds);
            Map<String, double[]> given = doubles(inputs, false);
            Interpreter.Result expected = tried.tolerance().analysed()
                    ? reference.run(given, variables, analysis)
                    : reference.run(given, variables);
            Interpreter.Result absolute =
                    tried.tolerance().isSum() ? reference.run(doubles(inputs, true), variables) : expected;
            compareOutputs(plan, step, expected, absolute, analysis);
            variables.putAll(expected.assignments());
            if (tried.tolerance().analysed()) {
                graph.assignments().forEach((name, value) -> bounds.put(name, analysis.of(value)));
            }
        }
    }

    private void compareOutputs(
            Plan plan, int step, Interpreter.Result expected, Interpreter.Result absolute, ErrorBounds analysis) {
        int number = 0;
        for (Map.Entry<String, Value> output : graph.outputs().entrySet()) {
            NDArray result =
                    NDArray.zeros(output.getValue().dtype(), output.getValue().shape());
            // What was there before must not pass for a result.
            for (int i = 0; i < result.bytes().capacity(); i++) {
                result.bytes().put(i, (byte) 0x55);
            }
            plan.read(number++, result);
            String what = "output '" + output.getKey() + "'" + (tried.steps() > 1 ? " of step " + step : "");
            compare(
                    what,
                    result,
                    expected.outputs().get(output.getKey()),
                    absolute.outputs().get(output.getKey()),
                    analysis.of(output.getValue()));
        }
    }

    private static Map<String, double[]> doubles(Map<String, NDArray> arrays, boolean absolute) {
        var values = new LinkedHashMap<String, double[]>();
        arrays.forEach((name, array) -> {
            double[] all = array.toDoubleArray();
            values.put(name, absolute ? Arrays.stream(all).map(Math::abs).toArray() : all);
        });
        return values;
    }

    private void compare(String what, NDArray result, double[] expected, double[] absolute, double[] bounds) {
        Tolerance tolerance = tried.tolerance();
        DType dtype = result.dtype();
        double largest = Arrays.stream(expected)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            double got = result.get(i);
            double allowed =
                    tolerance.analysed() ? bounds[i] : tolerance.allowed(expected[i], dtype, largest, absolute[i]);
            if (!tolerance.accepts(got, expected[i], dtype, allowed)) {
                wrong.add(String.format(
                        Locale.ROOT,
                        "element %d is %s, the reference %s, off by %.3g, allowed %.3g",
                        i,
                        got,
                        expected[i],
                        Math.abs(got - expected[i]),
                        allowed));
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(tried + ": " + what + " (" + dtype + result.shape() + ") is wrong in "
                    + wrong.size()
                    + " of " + expected.length + " elements:\n  "
                    + String.join("\n  ", wrong.subList(0, Math.min(5, wrong.size())))
                    + "\nin the graph\n" + graph);
        }
    }
}
