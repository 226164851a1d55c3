package dev.baton.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Origin;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The types of softmax cross-entropy, which are given without tracing its definition, are those of its definition. */
class SoftmaxCrossEntropyTypesTest {

    private static final Attributes ATTRIBUTES = Attributes.of(SoftmaxCrossEntropy.SMOOTHING, 0.1);
    private static final Dim BATCH = Dim.symbol("N");
    private static final TensorType LOGITS = new TensorType(DType.FLOAT32, Shape.of(List.of(BATCH, Dim.of(3))));
    private static final TensorType LABELS = new TensorType(DType.INT32, Shape.of(List.of(BATCH)));
    private static final TensorType ROW = LABELS.withDType(DType.FLOAT32);

    @Test
    void theyAreThoseOfTheDefinition() {
        requireTypesOfDefinition(SoftmaxCrossEntropy.FORWARD, List.of(LOGITS, LABELS));
        requireTypesOfDefinition(SoftmaxCrossEntropy.BACKWARD, List.of(LOGITS, LABELS, ROW, ROW));
    }

    private static void requireTypesOfDefinition(Composite composite, List<TensorType> inputs) {
        Graph definition = composite.traceDefinition(inputs, ATTRIBUTES);
        assertThat(composite.infer(inputs, ATTRIBUTES)).isEqualTo(types(definition));
        // Where a definition was traced says nothing about the user's source.
        assertThat(definition.nodes()).allMatch(node -> node.origin().equals(Origin.NONE));
    }

    private static List<TensorType> types(Graph graph) {
        return graph.outputs().values().stream().map(Value::type).toList();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        requireRefusal(SoftmaxCrossEntropy.FORWARD, ROW, LABELS);
        requireRefusal(SoftmaxCrossEntropy.FORWARD, LOGITS.withDType(DType.INT32), LABELS);
        requireRefusal(SoftmaxCrossEntropy.FORWARD, LOGITS, ROW);
        requireRefusal(SoftmaxCrossEntropy.FORWARD, LOGITS, LABELS.withShape(Shape.of(2)));
        requireRefusal(SoftmaxCrossEntropy.BACKWARD, LOGITS, LABELS, LOGITS, ROW);
        requireRefusal(SoftmaxCrossEntropy.BACKWARD, LOGITS, LABELS, ROW, LABELS);
    }

    private static void requireRefusal(Composite composite, TensorType... inputs) {
        assertThatThrownBy(() -> composite.infer(List.of(inputs), ATTRIBUTES))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("takes ");
    }
}
