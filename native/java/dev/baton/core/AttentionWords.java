package dev.baton.core;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.AttentionMask;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.composite.RotaryEmbedding;
import dev.baton.graph.Attributes;
import dev.baton.graph.Operation;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import java.util.List;

/** The words of attention and of rotary embedding. */
final class AttentionWords {

    private static final long NONE = -1;

    private AttentionWords() {}

    /** Attention without caches, forward or backward, with queries, keys and values in three tensors or in one. */
    static void attention(Encoder out, Kernel.Whole kernel) {
        Operation operation = kernel.node().operation();
        if (operation == DotProductAttention.FORWARD) {
            forward(out, kernel);
        } else if (operation == DotProductAttention.BACKWARD) {
            backward(out, kernel);
        } else if (operation == PackedAttention.FORWARD) {
            packedForward(out, kernel);
        } else if (operation == PackedAttention.BACKWARD) {
            packedBackward(out, kernel);
        } else {
            packedQueries(out, kernel);
        }
    }

    private static void forward(Encoder out, Kernel.Whole kernel) {
        separate(out, kernel);
        heads(out, kernel.outputs().get(0), result(kernel));
        out.add(out.reference(kernel.outputs().get(1)));
    }

    private static void backward(Encoder out, Kernel.Whole kernel) {
        separate(out, kernel);
        List<Buffer> in = kernel.inputs();
        heads(out, in.get(3), result(kernel));
        out.add(out.reference(in.get(4)));
        heads(out, in.get(5), result(kernel));
        for (int i = 0; i < 3; i++) {
            heads(out, kernel.outputs().get(i), shape(kernel, i));
        }
    }

    /** What both passes begin with where queries, keys and values are three tensors. */
    private static void separate(Encoder out, Kernel.Whole kernel) {
        sizes(out, shape(kernel, 0), shape(kernel, 1).size(1), shape(kernel, 2).size(3), kernel);
        for (int i = 0; i < 3; i++) {
            heads(out, kernel.inputs().get(i), shape(kernel, i));
        }
        mask(out, kernel);
    }

    private static Shape result(Kernel.Whole kernel) {
        return shape(kernel, 0).with(3, shape(kernel, 2).dim(3));
    }

    private static void packedForward(Encoder out, Kernel.Whole kernel) {
        Shape each = shape(kernel, 0).without(2);
        sizes(out, each, each.size(1), each.size(3), kernel);
        packed(out, kernel.inputs().get(0), each);
        mask(out, kernel);
        heads(out, kernel.outputs().get(0), each);
        out.add(out.reference(kernel.outputs().get(1)));
    }

    private static void packedQueries(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        Shape each = shape(kernel, 0).without(2);
        Shape queries = each.with(1, Dim.of(attributes.integer(PackedQueries.QUERIES)));
        sizes(out, queries, attributes.integer(PackedQueries.KEYS), each.size(3), kernel);
        packed(out, kernel.inputs().get(0), each, attributes.integer(PackedQueries.FIRST));
        mask(out, kernel);
        heads(out, kernel.outputs().get(0), queries);
        out.add(out.reference(kernel.outputs().get(1)));
    }

    private static void packedBackward(Encoder out, Kernel.Whole kernel) {
        Shape each = shape(kernel, 0).without(2);
        sizes(out, each, each.size(1), each.size(3), kernel);
        List<Buffer> in = kernel.inputs();
        packed(out, in.get(0), each);
        mask(out, kernel);
        heads(out, in.get(1), each);
        out.add(out.reference(in.get(2)));
        heads(out, in.get(3), each);
        packed(out, kernel.outputs().get(0), each);
    }

