package dev.baton.compiler;

import static dev.baton.compiler.Graphs.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.reference.ReferenceProvider;
import dev.baton.spi.Backend;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The passes on graphs alone, without a device. */
class CompilerTest {

    private static final Shape BATCH = Shape.of(List.of(Dim.symbol("N"), Dim.of(4)));

    @Test
    void sizesAreConstantsOnceTheBatchIsKnown() {
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, BATCH)));
        builder.output("mean", x.mean().value());
        Graph folded = FoldLeaves.run(builder.build().bind(Map.of("N", 3L)));
        assertThat(folded.isFixed()).isTrue();
        assertThat(folded.nodes()).noneMatch(node -> node.is(Primitive.SIZE));
        assertThat(folded.toString()).contains("constant(value=float32[] 12.0)");
    }

    @Test
    void whatIsComputedTwiceIsComputedOnce() {
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 4))));
        builder.output("y", x.exp().add(1).multiply(x.exp().add(1)).value());
        Graph merged = MergeEqualNodes.run(builder.build());
        assertThat(merged.nodes().stream().filter(node -> node.is(Primitive.EXP)))
                .hasSize(1);
        assertThat(merged.nodes().stream().filter(node -> node.is(Primitive.ADD)))
                .hasSize(1);
        assertThat(merged.nodes().stream().filter(node -> node.is(Primitive.CONSTANT)))
                .hasSize(1);
    }

    @Test
    void onlyUnclaimedCompositesAreExpanded() {
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 4))));
        builder.output("y", x.relu().value());
        Graph graph = builder.build();
        assertThat(ExpandComposites.run(graph, node -> true).nodes())
                .anyMatch(node -> node.operation() instanceof Composite);
        Graph expanded = ExpandComposites.run(graph, node -> false);
        assertThat(expanded.nodes()).noneMatch(node -> node.operation() instanceof Composite);
        assertThat(expanded.nodes()).anyMatch(node -> node.is(Primitive.MAX));
    }

    /** Of attention whose last query alone is read, a composite remains that the graph did not have before. */
    @Test
    void partsThatTheBackendLacksAreExpanded() {
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 6, 3, 2, 4))));
        builder.output("y", Attention.causal().ofPacked(x).slice(1, 5, 6).value());
        Graph graph = builder.build();
        assertThat(compiled(graph, node -> true).nodes()).anyMatch(node -> node.operation() == PackedQueries.INSTANCE);
        Graph without = compiled(
                graph, node -> node.operation() == PackedAttention.FORWARD || node.operation() instanceof Primitive);
        assertThat(without.nodes()).allMatch(node -> node.operation() instanceof Primitive);
        assertSameBits(graph, without);
    }

    private static Graph compiled(Graph graph, Predicate<Node> supported) {
        try (Backend reference = new ReferenceProvider().open()) {
            Backend backend = (Backend) Proxy.newProxyInstance(
                    Backend.class.getClassLoader(),
                    new Class<?>[] {Backend.class},
                    (proxy, method, arguments) -> method.getName().equals("supports")
                            ? supported.test((Node) arguments[0])
                            : method.invoke(reference, arguments));
            return Compiler.compile(graph, Map.of(), Map.of(), backend, Precision.FLOAT32)
                    .graph();
        }
    }

    @Test
    void whatNothingNeedsIsLeftOut() {
        var builder = new GraphBuilder();
        var emit = new Emitter(builder);
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 4))));
        x.exp().log();
        builder.output("y", emit.neg(x.value()));
        Graph kept = MergeEqualNodes.run(builder.build());
        assertThat(kept.nodes()).hasSize(2);
    }
}
