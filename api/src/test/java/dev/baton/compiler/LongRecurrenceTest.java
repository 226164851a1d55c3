package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AllFinite;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.optim.Adam;
import dev.baton.program.Program;
import dev.baton.reference.ReferenceProvider;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A user's own recurrent cell over hundreds of steps, with its gradients and an optimizer: what a step of it costs must
 * not grow with their number. Counted, not timed, so that a busy machine changes nothing.
 */
class LongRecurrenceTest {

    private static final int FEATURES = 8;
    private static final int WIDTH = 16;

    /** tanh(x W + h U + b) from step to step: [N, T, 8] -> [N, 16]. */
    private static final class Recurrence extends Layer {
        private final int steps;
        private final Parameter input = parameter("input", Shape.of(FEATURES, WIDTH), Initializers.fanIn(WIDTH));
        private final Parameter hidden = parameter("hidden", Shape.of(WIDTH, WIDTH), Initializers.fanIn(WIDTH));
        private final Parameter bias = parameter("bias", Shape.of(WIDTH), Initializers.constant(0));

        Recurrence(int steps) {
            this.steps = steps;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = null;
            for (int t = 0; t < steps; t++) {
                Tensor now = x.slice(1, t, t + 1)
                        .reshape(-1, FEATURES)
                        .matmul(input.in(x))
                        .add(bias.in(x));
                h = (h == null ? now : now.add(h.matmul(hidden.in(x)))).tanh();
            }
            return h;
        }
    }

    private static Graph trainingStep(int steps) {
        var layer = new Recurrence(steps);
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(builder);
        Shape shape = Shape.of(List.of(Dim.symbol("N"), Dim.of(steps), Dim.of(FEATURES)));
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, shape)));
        Value loss = Layer.trace(layer, x).square().mean().value();
        List<Value> parameters = layer.parameters().stream()
                .map(parameter -> parameter.in(x).value())
                .toList();
        var by = new ArrayList<>(parameters);
        by.add(x.value());
        List<Value> gradients = Gradients.of(emit, loss, by);
        Value finite =
                builder.add(AllFinite.INSTANCE, gradients, Attributes.none()).output(0);
        Adam.of(1e-3).update(emit, parameters, gradients.subList(0, parameters.size()), finite);
        builder.output("gradient of x", gradients.get(parameters.size()));
        return builder.build().bind(Map.of("N", 4L));
    }

    private static Program compile(Graph graph) {
        var offsets = new HashMap<String, Long>();
        long end = 0;
        for (Map.Entry<String, Value> variable : graph.variables().entrySet()) {
            offsets.put(variable.getKey(), end);
            end += Program.aligned(variable.getValue().type().bytes());
        }
        return Compiler.compile(graph, Map.of(), offsets, new ReferenceProvider().open(), Precision.FLOAT32);
    }

    private static long bytes(Graph graph) {
        return graph.nodes().stream()
                .flatMap(node -> node.outputs().stream())
                .mapToLong(TensorType::bytes)
                .sum();
    }

    @Test
    void tenThousandNodesCompile() {
        Graph graph = trainingStep(500);
        assertThat(graph.nodes().size()).isGreaterThan(10_000);
        assertThat(compile(graph).kernels().size()).isBetween(500, 5_000);
    }

    @Test
    void everyStepCostsTheSame() {
        Graph few = trainingStep(100);
        Graph many = trainingStep(400);
        assertThat(many.nodes().size()).isLessThan(4 * few.nodes().size() + 100);
        // The input itself grows with the steps; a gradient of its size for each of them would be 400 times as much.
        assertThat(bytes(many)).isLessThan(5 * bytes(few));
        Program program = compile(many);
        assertThat(program.memory().workspace())
                .isLessThan(5 * compile(few).memory().workspace());
    }

    @Test
    void fusionLooksOnlyAtWhatLiesBetween() {
        Graph graph = MergeEqualNodes.run(
                Simplify.run(FoldLeaves.run(ExpandComposites.run(trainingStep(400), node -> false))));
        Fusion fusion = new Fusion(graph);
        Assignments.inPlace(graph, fusion);
        assertThat(fusion.groups().searched()).isLessThan(20L * graph.nodes().size());
    }
}
