package dev.baton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The sizes of a tensor's dimensions, outermost first. A scalar has none. Immutable. */
public final class Shape {

    /** The largest number of dimensions that every backend supports. */
    public static final int MAX_RANK = 8;

    private static final Shape SCALAR = new Shape(List.of());

    private final List<Dim> dims;

    private Shape(List<Dim> dims) {
        if (dims.size() > MAX_RANK) {
            throw new ShapeException("a shape has at most " + MAX_RANK + " dimensions, not " + dims.size());
        }
        this.dims = List.copyOf(dims);
    }

    /** A shape of fixed sizes; {@code Shape.of()} is the shape of a scalar. */
    public static Shape of(long... sizes) {
        return sizes.length == 0
                ? SCALAR
                : new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toList());
    }

    /** A shape of dimensions that may be symbolic. */
    public static Shape of(List<Dim> dims) {
        return dims.isEmpty() ? SCALAR : new Shape(dims);
    }

    /** The shape of a scalar. */
    public static Shape scalar() {
        return SCALAR;
    }

    /** The number of dimensions. */
    public int rank() {
        return dims.size();
    }

    /** All dimensions, outermost first. */
    public List<Dim> dims() {
        return dims;
    }

    /**
     * One dimension.
     *
     * @param axis from 0; negative axes count from the end
     */
    public Dim dim(int axis) {
        return dims.get(axis(axis));
    }

    /** The size of one dimension; see {@link #dim} and {@link Dim#size}. */
    public long size(int axis) {
        return dim(axis).size();
    }

    /**
     * The axis counted from the front.
     *
     * @throws ShapeException if there is no such axis
     */
    public int axis(int axis) {
        int counted = axis < 0 ? axis + rank() : axis;
        if (counted < 0 || counted >= rank()) {
            throw new ShapeException("there is no axis " + axis + " in shape " + this);
        }
        return counted;
    }

    /** Whether every dimension is fixed. */
    public boolean isFixed() {
        return dims.stream().allMatch(Dim::isFixed);
    }

    /** The number of elements as a dimension that may be symbolic. */
    public Dim elements() {
        return dims.stream().reduce(Dim.of(1), Dim::times);
    }

    /** The number of elements of a fixed shape. */
    public long size() {
        long size = 1;
        for (Dim dim : dims) {
            if (!dim.isFixed()) {
                return elements().size();
            }
            size = Math.multiplyExact(size, dim.factor());
        }
        return size;
    }

    /** All sizes of a fixed shape. */
    public long[] toArray() {
        var sizes = new long[dims.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = dims.get(i).size();
        }
        return sizes;
    }

    /** This shape with the given sizes in the place of their symbols. */
    public Shape bind(Map<String, Long> sizes) {
        return isFixed() ? this : of(dims.stream().map(dim -> dim.bind(sizes)).toList());
    }

    /** This shape with another dimension in the place of one. */
    public Shape with(int axis, Dim dim) {
        var changed = new ArrayList<>(dims);
        changed.set(axis(axis), dim);
        return of(changed);
    }

    /**
     * Where an element lies, one number for each dimension.
     *
     * @param element its number in row-major order
     */
    public List<Long> index(long element) {
        var index = new Long[rank()];
        long rest = element;
        for (int axis = rank() - 1; axis >= 0; axis--) {
            index[axis] = rest % size(axis);
            rest /= size(axis);
        }
        return List.of(index);
    }

    /** This shape without one dimension. */
    public Shape without(int axis) {
        var changed = new ArrayList<>(dims);
        changed.remove(axis(axis));
        return of(changed);
    }

    /** This shape with one more dimension in front. */
    public Shape prepend(Dim dim) {
        var changed = new ArrayList<Dim>();
        changed.add(dim);
        changed.addAll(dims);
        return of(changed);
    }

    /**
     * The shape to which both operands of an elementwise operation are broadcast: aligned at the last dimension, sizes
     * must be equal or one of them 1.
     *
     * @throws ShapeException if they do not fit
     */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        var dims = new ArrayList<Dim>();
        for (int i = 0; i < rank; i++) {
            Dim x = i < rank - a.rank() ? Dim.of(1) : a.dims.get(i - rank + a.rank());
            Dim y = i < rank - b.rank() ? Dim.of(1) : b.dims.get(i - rank + b.rank());
            if (!x.equals(y) && !x.isOne() && !y.isOne()) {
                throw new ShapeException("cannot be broadcast together: " + a + " and " + b + " (sizes " + x + " and "
                        + y + " differ and neither is 1)");
            }
            dims.add(x.isOne() ? y : x);
        }
        return of(dims);
    }

    /**
     * A shape for the same number of elements, in which one size may be left open.
     *
     * @param open the axis of the open size; -1 where there is none
     * @throws ShapeException if the numbers of elements differ
     */
    public Shape reshape(Shape pattern, int open) {
        Dim known = Dim.of(1);
        for (int i = 0; i < pattern.rank(); i++) {
            if (i != open) {
                known = known.times(pattern.dim(i));
            }
        }
        // Nothing is divided where no size is open: the known one may be 0.
        Dim rest = open < 0 ? Dim.of(1) : elements().dividedBy(known);
        Shape result = rest == null || open < 0 ? pattern : pattern.with(open, rest);
        if (rest == null || !result.elements().equals(elements())) {
            throw new ShapeException("cannot be reshaped: " + this + " has " + elements() + " elements, "
                    + (open < 0
                            ? pattern + " has " + pattern.elements()
                            : "which the " + known + " of the other sizes of " + pattern.text(open)
                                    + " do not divide"));
        }
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Shape shape && dims.equals(shape.dims);
    }

    @Override
    public int hashCode() {
        return dims.hashCode();
    }

    /** For instance {@code [N, 784]}; {@code []} is a scalar. */
    @Override
    public String toString() {
        return text(-1);
    }

    private String text(int open) {
        return IntStream.range(0, rank())
                .mapToObj(axis -> axis == open ? "-1" : dims.get(axis).toString())
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
