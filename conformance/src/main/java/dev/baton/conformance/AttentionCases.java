package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AttentionMask;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.composite.RotaryAtPositions;
import dev.baton.composite.RotaryEmbedding;
import dev.baton.composite.TokenPositions;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Attention with everything that says where queries may look, and rotary embedding. */
final class AttentionCases {

    private static final String GROUP = "attention";

    private static final Tolerance NEAR = Tolerance.ofLargest(4e-6).orAbsolute(1e-6);

    /** Gradients add up over queries or keys, and their weights do not add up to 1 here. */
    private static final Tolerance OF_SUMS = Tolerance.ofLargest(1e-5).orAbsolute(1e-5);

    private record Sizes(long examples, long queries, long keys, long heads, long width, long valueWidth) {

        Argument q() {
            return Shapes.floats(examples, queries, heads, width);
        }

        Argument k() {
            return Shapes.floats(examples, keys, heads, width);
        }

        Argument v() {
            return Shapes.floats(examples, keys, heads, valueWidth);
        }

        Argument result() {
            return Shapes.floats(examples, queries, heads, valueWidth);
        }

        Argument logSumExp() {
            return Shapes.floats(Fill.between(1, 4), examples, heads, queries);
        }
    }

    /** Below, at and above a tile of scores, which may be 32 or 64 or another size. */
    private static final List<Sizes> SIZES = List.of(
            new Sizes(1, 1, 1, 1, 1, 1),
            new Sizes(2, 5, 7, 3, 4, 6),
            new Sizes(3, 64, 64, 2, 32, 32),
            new Sizes(1, 65, 131, 2, 8, 3),
            new Sizes(1, 130, 33, 1, 5, 16),
            new Sizes(0, 3, 3, 2, 4, 4));

