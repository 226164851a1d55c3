package dev.baton.autodiff;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradients that arrive at a value through slices of it. To pad each of them and add them up is to pass over the
 * whole as often as there are slices, one for each step of a recurrence: where they lie side by side, they are joined.
 */
final class Parts {

    private record Part(Node slice, Value gradient) {

        Shape shape() {
            return gradient.shape();
        }

        long start(int axis) {
            return slice.attributes().get("starts", long[].class)[axis];
        }

        long end(int axis) {
            return start(axis) + shape().size(axis);
        }

        Value pad(Emitter emit) {
            return slice.operation()
                    .gradient()
                    .backward(emit, slice, List.of(gradient))
                    .get(0);
        }
    }

    private final TensorType whole;

    /** By the attributes of the slice: gradients of equal ones are added up as they come. */
    private final Map<Attributes, Part> parts = new LinkedHashMap<>();

    Parts(Value whole) {
        this.whole = whole.type();
    }

    /** A gradient that arrives at a slice. */
    void add(Emitter emit, Node slice, Value gradient) {
        parts.merge(
                slice.attributes(),
                new Part(slice, gradient),
                (a, b) -> new Part(slice, emit.add(a.gradient, b.gradient)));
    }

    /** The gradient of the whole. */
    Value sum(Emitter emit) {
        var all = new ArrayList<>(parts.values());
        int axis = cutAxis(all.get(0));
        if (all.size() > 1 && axis >= 0) {
            all.sort(Comparator.comparingLong(part -> part.start(axis)));
            if (areSideBySide(all, axis)) {
                return join(emit, all, axis);
            }
        }
        return all.stream().map(part -> part.pad(emit)).reduce(emit::add).orElseThrow();
    }

    /** The only axis along which a part is not all there is; -1 where there are several or none. */
    private int cutAxis(Part part) {
        int cut = -1;
        for (int axis = 0; axis < whole.shape().rank(); axis++) {
            if (!part.shape().dim(axis).equals(whole.shape().dim(axis))) {
                if (cut >= 0) {
                    return -1;
                }
                cut = axis;
            }
        }
        return cut;
    }

    private boolean areSideBySide(List<Part> sorted, int axis) {
        long end = 0;
        for (Part part : sorted) {
            if (cutAxis(part) != axis || part.start(axis) < end) {
                return false;
            }
            end = part.end(axis);
        }
        return true;
    }

    private Value join(Emitter emit, List<Part> sorted, int axis) {
        var pieces = new ArrayList<Value>();
        long end = 0;
        for (Part part : sorted) {
            addGap(emit, pieces, axis, part.start(axis) - end);
            pieces.add(part.gradient);
            end = part.end(axis);
        }
        addGap(emit, pieces, axis, whole.shape().size(axis) - end);
        return emit.concat(axis, pieces.toArray(Value[]::new));
    }

    private void addGap(Emitter emit, List<Value> pieces, int axis, long size) {
        if (size > 0) {
            pieces.add(emit.full(whole.withShape(whole.shape().with(axis, Dim.of(size))), 0));
        }
    }
}
