package dev.baton.compiler;

import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.program.Strides;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a value can be read without moving it: reshapes, transpositions and broadcasts are other strides. */
final class Views {

    /**
     * @param root the value whose memory is read
     * @param strides into it, for the shape of the value that is viewed
     */
    record View(Value root, List<Long> strides) {}

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

    View of(Value value) {
        View known = views.get(value);
        if (known == null) {
            known = find(value);
            views.put(value, known);
        }
        return known;
    }

    private View find(Value value) {
        View own = new View(value, Strides.rowMajor(sizes(value)));
        View through = materialized.contains(value) ? null : through(value.node());
        return through == null ? own : through;
    }

    /** How a movement's input is viewed as its result; null for other nodes, or if it must be moved. */
    View through(Node node) {
        if (node.is(Primitive.TRANSPOSE)) {
            View from = of(node.input(0));
            int[] axes = node.attributes().axes("axes");
            return new View(
                    from.root(),
                    Arrays.stream(axes).mapToObj(from.strides()::get).toList());
        }
        if (node.is(Primitive.BROADCAST)) {
            return broadcast(node.output(0), of(node.input(0)));
        }
        if (node.is(Primitive.RESHAPE)) {
            return reshape(node.output(0), of(node.input(0)));
        }
        return null;
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
        return new View(from.root(), strides);
    }

    /** Without gaps anything goes; else only dimensions of size 1 may come and go. */
    private static View reshape(Value value, View from) {
        List<Long> before = sizes(value.node().input(0));
        List<Long> after = sizes(value);
        if (Strides.isRowMajor(before, from.strides())) {
            return new View(from.root(), Strides.rowMajor(after));
        }
        var strides = new ArrayList<Long>();
        int next = 0;
        for (long size : after) {
            if (size == 1) {
                strides.add(0L);
                continue;
            }
            while (next < before.size() && before.get(next) == 1) {
                next++;
            }
            if (next == before.size() || before.get(next) != size) {
                return null;
            }
            strides.add(from.strides().get(next++));
        }
        return new View(from.root(), strides);
    }

    static List<Long> sizes(Value value) {
        return Arrays.stream(value.shape().toArray()).boxed().toList();
    }
}
