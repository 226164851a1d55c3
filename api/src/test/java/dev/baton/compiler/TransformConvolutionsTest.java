package dev.baton.compiler;

import static dev.baton.compiler.Graphs.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.composite.Convolution;
import dev.baton.composite.WinogradConvolution;
import dev.baton.graph.Graph;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransformConvolutionsTest {

    private static final Shape PICTURE = Shape.of(3, 6, 7);

    private static Layer model() {
        return Sequential.of(
                new Conv2d(3, 5, 3).padding(1), new BatchNorm(5), new ReLU(), new Conv2d(5, 4, 3), new Conv2d(4, 2, 1));
    }

    private static float[] answers(Session session, Preparation parts, NDArray pictures) {
        session.addVariables(parts.rest());
        session.addVariables(parts.once());
        Graph once = parts.once();
        try (var plan = session.compile(once, Map.of())) {
            plan.run(new NDArray[0]);
            int number = 0;
            for (String name : once.outputs().keySet()) {
                NDArray value = NDArray.zeros(DType.FLOAT32, session.type(name).shape());
                plan.read(number++, value);
                session.set(name, value);
            }
        }
        try (var plan = session.compile(parts.rest(), Map.of("N", 2L))) {
            plan.run(new NDArray[] {pictures});
            NDArray result = NDArray.zeros(DType.FLOAT32, Shape.of(2, 2, 4, 5));
            plan.read(0, result);
            return result.toFloatArray();
        }
    }

    private static NDArray pictures() {
        NDArray pictures = NDArray.zeros(DType.FLOAT32, PICTURE.prepend(Dim.of(2)));
        for (int i = 0; i < pictures.size(); i++) {
            pictures.set(i, StrictMath.sin(i));
        }
        return pictures;
    }

    @Test
    void weightsAreTransformedOnceForABackendThatWantsThem() {
        Graph graph = ForwardGraph.of(model(), DType.FLOAT32, PICTURE);
        Preparation plain = Preparation.of(graph);
        Preparation transformed = Preparation.of(graph, node -> true);
        assertThat(count(plain.rest(), Convolution.FORWARD)).isEqualTo(3);
        assertThat(count(transformed.rest(), WinogradConvolution.INSTANCE)).isEqualTo(2);
        assertThat(count(transformed.rest(), Convolution.FORWARD))
                .as("one of a single tap")
                .isOne();
        assertThat(transformed.once().outputs().values().stream()
                        .map(value -> value.shape().toString()))
                .as("weights of 5 and of 4 outputs, and the first one's bias")
                .containsExactlyInAnyOrder("[16, 8, 3]", "[16, 8, 5]", "[5]");
        try (var session = Session.open("reference", 3);
                var other = Session.open("reference", 3)) {
            float[] expected = answers(session, plain, pictures());
            float[] given = answers(other, transformed, pictures());
            assertThat(given).hasSameSizeAs(expected);
            for (int i = 0; i < given.length; i++) {
                assertThat(given[i]).isCloseTo(expected[i], within(1e-5f));
            }
        }
    }

    @Test
    void aReluJoinsThem() {
        Graph graph = ForwardGraph.of(model(), DType.FLOAT32, PICTURE);
        Graph joined =
                RectifyConvolutions.run(Preparation.of(graph, node -> true).rest());
        assertThat(count(joined, WinogradConvolution.RECTIFIED)).isOne();
        assertThat(count(joined, WinogradConvolution.INSTANCE)).isOne();
    }

    @Test
    void notForASessionThatRoundsFactors() {
        Graph graph = ForwardGraph.of(model(), DType.FLOAT32, PICTURE);
        try (var session = Session.open("reference", 3, Precision.BFLOAT16)) {
            assertThat(count(session.prepare(graph).rest(), WinogradConvolution.INSTANCE))
                    .isZero();
        }
    }
}
