package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.RmsNormalization;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Values of which a part is read, far behind where they are computed: the compiler leaves out the rest on the way. */
final class PartCases {

    private static final String GROUP = "parts";

    private static final Tolerance NEAR = Tolerance.ofLargest(1e-5).orAbsolute(1e-5);

    private PartCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        rows(cases);
        attention(cases);
        block(cases);
        movements(cases);
        return cases;
    }

    private static Tensor slice(Tensor x, int axis, long from, long to) {
        return x.slice(axis, from, to);
    }

    private static Tensor norm(Composite operation, Tensor... in) {
        var attributes = Attributes.of(LayerNormalization.DIMENSIONS, 1L).with(LayerNormalization.EPSILON, 1e-5);
        var values = Stream.of(in).map(Tensor::value).toList();
        var emit = new Emitter(in[0].graph());
        return Tensor.of(
                in[0].graph(), emit.builder().add(operation, values, attributes).output(0));
    }

    /** A layer on x: a product, a bias, an activation, and x itself. */
    private static Tensor layer(Tensor[] in) {
        return in[0].matmul(in[1]).add(in[2]).gelu().add(in[0]);
    }

    /** The first, the last and a row in the middle, of one axis and of two, of matrices and of batches of them. */
    private static void rows(List<Case> cases) {
        Argument weight = Shapes.floats(33, 33);
        Argument bias = Shapes.floats(33);
        long[][] shapes = {{7, 33}, {1, 9, 33}, {3, 67, 33}, {2, 3, 5, 33}};
        for (long[] sizes : shapes) {
            Argument x = Shapes.floats(sizes);
            for (int axis = 0; axis < sizes.length; axis++) {
                int along = axis;
                for (long from : LongStream.of(0, sizes[axis] / 2, sizes[axis] - 1)
                        .distinct()
                        .toArray()) {
                    cases.add(Chain.of(
                            GROUP,
                            "%s along %d from %d".formatted(Shape.of(sizes), axis, from),
                            NEAR,
                            in -> List.of(slice(
                                            norm(LayerNormalization.FORWARD, layer(in), in[2], in[2]),
                                            along,
                                            from,
                                            from + 1)
                                    .tanh()),
                            x,
                            weight,
                            bias));
                }
            }
        }
        Argument x = Shapes.floats(3, 67, 33);
        cases.add(Chain.of(
                GROUP,
                "one part in another",
                NEAR,
                in -> List.of(slice(
                        slice(norm(RmsNormalization.FORWARD, layer(in), in[2]), 1, 40, 47)
                                .exp(),
                        0,
                        1,
                        3)),
                x,
                weight,
                bias));
        cases.add(Chain.of(
                GROUP,
                "several parts",
                NEAR,
                in -> {
                    Tensor y = layer(in);
                    return List.of(
                            slice(y, 1, 4, 5),
                            slice(y, 1, 9, 11).tanh(),
                            slice(y, 2, 3, 4).sum(1));
                },
                x,
                weight,
                bias));
        cases.add(Chain.of(
                GROUP,
                "a part beside the whole",
                NEAR,
                in -> {
                    Tensor y = layer(in);
                    return List.of(slice(y, 1, 66, 67).exp(), y.sum(2));
                },
                x,
                weight,
                bias));
    }

    /** Of queries, keys and values in one, and of three, with what else says where a query may look. */
    private static void attention(List<Case> cases) {
        Argument packed = Shapes.floats(2, 67, 3, 3, 8);
        Argument each = Shapes.floats(2, 3, 67, 8);
        Argument lengths = Shapes.argument(DType.INT32, Fill.values("lengths", 40, 70), Shape.of(2));
        Argument mask = Shapes.argument(DType.BOOL, Fill.TRUTH, Shape.of(2, 1, 67, 67));
        for (long query : new long[] {0, 30, 66}) {
            for (boolean isMasked : new boolean[] {false, true}) {
                cases.add(Chain.of(
                        GROUP,
                        "query " + query + (isMasked ? " of masked attention" : " of attention"),
                        NEAR,
                        in -> {
                            Attention causal = Attention.causal();
                            Attention full = Attention.full();
                            if (isMasked) {
                                causal = causal.mask(in[5]).lengths(in[4]);
                                full = full.mask(in[5]).lengths(in[4]);
                            }
                            return List.of(
                                    slice(causal.ofPacked(in[0]), 1, query, query + 1),
                                    slice(full.ofPacked(in[0].multiply(2)), 1, query / 2, query / 2 + 3),
                                    slice(causal.of(in[1], in[2], in[3]), 2, query, query + 1),
                                    slice(full.of(in[1].tanh(), in[2], in[3]), 2, query, query + 1));
                        },
                        packed,
                        each,
                        each,
                        each,
                        lengths,
                        mask));
            }
        }
    }

    /** What a model of text computes for its last token. */
    private static void block(List<Case> cases) {
        for (long examples : new long[] {1, 3}) {
            cases.add(Chain.of(
                    GROUP,
                    "the last token of " + examples,
                    NEAR,
                    in -> {
                        Tensor x = in[0];
                        Tensor qkv = norm(LayerNormalization.FORWARD, x, in[5], in[5])
                                .matmul(in[1]);
                        Tensor attended = Attention.causal().ofPacked(qkv.reshape(examples, 13, 3, 2, 8));
                        Tensor y = x.add(
                                attended.reshape(examples, 13, 16).matmul(in[2]).add(in[5]));
                        Tensor wide = norm(LayerNormalization.FORWARD, y, in[5], in[5])
                                .matmul(in[3])
                                .gelu();
                        Tensor z = y.add(wide.matmul(in[4]));
                        return List.of(slice(z.softmax(2), 1, 12, 13)
                                .reshape(examples, 16)
                                .argmax(1));
                    },
                    Shapes.floats(examples, 13, 16),
                    Shapes.floats(16, 48),
                    Shapes.floats(16, 16),
                    Shapes.floats(16, 40),
                    Shapes.floats(40, 16),
                    Shapes.floats(16)));
        }
    }

    private static void movements(List<Case> cases) {
        cases.add(Chain.of(
                GROUP,
                "parts of what is moved",
                NEAR,
                in -> {
                    Tensor x = in[0].tanh();
                    Tensor rows = x.sum(2).softmax(1);
                    return List.of(
                            slice(slice(x.matmul(x.transpose(0, 2, 1)), 1, 1, 2), 2, 3, 5),
                            slice(rows.exp(), 0, 2, 3),
                            slice(x.mean(1).broadcast(Shape.of(4, 3, 8)).exp(), 1, 0, 1),
                            slice(
                                    x.reshape(3, 3, 2, 8)
                                            .transpose(0, 2, 1, 3)
                                            .exp()
                                            .reshape(3, 48),
                                    1,
                                    24,
                                    48),
                            slice(x.reshape(18, 8).exp().reshape(3, 6, 8).add(in[0]), 1, 5, 6),
                            slice(x.transpose(1, 0, 2).exp(), 0, 2, 4),
                            slice(x.argmax(2).cast(DType.FLOAT32).exp(), 1, 1, 2));
                },
                Shapes.floats(3, 6, 8)));
    }
}