    private AttentionCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Sizes sizes : SIZES) {
            for (boolean causal : new boolean[] {false, true}) {
                attention(cases, sizes, causal);
                attention(cases, sizes, causal, lengths(sizes));
                attention(cases, sizes, causal, mask(sizes.examples, sizes.heads, sizes.queries, sizes.keys));
                attention(cases, sizes, causal, mask(1, 1, sizes.queries, sizes.keys), lengths(sizes));
            }
        }
        Sizes several = SIZES.get(1);
        attention(cases, several, false, mask(several.examples, 1, 1, several.keys));
        attention(cases, several, false, mask(1, several.heads, 1, several.keys));
        attention(cases, several, true, mask(1, several.heads, several.queries, several.keys));
        packed(cases);
        layers(cases);
        rotary(cases);
        cached(cases);
        positions(cases);
        return cases;
    }

    /** One token and several, below, at and above a tile; sequences that begin before, in and behind their cache. */
    private static void cached(List<Case> cases) {
        record Cache(long rows, long examples, long tokens, long positions, long heads, long width, long valueWidth) {}
        for (Cache c : List.of(
                new Cache(1, 1, 1, 1, 1, 1, 1),
                new Cache(2, 2, 1, 9, 3, 4, 6),
                new Cache(5, 3, 1, 131, 2, 32, 32),
                new Cache(4, 4, 1, 70, 1, 17, 65),
                new Cache(3, 2, 5, 9, 3, 4, 6),
                new Cache(2, 2, 64, 64, 2, 16, 16),
                new Cache(2, 1, 67, 140, 2, 8, 3),
                new Cache(3, 0, 2, 5, 2, 4, 4))) {
            Argument q = Shapes.floats(c.examples, c.tokens, c.heads, c.width);
            Argument v = Shapes.floats(c.examples, c.tokens, c.heads, c.valueWidth);
            Argument keys = Shapes.floats(c.rows, c.heads, c.positions, c.width);
            Argument values = Shapes.floats(c.rows, c.heads, c.positions, c.valueWidth);
            Fill from = Fill.values("positions", c.positions / 2.0, c.positions - 1, 0, c.positions + 2, -2);
            Argument first = Shapes.argument(DType.INT32, from, Shape.of(c.examples));
            var attributes = Attributes.of(DotProductAttention.SCALE, 0.4);
            CompositeCases.both(cases, GROUP, CachedAttention.SEPARATE, attributes, NEAR, q, q, v, keys, values, first);
            Argument qkv = Shapes.floats(c.examples, c.tokens, 3, c.heads, c.width);
            CompositeCases.both(cases, GROUP, CachedAttention.PACKED, attributes, NEAR, qkv, keys, keys, first);
        }
    }

    /** What counts from positions; and three steps of sequences in caches that are variables. */
    private static void positions(List<Case> cases) {
        var rotary = Attributes.of(RotaryEmbedding.BASE, 100.0).with(RotaryAtPositions.CONTEXT, 9L);
        Argument first = Shapes.argument(DType.INT32, Fill.values("positions", 0, 3, 7, -2), Shape.of(4));
        for (boolean neighbours : new boolean[] {false, true}) {
            Attributes turned = rotary.with(RotaryEmbedding.NEIGHBOURS, neighbours);
            for (long axis : new long[] {1, 2}) {
                CompositeCases.both(
                        cases,
                        GROUP,
                        RotaryAtPositions.INSTANCE,
                        turned.with(RotaryEmbedding.AXIS, axis),
                        NEAR,
                        Shapes.floats(4, 3, 2, 6),
                        first);
            }
        }
        Argument one = Shapes.argument(DType.INT32, Fill.values("position", 4), Shape.of(1));
        Argument largest = Shapes.floats(1, 2, 1, 2, 1, 2, 3, 4);
        CompositeCases.both(
                cases, GROUP, RotaryAtPositions.INSTANCE, rotary.with(RotaryEmbedding.AXIS, 6L), NEAR, largest, one);
        for (long tokens : new long[] {1, 3}) {
            var shape = Attributes.of("shape", Shape.of(4, tokens));
            CompositeCases.both(cases, GROUP, TokenPositions.INSTANCE, shape, Tolerance.EXACT, first);
        }
        cases.add(new Case(
                GROUP,
                "cached attention of variables",
                null,
                () -> {
                    var builder = new GraphBuilder();
                    var type = Shapes.floatType(3, 2, 9, 4);
                    Value keys = builder.variable("keys", type, seed -> Fill.NORMAL.array(type, 0, 1));
                    Value values = builder.variable("values", type, seed -> Fill.NORMAL.array(type, 0, 2));
                    Value qkv = builder.input("qkv", Shapes.floatType(2, 2, 3, 2, 4));
                    Value from = builder.input("from", new TensorType(DType.INT32, Shape.of(2)));
                    var attributes = Attributes.of(DotProductAttention.SCALE, 0.7);
                    var node = builder.add(CachedAttention.PACKED, List.of(qkv, keys, values, from), attributes);
                    builder.output("result", node.output(0));
                    builder.assign(keys, node.output(1));
                    builder.assign(values, node.output(2));
                    return builder.build();
                },
                Map.of("qkv", Fill.NORMAL, "from", new Fill("steps", (i, step, random) -> 2.0 * step + i)),
                3,
                NEAR));
    }

    private static Argument mask(long... sizes) {
        return Shapes.argument(DType.BOOL, Fill.TRUTH, Shape.of(sizes));
    }

    private static Argument lengths(Sizes sizes) {
        Fill lengths = Fill.values("lengths", 2, 0, sizes.keys + 9, -3);
        return Shapes.argument(DType.INT32, lengths, Shape.of(sizes.examples));
    }

    private static Attributes attributes(boolean causal, Argument... mask) {
        var attributes = Attributes.of(DotProductAttention.SCALE, 0.4).with(AttentionMask.CAUSAL, causal);
        for (Argument one : mask) {
            boolean truths = one.type().dtype() == DType.BOOL;
            attributes = attributes.with(truths ? AttentionMask.MASK : AttentionMask.LENGTHS, true);
        }
        return attributes;
    }

    private static Argument[] with(Argument[] mask, Argument... first) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(mask)).toArray(Argument[]::new);
    }

    private static void attention(List<Case> cases, Sizes sizes, boolean causal, Argument... mask) {
        Attributes attributes = attributes(causal, mask);
        Argument[] forward = with(mask, sizes.q(), sizes.k(), sizes.v());
        CompositeCases.both(cases, GROUP, DotProductAttention.FORWARD, attributes, NEAR, forward);
        Argument[] backward =
                with(mask, sizes.q(), sizes.k(), sizes.v(), sizes.result(), sizes.logSumExp(), sizes.result());
        CompositeCases.both(cases, GROUP, DotProductAttention.BACKWARD, attributes, OF_SUMS, backward);
    }

    private static void packed(List<Case> cases) {
        for (Sizes sizes :
                List.of(new Sizes(1, 1, 1, 1, 1, 1), new Sizes(2, 7, 7, 3, 4, 4), new Sizes(2, 70, 70, 2, 16, 16))) {
            Argument qkv = Shapes.floats(sizes.examples, sizes.queries, 3, sizes.heads, sizes.width);
            for (boolean causal : new boolean[] {false, true}) {
                Argument[] mask = causal ? new Argument[0] : new Argument[] {lengths(sizes)};
                Attributes attributes = attributes(causal, mask);
                CompositeCases.both(cases, GROUP, PackedAttention.FORWARD, attributes, NEAR, with(mask, qkv));
                CompositeCases.both(
                        cases,
                        GROUP,
                        PackedAttention.BACKWARD,
                        attributes,
                        OF_SUMS,
                        with(mask, qkv, sizes.result(), sizes.logSumExp(), sizes.result()));
            }
            packedQueries(cases, sizes, qkv);
        }
    }

    /** The last query, and some in the middle with not all of the keys. */
    private static void packedQueries(List<Case> cases, Sizes sizes, Argument qkv) {
        for (boolean last : sizes.queries == 1 ? new boolean[] {true} : new boolean[] {false, true}) {
            long first = last ? sizes.queries - 1 : sizes.queries / 2;
            long count = last ? 1 : (sizes.queries + 3) / 4;
            long keys = last ? sizes.keys : sizes.keys / 2 + 1;
            for (Argument[] mask :
                    List.of(new Argument[0], new Argument[] {mask(sizes.examples, 1, count, keys)}, new Argument[] {
                        mask(1, sizes.heads, 1, keys), lengths(sizes)
                    })) {
                Attributes attributes = attributes(false, mask)
                        .with(PackedQueries.FIRST, first)
                        .with(PackedQueries.QUERIES, count)
                        .with(PackedQueries.KEYS, keys);
                CompositeCases.both(cases, GROUP, PackedQueries.INSTANCE, attributes, NEAR, with(mask, qkv));
            }
        }
    }

    /** Forward and backward together, of heads before positions, with scores that make the softmax steep. */
    private static void layers(List<Case> cases) {
        cases.add(Chain.of(
                GROUP,
                "attention and its gradients",
                OF_SUMS,
                in -> {
                    Tensor result = Attention.causal().scale(3).of(in[0], in[1], in[2]);
                    Tensor loss = result.multiply(in[3]).sum();
                    var by = List.of(in[0].value(), in[1].value(), in[2].value());
                    var results = new ArrayList<>(List.of(result));
                    Gradients.of(new Emitter(loss.graph()), loss.value(), by)
                            .forEach(gradient -> results.add(Tensor.of(loss.graph(), gradient)));
                    return results;
                },
                Shapes.floats(2, 3, 67, 8),
                Shapes.floats(2, 3, 67, 8),
                Shapes.floats(2, 3, 67, 8),
                Shapes.floats(2, 3, 67, 8)));
        cases.add(Chain.of(
                GROUP,
                "attention of views",
                NEAR,
                in -> List.of(Attention.full()
                        .of(in[0].slice(3, 1, 5), in[1].broadcast(Shape.of(2, 3, 5, 4)), in[2].transpose(0, 1, 3, 2))),
                Shapes.floats(2, 3, 7, 6),
                Shapes.floats(2, 1, 5, 1),
                Shapes.floats(2, 3, 4, 5)));
    }

    private static void rotary(List<Case> cases) {
        long[][] sizes = {{1, 2}, {5, 4}, {3, 67, 6}, {2, 3, 9, 32}, {2, 0, 4}, {1, 2, 1, 2, 3, 1, 2}};
        for (long[] one : sizes) {
            for (int axis = 0; axis < one.length - 1; axis++) {
                var attributes =
                        Attributes.of(RotaryEmbedding.AXIS, (long) axis).with(RotaryEmbedding.BASE, 10_000.0);
                for (boolean neighbours : new boolean[] {false, true}) {
                    for (boolean back : new boolean[] {false, true}) {
                        CompositeCases.both(
                                cases,
                                GROUP,
                                RotaryEmbedding.INSTANCE,
                                attributes
                                        .with(RotaryEmbedding.NEIGHBOURS, neighbours)
                                        .with(RotaryEmbedding.BACK, back),
                                NEAR,
                                Shapes.floats(one));
                    }
                }
            }
        }
        var largest = Attributes.of(RotaryEmbedding.AXIS, 6L).with(RotaryEmbedding.BASE, 100.0);
        CompositeCases.both(
                cases, GROUP, RotaryEmbedding.INSTANCE, largest, NEAR, Shapes.floats(1, 2, 1, 2, 1, 2, 3, 4));
    }
}
