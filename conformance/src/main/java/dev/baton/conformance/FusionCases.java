package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Elementwise chains that a compiler fuses, with views in their operands, several results, and reductions between. */
final class FusionCases {

    private static final String GROUP = "elementwise chains";

    /** A few roundings each; what cancels is judged by the largest element. */
    private static final Tolerance NEAR = Tolerance.ofLargest(2e-6);

    private FusionCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        long[][] shapes = {{}, {0}, {1}, {7}, {64}, {3, 5}, {33, 129}, {2, 3, 4099}, {1, 1, 5}};
        for (long[] shape : shapes) {
            onOneShape(cases, shape);
        }
        views(cases);
        reductions(cases);
        types(cases);
        return cases;
    }

    private static void add(List<Case> cases, String name, Chain.Body body, Argument... in) {
        String shapes =
                String.join(", ", List.of(in).stream().map(Argument::toString).toList());
        cases.add(Chain.of(GROUP, name + " (" + shapes + ")", NEAR, body, in));
    }

    private static void onOneShape(List<Case> cases, long[] shape) {
        Argument x = Shapes.floats(shape);
        add(cases, "multiply and add", in -> List.of(in[0].multiply(in[1]).add(in[2])), x, x, x);
        add(cases, "gelu", in -> List.of(in[0].gelu()), x);
        add(
                cases,
                "long",
                in -> {
                    Tensor value = in[0];
                    for (int i = 0; i < 40; i++) {
                        value = value.multiply(0.9).add(in[1].tanh()).sigmoid();
                    }
                    return List.of(value);
                },
                x,
                x);
        add(
                cases,
                "every step handed out",
                in -> {
                    Tensor a = in[0].add(in[1]);
                    Tensor b = a.tanh();
                    Tensor c = b.multiply(a);
                    return List.of(a, b, c, c.subtract(in[0]));
                },
                x,
                x);
        add(
                cases,
                "one value handed out twice",
                in -> {
                    Tensor a = in[0].exp();
                    return List.of(a, a, a.multiply(2));
                },
                x);
        add(
                cases,
                "an operand read last",
                in -> {
                    // The first result may not lie where an argument does that the second still reads.
                    Tensor a = in[0].multiply(in[1]);
                    Tensor b = a.add(in[0]);
                    Tensor c = b.multiply(in[1]);
                    return List.of(c.add(a));
                },
                x,
                x);
        add(
                cases,
                "many operands",
                in -> {
                    Tensor sum = in[0];
                    for (int i = 1; i < in.length; i++) {
                        sum = sum.add(in[i].multiply(i));
                    }
                    return List.of(sum);
                },
                x,
                x,
                x,
                x,
                x,
                x,
                x,
                x,
                x,
                x,
                x,
                x);
    }

    private static void views(List<Case> cases) {
        Argument wide = Shapes.floats(67, 35);
        Argument row = Shapes.floats(35);
        Argument column = Shapes.floats(67, 1);
        Argument turned = Shapes.floats(35, 67);
        add(cases, "row and column", in -> List.of(in[0].multiply(in[1]).add(in[2])), wide, row, column);
        add(cases, "outer product", in -> List.of(in[0].multiply(in[1]).tanh()), row, column);
        add(cases, "scalar", in -> List.of(in[0].multiply(in[1]).add(in[1])), wide, Shapes.floats());
        add(
                cases,
                "transposed operand",
                in -> List.of(in[0].add(in[1].transpose(1, 0)).exp()),
                wide,
                turned);
        add(cases, "transposed result", in -> List.of(in[0].add(1).transpose(1, 0), in[0].add(1)), wide);
        add(
                cases,
                "itself and itself transposed",
                in -> List.of(in[0].multiply(in[0].transpose(1, 0))),
                Shapes.floats(33, 33));
        add(
                cases,
                "computed and turned",
                in -> List.of(in[0].exp().transpose(1, 0).add(in[1])),
                wide,
                turned);
        add(cases, "reshaped between", in -> List.of(in[0].exp().reshape(5, 469).add(in[1])), wide, Shapes.floats(469));
        add(
                cases,
                "reshaped and turned",
                in -> List.of(in[0].transpose(1, 0).reshape(67, 35).add(in[0])),
                wide);
        add(
                cases,
                "rank 4",
                in -> List.of(in[0].transpose(0, 2, 3, 1).add(in[1]).relu().transpose(0, 3, 1, 2)),
                Shapes.floats(2, 3, 5, 7),
                Shapes.floats(3));
        // The turned one is moved for the sake of the reshape, and is then read along with what it was moved from.
        add(
                cases,
                "turned and plain in one sum",
                in -> {
                    Tensor computed = in[0].exp();
                    Tensor turnedOne = computed.transpose(1, 0);
                    return List.of(turnedOne.reshape(33 * 33).multiply(in[1]), turnedOne.add(computed.negate()));
                },
                Shapes.floats(33, 33),
                Shapes.floats(33 * 33));
        add(
                cases,
                "only views",
                in -> List.of(in[0].reshape(35, 67).transpose(1, 0).reshape(67 * 35)),
                wide);
        add(cases, "nothing along one side", in -> List.of(in[0].add(in[1])), Shapes.floats(0, 5), Shapes.floats(5));
    }

    private static void reductions(List<Case> cases) {
        Argument x = Shapes.floats(35, 67);
        add(
                cases,
                "softmax",
                in -> {
                    Tensor exponential =
                            in[0].subtract(in[0].max(1).reshape(35, 1)).exp();
                    return List.of(exponential.divide(exponential.sum(1).reshape(35, 1)));
                },
                x);
        add(
                cases,
                "normalized rows",
                in -> {
                    Tensor centred = in[0].subtract(in[0].mean(1).reshape(35, 1));
                    Tensor deviation = centred.square().mean(1).add(1e-5).sqrt();
                    return List.of(centred.divide(deviation.reshape(35, 1))
                            .multiply(in[1])
                            .add(in[2]));
                },
                x,
                Shapes.floats(67),
                Shapes.floats(67));
        add(
                cases,
                "normalized columns",
                in -> {
                    Tensor centred = in[0].subtract(in[0].mean(0));
                    return List.of(centred.divide(centred.square().mean(0).sqrt()), in[0].mean(0));
                },
                x);
        add(cases, "mean of all", in -> List.of(in[0].square().mean()), x);
        add(
                cases,
                "sum of a transposed",
                in -> List.of(
                        in[0].transpose(1, 0).sum(1),
                        in[0].transpose(1, 0).tanh().sum(0)),
                x);
        add(
                cases,
                "sum of a repeated",
                in -> List.of(in[0].broadcast(Shape.of(35, 67)).sum(0)),
                Shapes.floats(67));
        add(
                cases,
                "largest and where",
                in -> List.of(in[0].max(1), in[0].argmax(1), in[0].abs().argmax(0)),
                x);
        // Axes that lie apart are brought together by a transposition, which does not read element by element.
        Argument cube = Shapes.floats(5, 5, 5);
        add(
                cases,
                "sum of a computed cube over outer axes",
                in -> List.of(in[0].exp().sum(0, 2)),
                cube);
        add(
                cases,
                "sum of a computed cube that is kept",
                in -> {
                    Tensor kept = in[0].exp();
                    return List.of(kept.sum(0, 2), kept.max(0, 2), kept);
                },
                cube);
        add(
                cases,
                "two results where one operand was",
                in -> {
                    Tensor operand = in[0].sum(0);
                    Tensor first = operand.tanh();
                    Tensor second = operand.sigmoid();
                    return List.of(first.sum(1), first.max(0), second.sum(1), second.max(0));
                },
                Shapes.floats(3, 17, 33));
        add(
                cases,
                "sum, kept for later",
                in -> {
                    Tensor sum = in[0].sum(0);
                    return List.of(sum, in[0].subtract(sum).sum(1), sum.square());
                },
                x);
    }

    private static void types(List<Case> cases) {
        Argument x = Shapes.floats(5, 67);
        Argument whole = Shapes.argument(DType.INT32, Fill.WHOLE, Shape.of(5, 67));
        add(cases, "comparison and choice", in -> List.of(in[0].lessThan(in[1]).select(in[0].exp(), in[1])), x, x);
        add(
                cases,
                "truth handed out",
                in -> {
                    Tensor smaller = in[0].lessThan(in[1]);
                    return List.of(smaller, smaller.cast(DType.FLOAT32).multiply(in[0]), smaller.cast(DType.INT32));
                },
                x,
                x);
        add(
                cases,
                "logic",
                in -> List.of(in[0].lessThan(in[1])
                        .apply(Primitive.NOT, Attributes.none())
                        .cast(DType.INT64)),
                x,
                x);
        add(
                cases,
                "whole numbers",
                in -> List.of(
                        in[0].add(in[1]).multiply(in[0]),
                        in[0].cast(DType.FLOAT32).divide(7)),
                whole,
                whole);
        add(cases, "cut", in -> List.of(in[0].multiply(10).cast(DType.INT32).add(in[1])), x, whole);
        add(
                cases,
                "wide whole numbers",
                in -> List.of(in[0].cast(DType.INT64).add(in[1])),
                whole,
                Shapes.argument(DType.INT64, Fill.LONG, Shape.of(67)));
    }
}
