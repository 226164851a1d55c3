package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Values that come from nowhere: inputs, variables, constants, counts, random numbers. */
final class LeafCases {

    private static final String GROUP = "leaves";

    private LeafCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (DType dtype : DType.values()) {
            for (Shape shape : Shapes.FEW) {
                var type = new TensorType(dtype, shape);
                cases.add(leaf(Primitive.INPUT, type, (builder, fill) -> builder.input("x", type)));
                cases.add(leaf(
                        Primitive.VARIABLE,
                        type,
                        (builder, fill) -> builder.variable("x", type, seed -> fill.array(type, 1, 0))));
                cases.add(leaf(
                        Primitive.CONSTANT,
                        type,
                        (builder, fill) -> new Emitter(builder).constant(fill.array(type, 1, 0))));
            }
        }
        for (DType dtype : List.of(DType.FLOAT32, DType.INT32, DType.INT64)) {
            for (Shape shape : List.of(Shape.scalar(), Shape.of(0, 3), Shape.of(37, 5))) {
                var attributes = Attributes.of("shape", shape).with("dtype", dtype.name());
                cases.add(Case.of(GROUP, Primitive.SIZE, attributes, Tolerance.EXACT));
            }
            for (long length : new long[] {0, 1, 33}) {
                var attributes = Attributes.of("shape", Shape.of(length)).with("dtype", dtype.name());
                cases.add(Case.of(GROUP, Primitive.IOTA, attributes, Tolerance.EXACT));
            }
        }
        random(cases);
        return cases;
    }

    /** One leaf, handed out as it is. */
    private static Case leaf(Primitive leaf, TensorType type, BiFunction<GraphBuilder, Fill, Value> make) {
        Fill fill = type.dtype() == DType.FLOAT32 ? Fill.SPECIAL_COLUMNS : Shapes.usual(type.dtype());
        return new Case(
                GROUP,
                leaf.label() + " " + type,
                leaf,
                () -> {
                    var builder = new GraphBuilder();
                    builder.output("x", make.apply(builder, fill));
                    return builder.build();
                },
                Map.of("x", fill),
                1,
                Tolerance.SAME_BITS);
    }

    /** Every bit is laid down, so every backend gives the same ones. */
    private static void random(List<Case> cases) {
        var scalar = new TensorType(DType.INT64, Shape.scalar());
        // The upper words of both count: a seed of more than 32 bits, a step with a micro-step, negative ones.
        double[][] seedsAndSteps = {{0, 0}, {1, 1}, {0x1234_5678_9abcL, 7}, {42, 3L << 32 | 9}, {-1, -2}};
        for (double[] pair : seedsAndSteps) {
            for (long stream : new long[] {0, 1, 0xffff_ffffL}) {
                for (Shape shape : List.of(
                        Shape.scalar(), Shape.of(0), Shape.of(5), Shape.of(67, 33), Shape.of(1, 2, 1, 2, 3, 1, 2, 1))) {
                    cases.add(Case.of(
                            GROUP,
                            Primitive.RANDOM_UNIFORM,
                            Attributes.of("stream", stream).with("shape", shape),
                            Tolerance.EXACT,
                            new Argument(scalar, Fill.number(pair[0])),
                            new Argument(scalar, Fill.number(pair[1]))));
                }
            }
        }
    }
}
