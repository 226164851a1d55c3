package dev.baton.compiler;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Some of a value's elements: those whose index along each dimension is in a range.
 *
 * @param ranges one for each dimension
 */
record Part(List<Part.Range> ranges) {

    /**
     * Indices from {@code start} to {@code end - 1} of each period. Where sequences of T tokens are joined to N T rows, the last
     * token of each is one range with period T.
     *
     * @param size of the dimension, a multiple of the period
     */
    record Range(long size, long period, long start, long end) {

        /** All indices are those of one period. */
        Range {
            boolean isWhole = start == 0 && end == period;
            period = isWhole ? size : period;
            end = isWhole ? size : end;
        }

        /** Indices of one dimension that are side by side. */
        static Range of(long size, long start, long end) {
            return new Range(size, size, start, end);
        }

        static Range whole(long size) {
            return of(size, 0, size);
        }

        boolean isWhole() {
            return start == 0 && end == period;
        }

        /** Whether its indices are side by side. */
        boolean isPlain() {
            return period == size;
        }

        long count() {
            return isPlain() ? end - start : size / period * (end - start);
        }

        /** The smallest range with all indices of both. */
        Range with(Range other) {
            if (period != other.period) {
                return whole(size);
            }
            return new Range(size, period, Math.min(start, other.start), Math.max(end, other.end));
        }

        /** The same indices, counted among those of a range that has them all. */
        Range within(Range outer) {
            long own = outer.isWhole() ? period : outer.end - outer.start;
            long first = outer.isWhole() ? 0 : outer.start;
            return new Range(outer.count(), own, start - first, end - first);
        }
    }

    static Part whole(Shape shape) {
        return of(shape.dims().stream().map(dim -> Range.whole(dim.size())));
    }

    /** What a slice takes. */
    static Part of(Shape shape, long[] starts, Shape part) {
        return of(IntStream.range(0, starts.length)
                .mapToObj(axis -> Range.of(shape.size(axis), starts[axis], starts[axis] + part.size(axis))));
    }

    static Part of(Stream<Range> ranges) {
        return new Part(ranges.toList());
    }

    Range range(int axis) {
        return ranges.get(axis);
    }

    boolean isWhole() {
        return ranges.stream().allMatch(Range::isWhole);
    }

    long elements() {
        return ranges.stream().mapToLong(Range::count).reduce(1, (a, b) -> a * b);
    }

    /** The shape of a value that consists of these elements. */
    Shape shape() {
        return Shape.of(ranges.stream().map(range -> Dim.of(range.count())).toList());
    }

    /** The same with another range. */
    Part with(int axis, Range range) {
        var changed = new ArrayList<>(ranges);
        changed.set(axis, range);
        return new Part(List.copyOf(changed));
    }

    /** The same with all indices of a dimension. */
    Part wholeAlong(int axis) {
        return with(axis, Range.whole(range(axis).size()));
    }

    /** The smallest part with all elements of both. */
    Part with(Part other) {
        return of(IntStream.range(0, ranges.size()).mapToObj(axis -> range(axis).with(other.range(axis))));
    }

    /**
     * These elements of a value.
     *
     * @param value consists of the elements of another part, which has these
     */
    Value take(Emitter emit, Value value, Part there) {
        Value taken = value;
        for (int axis = 0; axis < ranges.size(); axis++) {
            taken = take(emit, taken, axis, range(axis).within(there.range(axis)));
        }
        return taken;
    }

    private static Value take(Emitter emit, Value value, int axis, Range range) {
        if (range.isPlain()) {
            return emit.slice(value, axis, range.start(), range.end());
        }
        var apart = new ArrayList<>(value.shape().dims());
        apart.set(axis, Dim.of(range.size() / range.period()));
        apart.add(axis + 1, Dim.of(range.period()));
        Value periods = emit.reshape(value, Shape.of(apart));
        Value taken = emit.slice(periods, axis + 1, range.start(), range.end());
        return emit.reshape(taken, value.shape().with(axis, Dim.of(range.count())));
    }
}
