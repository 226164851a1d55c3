package dev.baton.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What does not fit while a model is traced: operation, shapes, layer, the user's line, and what came before. */
class ShapeMessagesTest {

    private static final class Own extends Layer {

        private final UnaryOperator<Tensor> body;

        Own(UnaryOperator<Tensor> body) {
            this.body = body;
        }

        @Override
        public Tensor forward(Tensor x) {
            return body.apply(x);
        }
    }

    /** Checks the message of a model that is shown [N, 4], its lines of Java left out. */
    private static void assertMessage(Layer model, String... lines) {
        assertThatThrownBy(() -> ForwardGraph.of(model, DType.FLOAT32, Shape.of(4)))
                .isInstanceOf(ShapeException.class)
                .extracting(e -> e.getMessage().replaceAll("ShapeMessagesTest.java:\\d+", "HERE"))
                .isEqualTo(String.join("\n", lines));
    }

    @Test
    void aLayerThatDoesNotFitTheOneBeforeIt() {
        assertMessage(
                Sequential.of(new Linear(4, 128), new ReLU(), new Linear(512, 256))
                        .named("classifier"),
                "matmul: the inner sizes differ: [N, 128] x [512, 256]",
                "  in  classifier.2: Linear(512 -> 256)",
                "  at  HERE",
                "  the layer before it, classifier.1: ReLU, gives [N, 128]");
    }

    @Test
    void aFirstLayerThatDoesNotFitTheInput() {
        assertMessage(
                Sequential.of(new Linear(5, 128)),
                "matmul: the inner sizes differ: [N, 4] x [5, 128]",
                "  in  0: Linear(5 -> 128)",
                "  at  HERE",
                "  the input 'inputs' is float32[N, 4]");
    }

    @Test
    void aLayerOfOnesOwn() {
        var body = Sequential.of(new Linear(8, 7)).named("body");
        assertMessage(
                Sequential.of(new Linear(4, 8), new Own(x -> x.add(body.forward(x)))),
                "add: cannot be broadcast together: [N, 8] and [N, 7] (sizes 8 and 7 differ and neither is 1)",
                "  in  1: Own",
                "  at  HERE",
                "  the layer before it, body.0: Linear(8 -> 7), gives [N, 7]");
    }

    private static void assertOperation(UnaryOperator<Tensor> body, String rule) {
        assertMessage(new Own(body), rule, "  in  Own", "  at  HERE", "  the input 'inputs' is float32[N, 4]");
    }

    @Test
    void everyOperationNamesItselfAndItsShapes() {
        assertOperation(
                x -> x.reshape(-1, 7),
                "reshape: cannot be reshaped: [N, 4] has 4*N elements, which the 7 of the other sizes of [-1, 7] do not divide");
        assertOperation(x -> x.reshape(-1, -7), "reshape: a dimension cannot be negative: -7");
        assertOperation(
                x -> x.broadcast(Shape.of(3, 5)),
                "broadcast: cannot be broadcast together: [N, 4] and [3, 5] (sizes N and 3 differ and neither is 1)");
        assertOperation(x -> x.sum(5), "sum: there is no axis 5 in shape [N, 4]");
        assertOperation(x -> x.mean(-3), "mean: there is no axis -3 in shape [N, 4]");
        assertOperation(x -> x.sum(1, 1), "sum: axis 1 is named twice");
        assertOperation(x -> x.transpose(0, 0), "transpose: [0, 0] is no order of the axes of [N, 4]");
        assertOperation(x -> x.transpose(0, 2), "transpose: there is no axis 2 in shape [N, 4]");
        assertOperation(
                x -> x.add(x.cast(DType.INT32)), "add: the element types differ: float32[N, 4] and int32[N, 4]");
        assertOperation(x -> x.cast(DType.INT32).sqrt(), "sqrt: takes floating-point numbers, not int32[N, 4]");
        assertOperation(
                x -> x.cast(DType.INT32).matmul(x),
                "matmul: takes floating-point numbers, not int32[N, 4] and float32[N, 4]");
        assertOperation(x -> x.matmul(x), "matmul: the inner sizes differ: [N, 4] x [N, 4]");
        assertOperation(
                x -> x.sum(1).matmul(x), "matmul: takes two matrices, or two equal stacks of them: [N] x [N, 4]");
        assertOperation(x -> x.select(x, x), "select: the condition is float32[N, 4], not bool");
    }

    @Test
    void sizesThatNoLayerCanHave() {
        assertThatThrownBy(() -> new Linear(0, 3))
                .isInstanceOf(ShapeException.class)
                .hasMessageMatching("Linear needs at least one input and one output, not 0 -> 3\n"
                        + "  at  ShapeMessagesTest.java:\\d+");
    }

    @Test
    void aTensorOfAnotherTrace() {
        var kept = new Tensor[1];
        ForwardGraph.of(new Own(x -> kept[0] = x), DType.FLOAT32, Shape.of(4));
        assertOperation(
                x -> x.relu().add(kept[0]),
                "add: an operand belongs to another graph: tensors live in the trace that made them");
    }
}
