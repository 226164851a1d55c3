package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.infer.Predictor;
import dev.baton.model.ResNet;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Evaluation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PreparationTest {

    /** Answers x (|w| + 1) + x w, where only the first needs computing. */
    private static final class Halves extends Layer {

        private final Parameter weight = parameter("w", Shape.of(3, 3), (shape, seed, name) -> {
            var values = new float[9];
            for (int i = 0; i < 9; i++) {
                values[i] = i - 4;
            }
            return NDArray.of(shape, values);
        });

        @Override
        public Tensor forward(Tensor x) {
            Tensor w = weight.in(x);
            return x.matmul(w.abs().add(1)).add(x.matmul(w.transpose(1, 0)));
        }
    }

    private static List<String> operations(Graph graph) {
        return graph.nodes().stream().map(node -> node.operation().label()).toList();
    }

    @Test
    void whatDependsOnVariablesAloneIsComputedOnce() {
        Preparation parts = Preparation.of(ForwardGraph.of(new Halves(), DType.FLOAT32, Shape.of(3)));
        assertThat(parts.once().inputs()).isEmpty();
        assertThat(parts.once().outputs().keySet()).containsExactly("prepared/0");
        assertThat(operations(parts.once())).contains("abs", "add").doesNotContain("matmul");
        assertThat(parts.rest().variables().keySet()).containsExactlyInAnyOrder("w", "prepared/0");
        assertThat(operations(parts.rest())).doesNotContain("abs").contains("matmul", "transpose");
    }

    @Test
    void aModelWithNothingToPrepareStaysAsItIs() {
        Graph graph = ForwardGraph.of(new Linear(3, 2), DType.FLOAT32, Shape.of(3));
        Preparation parts = Preparation.of(graph);
        assertThat(parts.once().outputs()).isEmpty();
        assertThat(parts.once().nodes()).isEmpty();
        assertThat(parts.rest().toString()).isEqualTo(graph.toString());
    }

    @Test
    void nothingIsLeftOfBatchNormalisation() {
        Preparation parts = Preparation.of(ForwardGraph.of(ResNet.cifar20(10), DType.FLOAT32, Shape.of(3, 32, 32)));
        assertThat(operations(parts.rest())).noneMatch(label -> label.contains("norm"));
        assertThat(parts.rest().variables().keySet())
                .as("neither statistics nor weights that are scaled")
                .noneMatch(name -> name.contains("running") || name.contains("conv"));
    }

    @Test
    void theAnswersAreThoseOfTheModel() {
        var random = new Random(1);
        var values = new float[2 * 3 * 32 * 32];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        NDArray pictures = NDArray.of(Shape.of(2, 3, 32, 32), values);
        var model = ResNet.cifar20(10);
        try (var session = Session.open("reference", 3);
                var evaluation = Evaluation.of(session, model)) {
            float[] expected = evaluation.answers(pictures).toFloatArray();
            try (var predictor = Predictor.of(session, model)) {
                assertThat(predictor.predict(pictures).toFloatArray()).isEqualTo(expected);
                assertThat(predictor.predict(pictures).toFloatArray()).isEqualTo(expected);
            }
        }
    }
}
