package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** What cuts, pads, joins, folds and gathers. */
final class StructureCases {

    private static final String GROUP = "structure";

    private StructureCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (DType dtype : DType.values()) {
            slices(cases, dtype);
            pads(cases, dtype);
            concats(cases, dtype);
            gathers(cases, dtype);
        }
        windows(cases);
        scatters(cases);
        views(cases);
        return cases;
    }

    private static Argument usual(DType dtype, long... sizes) {
        return Shapes.argument(dtype, Shapes.usual(dtype), Shape.of(sizes));
    }

    private static Case exact(Primitive primitive, Attributes attributes, Argument... in) {
        return Case.of(GROUP, primitive, attributes, Tolerance.SAME_BITS, in);
    }

    private static void slices(List<Case> cases, DType dtype) {
        long[][][] parts = {
            {{7}, {0}, {7}},
            {{7}, {3}, {4}},
            {{7}, {7}, {0}},
            {{5, 67}, {2, 0}, {1, 67}},
            {{5, 67}, {0, 66}, {5, 1}},
            {{3, 5, 7}, {1, 1, 2}, {2, 3, 5}},
            {{2, 2, 2, 2, 2, 2, 2, 3}, {0, 1, 0, 1, 0, 1, 0, 1}, {2, 1, 2, 1, 2, 1, 2, 2}}
        };
        for (long[][] part : parts) {
            var attributes = Attributes.of("starts", part[1]).with("shape", Shape.of(part[2]));
            cases.add(exact(Primitive.SLICE, attributes, usual(dtype, part[0])));
        }
    }

    private static void pads(List<Case> cases, DType dtype) {
        double number = dtype == DType.BOOL ? 1 : dtype.isFloating() ? -0.5 : -3;
        long[][][] around = {
            {{}, {}, {}},
            {{7}, {0}, {3}},
            {{0}, {2}, {1}},
            {{5, 67}, {1, 0}, {0, 2}},
            {{3, 0, 4}, {0, 1, 2}, {1, 1, 0}},
            {{2, 3, 5, 7}, {0, 0, 1, 1}, {0, 0, 1, 1}},
            {{1, 2, 1, 2, 1, 2, 1, 2}, {1, 0, 1, 0, 1, 0, 1, 1}, {0, 1, 0, 1, 0, 1, 0, 2}}
        };
        for (long[][] one : around) {
            var attributes =
                    Attributes.of("before", one[1]).with("after", one[2]).with("value", number);
            cases.add(exact(Primitive.PAD, attributes, usual(dtype, one[0])));
        }
        if (dtype.isFloating()) {
            var attributes = Attributes.of("before", new long[] {2}).with("after", new long[] {1});
            for (double special : new double[] {Double.NEGATIVE_INFINITY, Double.NaN, -0.0}) {
                cases.add(exact(Primitive.PAD, attributes.with("value", special), usual(dtype, 5)));
            }
        }
    }

    private static void concats(List<Case> cases, DType dtype) {
        cases.add(joined(0, usual(dtype, 5)));
        cases.add(joined(0, usual(dtype, 5), usual(dtype, 1), usual(dtype, 0), usual(dtype, 131)));
        cases.add(joined(0, usual(dtype, 2, 7), usual(dtype, 3, 7)));
        cases.add(joined(1, usual(dtype, 2, 7), usual(dtype, 2, 1), usual(dtype, 2, 64)));
        cases.add(joined(1, usual(dtype, 2, 3, 5), usual(dtype, 2, 4, 5)));
        cases.add(joined(3, usual(dtype, 2, 3, 1, 2), usual(dtype, 2, 3, 1, 1)));
        cases.add(joined(7, usual(dtype, 1, 2, 1, 2, 1, 2, 1, 2), usual(dtype, 1, 2, 1, 2, 1, 2, 1, 1)));
    }

    private static Case joined(long axis, Argument... in) {
        return exact(Primitive.CONCAT, Attributes.of("axis", axis), in);
    }

    private static void gathers(List<Case> cases, DType dtype) {
        var attributes = Attributes.of("outside", dtype.isFloating() ? Double.NaN : 0.0);
        long[][][] sizes = {
            {{5}, {3}},
            {{5, 7}, {4}},
            {{1, 1}, {1}},
            {{67, 130}, {2, 9}},
            {{3, 2, 5}, {}},
            {{4, 3}, {0, 2}},
            {{5, 2, 1, 3, 2}, {2, 1, 3, 1}}
        };
        for (long[][] one : sizes) {
            Fill rows = Fill.labels((int) one[0][0]);
            cases.add(exact(
                    Primitive.GATHER,
                    attributes,
                    usual(dtype, one[0]),
                    Shapes.argument(DType.INT32, rows, Shape.of(one[1]))));
        }
        Fill outside = Fill.values("some outside", 0, -1, 4, 5, 2, Integer.MAX_VALUE, Integer.MIN_VALUE);
        Argument indices = Shapes.argument(DType.INT32, outside, Shape.of(7));
        cases.add(exact(Primitive.GATHER, attributes, usual(dtype, 5, 3), indices));
        cases.add(exact(Primitive.GATHER, Attributes.of("outside", 1.0), usual(dtype, 5, 3), indices));
    }

    private static void scatters(List<Case> cases) {
        long[][][] sizes = {
            {{5}, {3}},
            {{5, 7}, {40}},
            {{1, 1}, {9}},
            {{67, 130}, {2, 99}},
            {{3, 2, 5}, {}},
            {{4, 3}, {0}},
            {{5, 2, 1, 3, 2}, {2, 1, 3, 1}}
        };
        for (long[][] one : sizes) {
            long[] table = one[0];
            long count = Shape.of(one[1]).size();
            long[] rows = LongStream.concat(
                            Arrays.stream(one[1]), Arrays.stream(table).skip(1))
                    .toArray();
            cases.add(scattered(
                    table, count, Shapes.argument(DType.INT32, Fill.labels((int) table[0]), Shape.of(one[1])), rows));
        }
        Fill outside = Fill.values("some outside", 0, -1, 4, 5, 2, Integer.MAX_VALUE, Integer.MIN_VALUE, 0);
        cases.add(scattered(new long[] {5, 3}, 8, Shapes.argument(DType.INT32, outside, Shape.of(8)), 8, 3));
    }

    private static Case scattered(long[] table, long terms, Argument indices, long... rows) {
        var attributes = Attributes.of("shape", Shape.of(table));
        return Case.of(
                GROUP,
                Primitive.SCATTER_ADD,
                attributes,
                Tolerance.ofLargest(1e-7 * Math.max(1, terms)),
                indices,
                Shapes.floats(rows));
    }

    private static void windows(List<Case> cases) {
        long[][][] all = {
            {{7}, {1}, {1}, {1}},
            {{7}, {3}, {1}, {1}},
            {{2, 9}, {3}, {2}, {1}},
            {{2, 9}, {3}, {1}, {4}},
            {{2, 3, 8, 9}, {3, 3}, {1, 1}, {1, 1}},
            {{2, 3, 8, 9}, {2, 2}, {2, 2}, {1, 1}},
            {{1, 2, 7, 11}, {3, 1}, {2, 3}, {2, 1}},
            {{2, 4, 5, 6}, {2, 1, 3}, {1, 2, 1}, {1, 1, 2}},
            {{1, 2, 4, 1, 6}, {2, 1, 3}, {1, 2, 1}, {1, 1, 2}}
        };
        for (long[][] one : all) {
            var attributes =
                    Attributes.of("kernel", one[1]).with("stride", one[2]).with("dilation", one[3]);
            cases.add(exact(Primitive.WINDOWS, attributes, Shapes.floats(one[0])));
            Shape cut = Primitive.WINDOWS
                    .infer(List.of(Shapes.floatType(one[0])), attributes)
                    .get(0)
                    .shape();
            var back = Attributes.of("shape", Shape.of(one[0]))
                    .with("stride", one[2])
                    .with("dilation", one[3]);
            cases.add(Case.of(GROUP, Primitive.FOLD, back, Tolerance.ofLargest(1e-6), Shapes.floats(cut.toArray())));
        }
    }

    private static void chain(List<Case> cases, String name, Chain.Body body, Argument... in) {
        cases.add(Chain.of(GROUP, name, Tolerance.ofLargest(3e-6), body, in));
    }

    /** Parts and windows as operands: of elementwise operations, reductions, products and each other. */
    private static void views(List<Case> cases) {
        Argument wide = Shapes.floats(33, 67);
        chain(cases, "parts in a sum", in -> List.of(in[0].slice(1, 1, 34).add(in[0].slice(1, 34, 67))), wide);
        chain(
                cases,
                "a part and the whole",
                in -> {
                    Tensor computed = in[0].exp();
                    return List.of(computed.slice(0, 3, 9).tanh(), computed.add(1));
                },
                wide);
        chain(
                cases,
                "a part of a turned",
                in -> List.of(
                        in[0].transpose(1, 0).slice(0, 5, 60).slice(1, 2, 31).tanh()),
                wide);
        chain(
                cases,
                "a part summed",
                in -> List.of(
                        in[0].slice(1, 3, 60).sum(1), in[0].slice(0, 3, 30).sum(0)),
                wide);
        chain(
                cases,
                "a part reshaped",
                in -> List.of(
                        in[0].slice(0, 3, 30).reshape(-1).add(1),
                        in[0].slice(1, 3, 30).reshape(-1).add(1)),
                wide);
        chain(
                cases,
                "products of parts",
                in -> {
                    Tensor left = in[0].slice(1, 1, 20);
                    Tensor right = in[0].slice(1, 20, 39);
                    return List.of(
                            left.matmul(right.transpose(1, 0)),
                            left.transpose(1, 0).matmul(right),
                            left.matmul(in[1].slice(0, 2, 21)).relu());
                },
                wide,
                Shapes.floats(23, 9));
        chain(
                cases,
                "heads of attention",
                in -> {
                    // [N, T, 3, heads, width] -> products over [N, heads, T, width], as views of one array.
                    Tensor split = in[0].reshape(2, 5, 3, 4, 7);
                    Tensor[] parts = new Tensor[3];
                    for (int i = 0; i < 3; i++) {
                        parts[i] = split.slice(2, i, i + 1).reshape(2, 5, 4, 7).transpose(0, 2, 1, 3);
                    }
                    Tensor scores = parts[0].matmul(parts[1].transpose(0, 1, 3, 2));
                    return List.of(scores.matmul(parts[2]).transpose(0, 2, 1, 3).reshape(2, 5, 28));
                },
                Shapes.floats(2, 5, 84));
        chain(
                cases,
                "a convolution",
                in -> {
                    Tensor padded = in[0].pad(2, 1, 1, 0).pad(3, 1, 1, 0);
                    var emit = new Emitter(padded.graph());
                    Tensor windows = Tensor.of(
                            padded.graph(),
                            emit.windows(padded.value(), new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}));
                    return List.of(
                            in[1].matmul(windows.transpose(1, 4, 5, 0, 2, 3).reshape(27, -1))
                                    .relu());
                },
                Shapes.floats(2, 3, 8, 7),
                Shapes.floats(5, 27));
        chain(
                cases,
                "joined and cut again",
                in -> {
                    Tensor joined = Tensor.concat(1, in[0].tanh(), in[0], in[0].exp());
                    return List.of(joined.slice(1, 67, 134).multiply(2), joined.sum(0));
                },
                wide);
        chain(
                cases,
                "padded with minus infinity",
                in -> List.of(in[0].pad(1, 2, 3, Double.NEGATIVE_INFINITY).max(1)),
                wide);
        chain(
                cases,
                "rows of a computed table",
                in -> List.of(in[0].tanh().rows(in[1]).add(1)),
                wide,
                Shapes.argument(DType.INT32, Fill.labels(33), Shape.of(3, 5)));
    }
}
