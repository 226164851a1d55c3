package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.graph.Graph;
import dev.baton.graph.GraphVerifier;
import dev.baton.reference.Interpreter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the graph and whatever the numbers, simplifying changes no bit. */
class SimplifyPropertyTest {

    @Provide
    Arbitrary<List<Integer>> decisions() {
        return RandomGraphs.decisions();
    }

    @Property(tries = 1500)
    void resultsAreTheSameBits(@ForAll("decisions") List<Integer> decisions, @ForAll long seed) {
        Graph expanded = ExpandComposites.run(RandomGraphs.graph(decisions), node -> false);
        Graph simple = Simplify.run(expanded);
        GraphVerifier.verify(simple);
        Map<String, double[]> inputs = RandomGraphs.numbers(expanded.inputs(), seed);
        Map<String, double[]> variables = RandomGraphs.numbers(expanded.variables(), seed + 1);
        var before = new Interpreter(expanded, Interpreter.Precision.FLOAT).run(inputs, variables);
        var after = new Interpreter(simple, Interpreter.Precision.FLOAT).run(inputs, variables);
        assertSame(before.outputs(), after.outputs(), simple);
        assertSame(before.assignments(), after.assignments(), simple);
    }

    @Property(tries = 500)
    void nothingIsLeftToSimplify(@ForAll("decisions") List<Integer> decisions) {
        Graph simple = Simplify.run(RandomGraphs.graph(decisions));
        assertThat(Simplify.run(simple).toString()).isEqualTo(simple.toString());
    }

    /** An array of doubles is compared by its bits, save that one NaN is like another. */
    private static void assertSame(Map<String, double[]> before, Map<String, double[]> after, Graph graph) {
        assertThat(after.keySet()).isEqualTo(before.keySet());
        before.forEach((name, values) -> assertThat(Arrays.equals(after.get(name), values))
                .as(() -> name + ": " + Arrays.toString(after.get(name)) + " is not " + Arrays.toString(values)
                        + " in\n" + graph)
                .isTrue());
    }
}
