package dev.baton.compiler;

import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.program.Strides;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a value can be read without moving it: movements are other strides into the same memory. */
final class Views {

    /**
     * @param root the value whose memory is read
     * @param offset elements from its start to the first one that is read
     * @param strides into it, for the shape of the value that is viewed
     */
    record View(Value root, long offset, List<Long> strides) {

        /** Whether this reads all of the root, as a value of the given sizes, in order. */
        boolean isWhole(List<Long> sizes) {
            return offset == 0
                    && Strides.isRowMajor(sizes, strides)
                    && sizes.stream().reduce(1L, (a, b) -> a * b)
                            == root.shape().size();
        }
    }

    private final Map<Value, View> views = new HashMap<>();
    private final Set<Value> materialized = new HashSet<>();

    /** Gives a movement's result memory of its own. Before the first {@link #of}. */
    void materialize(Value value) {
        materialized.add(value);
        views.clear();
    }

    /** Whether this node computes something, and is not a mere view. */
    boolean hasMemory(Value value) {
        return of(value).root().equals(value);
    }

    /** Whether a node puts elements elsewhere: what it computes at one element it reads at another. */
    static boolean moves(Node node) {
        return node.is(Primitive.Kind.MOVEMENT) && !node.is(Primitive.RESHAPE);
    }

    View of(Value value) {
        View known = views.get(value);
        if (known == null) {
            known = find(value);
            views.put(value, known);
        }
        return known;
    }

    private View find(Value value) {
        View own = new View(value, 0, Strides.rowMajor(sizes(value)));
        View through = materialized.contains(value) ? null : through(value.node());
        return through == null ? own : through;
    }

    /** How a movement's input is viewed as its result; null for other nodes, or if it must be moved. */
    View through(Node node) {
        if (!node.is(Primitive.Kind.MOVEMENT)) {
            return null;
        }
        View from = of(node.input(0));
        return switch ((Primitive) node.operation()) {
            case TRANSPOSE -> {
                int[] axes = node.attributes().axes("axes");
                yield new View(
                        from.root(),
                        from.offset(),
                        Arrays.stream(axes).mapToObj(from.strides()::get).toList());
            }
            case BROADCAST -> broadcast(node.output(0), from);
            case RESHAPE -> reshape(node.output(0), from);
            case SLICE -> slice(node, from);
            case WINDOWS -> windows(node, from);
            default -> throw new IllegalStateException(node.operation().label() + " is no movement");
        };
    }

    private static View slice(Node node, View from) {
        if (sizes(node.input(0)).contains(0L)) {
            // Of nothing, no element is the first: a place beyond the end would be no place.
            return from;
        }
        long[] starts = node.attributes().get("starts", long[].class);
        long offset = from.offset();
        for (int i = 0; i < starts.length; i++) {
            offset += starts[i] * from.strides().get(i);
        }
        return new View(from.root(), offset, from.strides());
    }

    /** Steps from window to window, then within one. */
    private static View windows(Node node, View from) {
        long[] stride = node.attributes().get("stride", long[].class);
        long[] dilation = node.attributes().get("dilation", long[].class);
        var strides = new ArrayList<>(from.strides());
        int first = strides.size() - stride.length;
        for (int i = 0; i < stride.length; i++) {
            strides.set(first + i, from.strides().get(first + i) * stride[i]);
            strides.add(from.strides().get(first + i) * dilation[i]);
        }
        return new View(from.root(), from.offset(), strides);
    }

    private static View broadcast(Value value, View from) {
        List<Long> before = sizes(value.node().input(0));
        List<Long> after = sizes(value);
        int leading = after.size() - before.size();
        var strides = new ArrayList<Long>();
        for (int i = 0; i < after.size(); i++) {
            boolean repeats = i < leading || before.get(i - leading) == 1;
            strides.add(repeats ? 0L : from.strides().get(i - leading));
        }
        return new View(from.root(), from.offset(), strides);
    }

    /**
     * Dimensions that lie without gaps among each other can be joined and cut anew; null where others would have to be.
     */
    private static View reshape(Value value, View from) {
        List<Long> before = sizes(value.node().input(0));
        List<Long> after = sizes(value);
        if (Strides.isRowMajor(before, from.strides()) || after.contains(0L)) {
            return new View(from.root(), from.offset(), Strides.rowMajor(after));
        }
        var strides = new ArrayList<>(Collections.nCopies(after.size(), 0L));
        int oldStart = 0;
        int newStart = 0;
        while (newStart < after.size()) {
            // The smallest groups of dimensions, old and new, that hold equally many elements.
            int oldEnd = oldStart;
            int newEnd = newStart;
            long held = 1;
            long wanted = 1;
            do {
                if (wanted <= held && newEnd < after.size()) {
                    wanted *= after.get(newEnd++);
                } else {
                    held *= before.get(oldEnd++);
                }
            } while (held != wanted);
            Long step = step(before.subList(oldStart, oldEnd), from.strides().subList(oldStart, oldEnd));
            if (step == null) {
                return null;
            }
            for (int i = newEnd - 1; i >= newStart; i--) {
                strides.set(i, step);
                step *= after.get(i);
            }
            oldStart = oldEnd;
            newStart = newEnd;
        }
        return new View(from.root(), from.offset(), strides);
    }

    /** The distance between neighbours of dimensions that can be counted through as one; null where there is none. */
    static Long step(List<Long> sizes, List<Long> strides) {
        long step = 0;
        long next = -1;
        for (int i = sizes.size() - 1; i >= 0; i--) {
            if (sizes.get(i) == 1) {
                continue;
            }
            if (next < 0) {
                step = strides.get(i);
            } else if (strides.get(i) != next) {
                return null;
            }
            next = strides.get(i) * sizes.get(i);
        }
        return step;
    }

    static List<Long> sizes(Value value) {
        var sizes = new ArrayList<Long>();
        value.shape().dims().forEach(dim -> sizes.add(dim.size()));
        return sizes;
    }
}
