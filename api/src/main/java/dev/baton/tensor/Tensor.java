package dev.baton.tensor;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.Activations;
import dev.baton.composite.Softmax;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A symbolic value: a shape, an element type and operators, but no numbers. It lives in the trace that made it. Operands
 * of elementwise operations are broadcast as in NumPy: aligned at the last dimension, size 1 repeats.
 */
public final class Tensor {

    private final GraphBuilder graph;
    private final Value value;

    private Tensor(GraphBuilder graph, Value value) {
        this.graph = graph;
        this.value = value;
    }

    /** A value of a graph under construction as a tensor. */
    public static Tensor of(GraphBuilder graph, Value value) {
        return new Tensor(graph, value);
    }

    /** The trace that this tensor belongs to; mode, variables and random keys come from it. */
    public GraphBuilder graph() {
        return graph;
    }

    /** The value in the graph. */
    public Value value() {
        return value;
    }

    public Shape shape() {
        return value.shape();
    }

    public DType dtype() {
        return value.dtype();
    }

    private Emitter emit() {
        return new Emitter(graph);
    }

    private Tensor wrap(Value result) {
        return new Tensor(graph, result);
    }

    /** Any operation of one tensor. */
    public Tensor apply(Operation operation, Attributes attributes) {
        return wrap(emit().apply(operation, attributes, value));
    }

    private Tensor unary(Primitive primitive) {
        return apply(primitive, Attributes.none());
    }

    private Tensor binary(Primitive primitive, Tensor other) {
        Shape shape = common(primitive.label(), other);
        return wrap(emit().apply(primitive, broadcast(shape).value, other.broadcast(shape).value));
    }

    private Shape common(String operation, Tensor other) {
        try {
            return Shape.broadcast(shape(), other.shape());
        } catch (ShapeException e) {
            throw graph.shapeError(operation + ": " + e.getMessage());
        }
    }

    private Tensor like(double number) {
        return wrap(emit().fullLike(value, number));
    }

    /** The same number everywhere, with this tensor's type and shape. */
    public Tensor fullLike(double number) {
        return like(number);
    }

    // Arithmetic

    public Tensor add(Tensor other) {
        return binary(Primitive.ADD, other);
    }

    public Tensor add(double number) {
        return add(like(number));
    }

    public Tensor subtract(Tensor other) {
        return binary(Primitive.SUB, other);
    }

    public Tensor multiply(Tensor other) {
        return binary(Primitive.MUL, other);
    }

    public Tensor multiply(double number) {
        return multiply(like(number));
    }

    public Tensor divide(Tensor other) {
        return binary(Primitive.DIV, other);
    }

    public Tensor divide(double number) {
        return divide(like(number));
    }

    public Tensor pow(Tensor exponent) {
        return binary(Primitive.POW, exponent);
    }

    public Tensor square() {
        return multiply(this);
    }

    public Tensor negate() {
        return unary(Primitive.NEG);
    }

    /** The larger one; NaN where either is NaN. */
    public Tensor maximum(Tensor other) {
        return binary(Primitive.MAX, other);
    }

    /** The smaller one; NaN where either is NaN. */
    public Tensor minimum(Tensor other) {
        return binary(Primitive.MIN, other);
    }

    // Functions of each element

    public Tensor exp() {
        return unary(Primitive.EXP);
    }

    /** The natural logarithm. */
    public Tensor log() {
        return unary(Primitive.LOG);
    }

    /** exp(x) - 1, exact near 0. */
    public Tensor expm1() {
        return unary(Primitive.EXPM1);
    }

    /** log(1 + x), exact near 0. */
    public Tensor log1p() {
        return unary(Primitive.LOG1P);
    }

    public Tensor sqrt() {
        return unary(Primitive.SQRT);
    }

    public Tensor abs() {
        return unary(Primitive.ABS);
    }

    public Tensor tanh() {
        return unary(Primitive.TANH);
    }

