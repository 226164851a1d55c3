package dev.baton.cost;

import dev.baton.DType;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Region;

/**
 * What the elements of a product take beside the product, where they are finished with before they are stored.
 *
 * @param row seconds an element where a row is added to each row, a bias
 * @param whole seconds an element for everything else, such as a sum with another array; functions come to it
 */
record Finishing(double row, double whole) {

    private static final double BUDGET = 0.03;
    private static final long ROWS = 1024;
    private static final long INNER = 192;
    private static final long COLUMNS = 384;

    /** Of a product alone, with a row that is added, and with another array. */
    static Finishing measure(Stopwatch stopwatch, Isolated values, Precision precision) {
        double alone = stopwatch.seconds(finished(values, precision, null), BUDGET);
        double row = stopwatch.seconds(finished(values, precision, Shape.of(COLUMNS)), BUDGET);
        double whole = stopwatch.seconds(finished(values, precision, Shape.of(ROWS, COLUMNS)), BUDGET);
        double elements = (double) ROWS * COLUMNS;
        return new Finishing(Math.max(0, row - alone) / elements, Math.max(0, whole - alone) / elements);
    }

    private static Graph finished(Isolated values, Precision precision, Shape added) {
        var graph = new GraphBuilder();
        var emit = new Emitter(graph);
        Value product = emit.matmul(
                values.variable(graph, new TensorType(DType.FLOAT32, Shape.of(ROWS, INNER)), 0),
                values.variable(graph, new TensorType(DType.FLOAT32, Shape.of(INNER, COLUMNS)), 1),
                false,
                false,
                precision == Precision.BFLOAT16);
        if (added != null) {
            Value addend = values.variable(graph, new TensorType(DType.FLOAT32, added), 2);
            product = emit.add(product, emit.broadcast(addend, Shape.of(ROWS, COLUMNS)));
        }
        graph.output("finished", product);
        return values.finished(graph);
    }

    /** Seconds, without those of functions. */
    double seconds(Region epilogue) {
        return epilogue.elements() * (addsRow(epilogue) ? row : whole);
    }

    static boolean addsRow(Region epilogue) {
        return epilogue.instructions().size() == 1
                && epilogue.instructions().get(0).operation() == Primitive.ADD
                && epilogue.outputs().size() == 1
                && epilogue.operands().stream()
                        .filter(operand -> !operand.isProduct())
                        .allMatch(operand -> operand.strides().stream()
                                .limit(operand.strides().size() - 1L)
                                .allMatch(stride -> stride == 0));
    }
}
