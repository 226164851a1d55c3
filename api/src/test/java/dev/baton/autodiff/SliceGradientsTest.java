package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What arrives at slices of one value, wherever they lie, arrives at the value. */
class SliceGradientsTest {

    private static final int ROWS = 5;
    private static final int COLUMNS = 7;

    record Part(int row, int column, int rows, int columns) {
        boolean covers(int i, int j) {
            return i >= row && i < row + rows && j >= column && j < column + columns;
        }
    }

    /**
     * @param paddings how many slices are padded to the whole; 0 where they are joined
     */
    record Case(String name, int paddings, boolean also, Part... parts) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("one", 1, false, new Part(0, 2, 5, 3)),
                new Case("all columns, last first", 0, false, columns(4, 3), columns(1, 3), columns(0, 1)),
                new Case("columns with gaps", 0, false, columns(1, 2), columns(5, 1)),
                new Case("columns and a use of the whole", 0, true, columns(0, 2), columns(2, 5)),
                new Case("columns, one of them twice", 0, false, columns(0, 2), columns(2, 5), columns(0, 2)),
                new Case("rows", 0, false, new Part(0, 0, 2, 7), new Part(3, 0, 1, 7)),
                new Case("overlapping columns", 2, false, columns(0, 3), columns(2, 4)),
                new Case("columns of equal starts", 2, false, columns(1, 3), columns(1, 4)),
                new Case("rows and columns", 2, true, new Part(0, 0, 2, 7), columns(3, 2)),
                new Case("corners", 2, false, new Part(0, 0, 2, 2), new Part(3, 3, 2, 4)));
    }

    private static Part columns(int from, int count) {
        return new Part(0, from, ROWS, count);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void arriveWhereTheyWereCut(Case tried) {
        var builder = new GraphBuilder();
        var emit = new Emitter(builder);
        Value x = builder.input("x", new TensorType(DType.FLOAT64, Shape.of(ROWS, COLUMNS)));
        Value loss = emit.mul(emit.sumAll(x), tried.also() ? 0.25 : 0);
        for (int i = 0; i < tried.parts().length; i++) {
            Part part = tried.parts()[i];
            Value cut = emit.slice(x, new long[] {part.row(), part.column()}, Shape.of(part.rows(), part.columns()));
            loss = emit.add(loss, emit.mul(emit.sumAll(emit.mul(cut, cut)), i + 1));
        }
        builder.output("gradient", Gradients.of(emit, loss, List.of(x)).get(0));
        Graph graph = builder.build();
        assertThat(graph.nodes().stream().filter(node -> node.is(Primitive.PAD)))
                .hasSize(tried.paddings());

        double[] values = new Random(1).doubles(ROWS * COLUMNS, -2, 2).toArray();
        double[] gradient = new Interpreter(graph, Interpreter.Precision.DOUBLE)
                .run(Map.of("x", values), Map.of())
                .outputs()
                .get("gradient");
        for (int element = 0; element < values.length; element++) {
            double expected = tried.also() ? 0.25 : 0;
            for (int i = 0; i < tried.parts().length; i++) {
                if (tried.parts()[i].covers(element / COLUMNS, element % COLUMNS)) {
                    expected += 2 * (i + 1) * values[element];
                }
            }
            assertThat(gradient[element]).as("element %d", element).isCloseTo(expected, within(1e-12));
        }
    }
}
