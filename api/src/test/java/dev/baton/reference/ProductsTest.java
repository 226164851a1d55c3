package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProductsTest {

    /** Each number times 1, in a session whose products round their factors. */
    private static float[] rounded(float... numbers) {
        var graph = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(numbers.length, 1));
        Tensor x = Tensor.of(graph, graph.input("x", type));
        Tensor one = Tensor.of(graph, graph.input("one", new TensorType(DType.FLOAT32, Shape.of(1, 1))));
        x.matmul(one).watch("product");
        NDArray result = NDArray.zeros(DType.FLOAT32, Shape.of(numbers.length, 1));
        try (var session = Session.open("reference", 0, Precision.BFLOAT16);
                var plan = session.compile(graph.build(), Map.of())) {
            plan.run(new NDArray[] {NDArray.of(type.shape(), numbers), NDArray.of(Shape.of(1, 1), 1f)});
            plan.read(0, result);
        }
        return result.toFloatArray();
    }

    /** Neighbours of 1 as bfloat16 are 1 - 2^-8 and 1 + 2^-7. */
    @Test
    void factorsAreRoundedToTheNearestAndOfTwoToTheEvenOne() {
        assertThat(rounded(1, 1.5f, -3, 0x1.02p0f)).containsExactly(1, 1.5f, -3, 0x1.02p0f);
        assertThat(rounded(0x1.00fffep0f, 0x1.010002p0f)).containsExactly(1, 0x1.02p0f);
        assertThat(rounded(0x1.01p0f, 0x1.03p0f, -0x1.01p0f)).containsExactly(1, 0x1.04p0f, -1);
    }

    @Test
    void whatIsTooLargeOrTooSmall() {
        assertThat(rounded(Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.NaN))
                .containsExactly(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN);
        assertThat(rounded(Float.MIN_NORMAL, Float.MIN_NORMAL / 2, Float.MIN_VALUE))
                .containsExactly(Float.MIN_NORMAL, 0, 0);
    }
}