    public Tensor sigmoid() {
        return unary(Primitive.SIGMOID);
    }

    /** The error function. */
    public Tensor erf() {
        return unary(Primitive.ERF);
    }

    /** Negative elements become 0. */
    public Tensor relu() {
        return apply(Activations.RELU, Attributes.none());
    }

    /** x times the normal distribution's share below x (Hendrycks and Gimpel 2016), the exact form. */
    public Tensor gelu() {
        return apply(Activations.GELU, Attributes.none());
    }

    /** The approximation of {@link #gelu} with a hyperbolic tangent. */
    public Tensor geluTanh() {
        return apply(Activations.GELU_TANH, Attributes.none());
    }

    /** x sigmoid(x). */
    public Tensor silu() {
        return apply(Activations.SILU, Attributes.none());
    }

    /** Negative elements are multiplied by a slope, which is the gradient at 0 too. */
    public Tensor leakyRelu(double slope) {
        return like(0).lessThan(this).select(this, multiply(slope));
    }

    /** alpha (exp(x) - 1) of negative elements (Clevert et al. 2016). */
    public Tensor elu(double alpha) {
        Tensor positive = like(0).lessThan(this);
        // exp of a large element must not reach the gradient, where 0 times infinity is NaN.
        Tensor negative = positive.select(like(0), this);
        return positive.select(this, negative.expm1().multiply(alpha));
    }

    /** log(1 + exp(x)), without overflow. */
    public Tensor softplus() {
        return apply(Activations.SOFTPLUS, Attributes.none());
    }

    // Functions of all elements along an axis

    /** exp(x), divided by its sum along an axis. */
    public Tensor softmax(int axis) {
        return apply(Softmax.SOFTMAX, Attributes.of(Softmax.AXIS, (long) axes("softmax", axis)[0]));
    }

    /** The logarithm of {@link #softmax}, which loses nothing where that is near 0. */
    public Tensor logSoftmax(int axis) {
        return apply(Softmax.LOG_SOFTMAX, Attributes.of(Softmax.AXIS, (long) axes("log softmax", axis)[0]));
    }

    // Comparison and choice

    public Tensor equalTo(Tensor other) {
        return binary(Primitive.EQUAL, other);
    }

    public Tensor lessThan(Tensor other) {
        return binary(Primitive.LESS, other);
    }

    /** Elements of {@code a} where this condition holds, else of {@code b}; all three are broadcast. */
    public Tensor select(Tensor a, Tensor b) {
        Shape shape = common("select", a.broadcast(a.common("select", b)));
        return wrap(emit().select(broadcast(shape).value, a.broadcast(shape).value, b.broadcast(shape).value));
    }

    public Tensor cast(DType dtype) {
        return wrap(emit().cast(value, dtype));
    }

    // Shape

    /** The same elements in another shape; one size may be -1 and is then found. */
    public Tensor reshape(long... sizes) {
        int open = -1;
        var dims = new ArrayList<Dim>();
        try {
            for (int i = 0; i < sizes.length; i++) {
                if (sizes[i] == -1 && open < 0) {
                    open = i;
                }
                dims.add(Dim.of(sizes[i] == -1 && open == i ? 0 : sizes[i]));
            }
            return reshape(shape().reshape(Shape.of(dims), open));
        } catch (ShapeException e) {
            throw graph.shapeError("reshape: " + e.getMessage());
        }
    }

    public Tensor reshape(Shape shape) {
        return wrap(emit().reshape(value, shape));
    }

    public Tensor broadcast(Shape shape) {
        return wrap(emit().broadcast(value, shape));
    }

    /** Dimension i of the result is dimension {@code axes[i]} of this. */
    public Tensor transpose(int... axes) {
        return wrap(emit().transpose(value, axes("transpose", axes)));
    }

