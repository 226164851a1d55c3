package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.graph.Graph;
import dev.baton.graph.GraphVerifier;
import dev.baton.reference.Interpreter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the graph and whatever the numbers, no pass that promises it changes a bit. */
class SameBitsPropertyTest {

    @Provide
    Arbitrary<List<Integer>> decisions() {
        return RandomGraphs.decisions();
    }

    @Property(tries = 1500)
    void simplified(@ForAll("decisions") List<Integer> decisions, @ForAll long seed) {
        assertSame(decisions, seed, Simplify::run);
    }

    @Property(tries = 1500)
    void slicedEarlier(@ForAll("decisions") List<Integer> decisions, @ForAll long seed) {
        assertSame(decisions, seed, SliceEarlier::run);
    }

    private static void assertSame(List<Integer> decisions, long seed, UnaryOperator<Graph> pass) {
        Graph expanded = ExpandComposites.run(RandomGraphs.graph(decisions), node -> false);
        Graph changed = pass.apply(expanded);
        GraphVerifier.verify(changed);
        Map<String, double[]> inputs = RandomGraphs.numbers(expanded.inputs(), seed);
        Map<String, double[]> variables = RandomGraphs.numbers(expanded.variables(), seed + 1);
        var before = new Interpreter(expanded, Interpreter.Precision.FLOAT).run(inputs, variables);
        var after = new Interpreter(changed, Interpreter.Precision.FLOAT).run(inputs, variables);
        assertSame(before.outputs(), after.outputs(), changed);
        assertSame(before.assignments(), after.assignments(), changed);
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
