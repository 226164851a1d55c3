package dev.baton.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SuiteTest {

    private static final List<Case> CASES = Suite.cases();

    /** What models trace must not hold a composite that no case is about. */
    @Test
    void everyCompositeOfATrainingStepHasACase() {
        Set<Operation> subjects = CASES.stream().map(Case::subject).collect(Collectors.toSet());
        TrainingCases.cases()
                .forEach(tried -> tried.graph()
                        .get()
                        .nodes()
                        .forEach(node -> assertThat(subjects).as(tried.name()).contains(node.operation())));
    }

    @Test
    void namesDiffer() {
        assertThat(CASES.stream().map(tried -> tried.group() + "/" + tried.name()))
                .doesNotHaveDuplicates();
    }

    @Test
    void argumentsAreTheSameAtEveryRunAndDifferFromStepToStep() {
        Case tried = TrainingCases.cases().get(0);
        Graph graph = tried.graph().get();
        assertThat(tried.inputs(graph, 1).get("inputs").toFloatArray())
                .isEqualTo(tried.inputs(graph, 1).get("inputs").toFloatArray())
                .isNotEqualTo(tried.inputs(graph, 2).get("inputs").toFloatArray());
    }

    /** The suite fails where a backend is wrong: one that computes x + 1 is held against a case that wants x + 1.001. */
    @Test
    void aWrongResultIsShown() {
        Case tried = Chain.of("group", "sum", Tolerance.ulps(1), in -> List.of(in[0].add(1)), Shapes.floats(3));
        var builder = new GraphBuilder();
        var x = Tensor.of(builder, builder.input("argument 0", Shapes.floatType(3)));
        builder.output("result 0", x.add(1.001).value());
        Graph other = builder.build();
        try (var session = Session.open("reference")) {
            new Runner(tried, tried.graph().get()).run(session);
            var plan = session.compile(other, Map.of());
            assertThatThrownBy(() -> new Runner(tried, tried.graph().get()).run(plan, Map.of(), Map.of()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(
                            "sum: output 'result 0' (float32[3]) is wrong in 3 of 3 elements:\n  element 0 is ")
                    .hasMessageContaining("off by 0.00100, allowed ");
        }
    }

    @Test
    void tolerancesAreAsTight() {
        assertThat(Stream.of(1.0, 1 + 0x1p-23).map(got -> accepts(Tolerance.ROUNDED, got, 1)))
                .containsExactly(true, false);
        assertThat(accepts(Tolerance.ROUNDED, 1 + 0x1p-23, 1 + 0x1p-24)).isTrue();
        assertThat(accepts(Tolerance.ulps(1), 1 + 0x1p-23, 1)).isTrue();
        assertThat(accepts(Tolerance.EXACT, -0.0, 0)).isTrue();
        assertThat(accepts(Tolerance.SAME_BITS, -0.0, 0)).isFalse();
        assertThat(accepts(Tolerance.function(4), Double.NaN, 1)).isFalse();
        assertThat(accepts(Tolerance.function(4), 1, Double.NaN)).isFalse();
        assertThat(accepts(Tolerance.function(4), Float.MAX_VALUE, 1e39)).isFalse();
        assertThat(accepts(Tolerance.function(4), Double.POSITIVE_INFINITY, 1e39))
                .isTrue();
        assertThat(accepts(Tolerance.function(4), 0, 1e-41)).isTrue();
        assertThat(Tolerance.ofLargest(1).allowed(4, DType.INT32, 4, 4)).isZero();
        // 60 roundings and that of the products, of numbers whose sizes add up to 100.
        assertThat(Tolerance.sum(100).allowed(0, DType.FLOAT32, 1, 100)).isCloseTo(61 * 0x1p-24 * 100, within(1e-9));
    }

    /**
     * The bounds of random graphs say something: nearly every element has to be right to three digits of the largest, where
     * they do not all cancel.
     */
    @Test
    void analysedBoundsAreNarrow() {
        long wide = 0;
        long all = 0;
        for (Case tried : RandomGraphCases.cases()) {
            Graph graph = tried.graph().get();
            Map<String, double[]> inputs = new LinkedHashMap<>();
            tried.inputs(graph, 1).forEach((name, array) -> inputs.put(name, array.toDoubleArray()));
            Map<String, double[]> variables = new LinkedHashMap<>();
            graph.variables()
                    .forEach((name, value) -> variables.put(
                            name, Fill.NORMAL.array(value.type(), 0, 7).toDoubleArray()));
            var analysis = new ErrorBounds(Map.of());
            var result = new Interpreter(graph, Interpreter.Precision.DOUBLE).run(inputs, variables, analysis);
            for (String output : graph.outputs().keySet()) {
                double[] values = result.outputs().get(output);
                double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
                assertThat(values).as(tried.name()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
                if (largest < 1e-9) {
                    continue;
                }
                double allowed = 1e-3 * largest;
                wide += Arrays.stream(analysis.of(graph.outputs().get(output)))
                        .filter(bound -> bound > allowed)
                        .count();
                all += values.length;
            }
        }
        assertThat((double) wide / all).isLessThan(0.05);
    }

    private static boolean accepts(Tolerance tolerance, double got, double reference) {
        return tolerance.accepts(got, reference, DType.FLOAT32, tolerance.allowed(reference, DType.FLOAT32, 1, 1));
    }

    @Test
    void namesSayWhatIsTried() {
        Case tried = Case.of(
                "g", Primitive.SUM, Attributes.of("axes", new long[] {0}), Tolerance.EXACT, Shapes.floats(3, 5));
        assertThat(tried).hasToString("sum (float32[3, 5]; axes=[0])");
    }
}