    /** Elements {@code from} to {@code to - 1} along one axis. */
    public Tensor slice(int axis, long from, long to) {
        int chosen = axes("slice", axis)[0];
        Dim size = shape().dim(chosen);
        if (from < 0 || to < from || !size.isFixed() || to > size.size()) {
            throw graph.shapeError("slice: there are no elements " + from + " to " + (to - 1) + " along axis " + chosen
                    + " of " + shape());
        }
        return wrap(emit().slice(value, chosen, from, to));
    }

    /** So many elements of a number before and after those along one axis. */
    public Tensor pad(int axis, long before, long after, double number) {
        var first = new long[shape().rank()];
        var last = new long[shape().rank()];
        int chosen = axes("pad", axis)[0];
        first[chosen] = before;
        last[chosen] = after;
        return wrap(emit().pad(value, first, last, number));
    }

    /** These tensors one after the other along an axis; elsewhere they have one shape. */
    public static Tensor concat(int axis, Tensor first, Tensor... others) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(List.of(others));
        Value[] values = all.stream().map(Tensor::value).toArray(Value[]::new);
        return first.wrap(first.emit().concat(first.axes("concat", axis)[0], values));
    }

    /** Rows of this table [V, ...] by their numbers, int32 [...] -> [indices, ...]; NaN where there is no such row. */
    public Tensor rows(Tensor indices) {
        return wrap(emit().gather(value, indices.value, Double.NaN));
    }

    /** [N, ...] -> [N, product of the rest]. */
    public Tensor flatten() {
        return reshape(Shape.of(List.of(
                shape().dim(0),
                Shape.of(shape().dims().subList(1, shape().rank())).elements())));
    }

    // Reductions: over the given axes, which are removed; over all where none is given

    public Tensor sum(int... axes) {
        return reduce(Primitive.SUM, axes);
    }

    public Tensor mean(int... axes) {
        int[] chosen = chosen("mean", axes);
        var counted = Shape.of(IntStream.of(chosen).mapToObj(shape()::dim).toList());
        return sum(chosen).divide(wrap(emit().size(counted, dtype())));
    }

    /** The largest element; NaN where there is one. */
    public Tensor max(int... axes) {
        return reduce(Primitive.REDUCE_MAX, axes);
    }

    /** The index (int32) of the largest element along one axis. */
    public Tensor argmax(int axis) {
        return reduce(Primitive.ARGMAX, axis);
    }

    private Tensor reduce(Primitive reduction, int... axes) {
        int[] chosen = chosen(reduction.label(), axes);
        return chosen.length == 0 ? this : wrap(emit().reduce(reduction, value, chosen));
    }

    private int[] chosen(String operation, int... axes) {
        return axes.length == 0 ? IntStream.range(0, shape().rank()).toArray() : axes(operation, axes);
    }

    private int[] axes(String operation, int... axes) {
        try {
            return IntStream.of(axes).map(shape()::axis).toArray();
        } catch (ShapeException e) {
            throw graph.shapeError(operation + ": " + e.getMessage());
        }
    }

    // Products

    /**
     * [..., m, k] x [k, n] -> [..., m, n], or [..., m, k] x [..., k, n] with equal leading sizes.
     */
    public Tensor matmul(Tensor other) {
        if (other.shape().rank() == 2 && shape().rank() > 2) {
            Dim rows = Shape.of(shape().dims().subList(0, shape().rank() - 1)).elements();
            Tensor flat = reshape(Shape.of(List.of(rows, shape().dim(-1)))).matmul(other);
            return flat.reshape(shape().with(-1, other.shape().dim(1)));
        }
        return wrap(emit().matmul(value, other.value, false, false));
    }

    /** Hands this value out with the step under a name, to look at it. */
    public Tensor watch(String name) {
        graph.output(name, value);
        return this;
    }

    /** Type, shape and layer, for instance {@code float32[N, 10] in 2: Linear(128 -> 10)}. */
    @Override
    public String toString() {
        String layer = value.node().origin().layer();
        return value.type() + (layer.isEmpty() ? "" : " in " + layer);
    }
}