    static void cached(Encoder out, Kernel.Whole kernel) {
        var operation = (CachedAttention) kernel.node().operation();
        int caches = operation.newInputs();
        boolean isPacked = caches == 1;
        Shape q = isPacked ? shape(kernel, 0).without(2) : shape(kernel, 0);
        Shape keys = shape(kernel, caches);
        long valueWidth = shape(kernel, caches + 1).size(3);
        out.add(keys.size(0), q.size(0), q.size(2), q.size(1), keys.size(2), q.size(3), valueWidth);
        out.real(kernel.node().attributes().number(DotProductAttention.SCALE));
        if (isPacked) {
            packed(out, kernel.inputs().get(0), q);
        } else {
            for (int i = 0; i < 3; i++) {
                heads(out, kernel.inputs().get(i), shape(kernel, i));
            }
        }
        for (int i = 0; i < 2; i++) {
            out.add(
                    out.reference(kernel.inputs().get(caches + i)),
                    out.reference(kernel.outputs().get(1 + i)));
        }
        out.add(out.reference(kernel.inputs().get(caches + 2)));
        heads(out, kernel.outputs().get(0), q.with(3, Dim.of(valueWidth)));
    }

    private static Shape shape(Kernel.Whole kernel, int input) {
        return kernel.node().input(input).shape();
    }

    /**
     * @param q [N, T, heads, W]
     */
    private static void sizes(Encoder out, Shape q, long keys, long valueWidth, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        out.add(q.size(0), q.size(2), q.size(1), keys, q.size(3), valueWidth);
        out.add(attributes.flag(AttentionMask.CAUSAL) ? 1 : 0);
        out.real(attributes.number(DotProductAttention.SCALE));
    }

    /** [N, T, heads, W] without gaps. */
    private static void heads(Encoder out, Buffer buffer, Shape shape) {
        long position = shape.size(2) * shape.size(3);
        out.add(out.reference(buffer), shape.size(1) * position, position, shape.size(3));
    }

    /** Three of [N, T, heads, W] in one of [N, T, 3, heads, W]. */
    private static void packed(Encoder out, Buffer buffer, Shape each) {
        packed(out, buffer, each, 0);
    }

    /**
     * The same.
     *
     * @param query the first one
     */
    private static void packed(Encoder out, Buffer buffer, Shape each, long query) {
        long one = each.size(2) * each.size(3);
        for (int i = 0; i < 3; i++) {
            long place = i == 0 ? 3 * query : i;
            // Of nothing, every part is where the whole is.
            long offset = each.size() == 0 ? 0 : place * one * DType.FLOAT32.bytes();
            out.add(out.reference(buffer) + offset, each.size(1) * 3 * one, 3 * one, each.size(3));
        }
    }

    private static void mask(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        List<Buffer> own = kernel.inputs()
                .subList(
                        kernel.inputs().size() - AttentionMask.inputs(attributes),
                        kernel.inputs().size());
        if (attributes.flag(AttentionMask.MASK)) {
            Shape mask = shape(kernel, kernel.inputs().size() - own.size());
            long query = mask.size(3);
            long head = mask.size(2) * query;
            long example = mask.size(1) * head;
            out.add(out.reference(own.get(0)));
            out.add(repeated(mask, 0, example), repeated(mask, 1, head), repeated(mask, 2, query));
        } else {
            out.add(NONE, 0, 0, 0);
        }
        out.add(attributes.flag(AttentionMask.LENGTHS) ? out.reference(own.get(own.size() - 1)) : NONE);
    }

    private static long repeated(Shape shape, int axis, long stride) {
        return shape.size(axis) == 1 ? 0 : stride;
    }

    static void rotary(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        Shape x = shape(kernel, 0);
        int axis = (int) attributes.integer(RotaryEmbedding.AXIS);
        out.add(size(x, 0, axis), x.size(axis), size(x, axis + 1, x.rank() - 1), x.size(-1));
        out.real(attributes.number(RotaryEmbedding.BASE));
        out.add(attributes.flag(RotaryEmbedding.NEIGHBOURS) ? 1 : 0, attributes.flag(RotaryEmbedding.BACK) ? 1 : 0);
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    private static long size(Shape shape, int from, int to) {
        return Shape.of(shape.dims().subList(from, to)).size();
    }
}
