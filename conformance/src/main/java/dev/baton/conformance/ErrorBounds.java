package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a graph in float32 may be off, found along with the reference by a running error analysis (Wilkinson 1963):
 * every value gets a bound, from the bounds of its operands and from what its own operation may be off by. Elementwise
 * functions rise or fall in each operand, so that the corners of the operands' intervals bound the result.
 */
final class ErrorBounds implements Interpreter.Observer {

    private static final double UNIT = 0x1p-24;

    private final Map<String, double[]> given;
    private final Map<Value, double[]> values = new HashMap<>();
    private final Map<Value, double[]> bounds = new HashMap<>();

    /**
     * @param given the bounds of inputs and variables by name; what is not there is exact
     */
    ErrorBounds(Map<String, double[]> given) {
        this.given = given;
    }

    /** The bound of each element of a value that was computed; infinite where nothing is known. */
    double[] of(Value value) {
        return bounds.get(value);
    }

    @Override
    public void computed(Node node, List<double[]> results) {
        for (int i = 0; i < results.size(); i++) {
            values.put(node.output(i), results.get(i));
        }
        if (node.operation() instanceof Composite composite) {
            define(composite, node);
            return;
        }
        double[] bound =
                bound((Primitive) node.operation(), node, results.get(0)).clone();
        for (int i = 0; i < bound.length; i++) {
            // The reference is rounded too, to double; near 0 a float is rounded to the smallest one. Infinity times 0
            // is
            // no bound either.
            double wider = bound[i] * (1 + 1e-6) + Float.MIN_VALUE;
            bound[i] = bound[i] == 0 ? 0 : Double.isNaN(wider) ? Double.POSITIVE_INFINITY : wider;
        }
        bounds.put(node.output(0), bound);
    }

    /** The bounds of a composite are those of its definition. */
    private void define(Composite composite, Node node) {
        Graph definition = composite.traceDefinition(node.inputTypes(), node.attributes());
        var named = new LinkedHashMap<String, double[]>();
        var off = new LinkedHashMap<String, double[]>();
        for (int i = 0; i < node.inputs().size(); i++) {
            named.put(Integer.toString(i), values.get(node.inputs().get(i)));
            off.put(Integer.toString(i), bounds.get(node.inputs().get(i)));
        }
        var inner = new ErrorBounds(off);
        new Interpreter(definition, Interpreter.Precision.DOUBLE).run(named, Map.of(), inner);
        List<Value> outputs = List.copyOf(definition.outputs().values());
        for (int i = 0; i < outputs.size(); i++) {
            bounds.put(node.output(i), inner.of(outputs.get(i)));
        }
    }

    private double[] bound(Primitive primitive, Node node, double[] result) {
        double[][] in = node.inputs().stream().map(values::get).toArray(double[][]::new);
        double[][] off = node.inputs().stream().map(bounds::get).toArray(double[][]::new);
        return switch (primitive.kind()) {
            case LEAF -> leaf(node, result);
            case MOVEMENT -> apply(node, off);
            case ELEMENTWISE ->
                primitive == Primitive.RANDOM_UNIFORM
                        ? new double[result.length]
                        : elementwise(primitive, node, in, off, result);
            case REDUCTION -> reduction(primitive, node, in[0], off[0], result);
            case MATMUL -> product(node, in, off);
            case WHOLE -> whole(primitive, node, in, off);
        };
    }

    /** What is moved takes its bounds along; what is added up adds them up. */
    private static double[] whole(Primitive primitive, Node node, double[][] in, double[][] off) {
        return switch (primitive) {
            case FOLD -> {
                // At the most one element of each place in a window comes to a place.
                int spatial = node.attributes().get("stride", long[].class).length;
                var window = node.input(0).shape().dims();
                long terms = Shape.of(window.subList(window.size() - spatial, window.size()))
                        .size();
                yield sum(apply(node, off), apply(node, magnitudes(in[0], off[0])), terms);
            }
            case SCATTER_ADD -> {
                double[] inherited = apply(node, in[0], off[1]);
                yield sum(inherited, apply(node, in[0], magnitudes(in[1], off[1])), in[0].length);
            }
            case GATHER -> apply(node, off[0], in[1]);
            case PAD -> apply(node, node.attributes().with("value", 0.0), off);
            default -> apply(node, off);
        };
    }

    private double[] leaf(Node node, double[] result) {
        boolean named = node.is(Primitive.INPUT) || node.is(Primitive.VARIABLE);
        double[] known = named ? given.get(node.attributes().text("name")) : null;
        return known == null ? new double[result.length] : known;
    }

    private static double[] elementwise(
            Primitive primitive, Node node, double[][] in, double[][] off, double[] result) {
        double[] bound = corners(node, in, off, result);
        Tolerance own = ofOne(primitive, node);
        for (int i = 0; i < bound.length; i++) {
            double spread = bound[i];
            if (primitive == Primitive.SIN || primitive == Primitive.COS) {
                spread = off[0][i];
            } else if (compares(primitive)) {
                // What is equal in double is so by its origin, as the largest element is to the maximum.
                double distance = Math.abs(in[0][i] - in[1][i]);
                spread = distance > 0 && distance <= off[0][i] + off[1][i] ? 1 : 0;
            }
            int divisor = primitive == Primitive.DIV ? 1 : 0;
            boolean divides = primitive == Primitive.DIV || primitive == Primitive.RECIPROCAL;
            boolean maybeByZero = divides && off[divisor][i] > 0 && Math.abs(in[divisor][i]) <= off[divisor][i];
            // The root of what may be negative and the like.
            spread = maybeByZero || Double.isNaN(spread) ? Double.POSITIVE_INFINITY : spread;
            bound[i] = spread + own.ulps() * 2 * UNIT * (Math.abs(result[i]) + spread) + own.floor();
        }
        return bound;
    }

    private static boolean compares(Primitive primitive) {
        return primitive == Primitive.EQUAL || primitive == Primitive.LESS || primitive == Primitive.LESS_EQUAL;
    }

    /** What an elementwise operation is off by where its operands are exact. */
    private static Tolerance ofOne(Primitive primitive, Node node) {
        return switch (primitive) {
            case CAST -> node.outputs().get(0).dtype() == DType.FLOAT32 ? Tolerance.ROUNDED : Tolerance.EXACT;
            case SELECT, NOT, AND, OR -> Tolerance.EXACT;
            default -> {
                boolean exact = !node.inputTypes().get(0).dtype().isFloating();
                Tolerance one = UnaryCases.TOLERANCES.getOrDefault(primitive, BinaryCases.TOLERANCES.get(primitive));
                yield exact ? Tolerance.EXACT : one;
            }
        };
    }

    /** The furthest that a result moves when each operand goes to an end of its interval. */
    private static double[] corners(Node node, double[][] in, double[][] off, double[] result) {
        var furthest = new double[result.length];
        if (Arrays.stream(off).flatMapToDouble(Arrays::stream).allMatch(bound -> bound == 0)) {
            return furthest;
        }
        for (int ends = 0; ends < 1 << in.length; ends++) {
            var at = new double[in.length][];
            for (int j = 0; j < in.length; j++) {
                double sign = (ends >> j & 1) == 0 ? -1 : 1;
                boolean truth = node.inputTypes().get(j).dtype() == DType.BOOL;
                at[j] = in[j].clone();
                for (int i = 0; i < at[j].length; i++) {
                    double end = in[j][i] + sign * off[j][i];
                    at[j][i] = truth ? Math.min(1, Math.max(0, end)) : end;
                }
            }
            double[] there = apply(node, at);
            for (int i = 0; i < furthest.length; i++) {
                double distance = there[i] == result[i] ? 0 : Math.abs(there[i] - result[i]);
                // Math.max keeps a NaN.
                furthest[i] = Math.max(furthest[i], distance);
            }
        }
        return furthest;
    }

    private static double[] reduction(Primitive primitive, Node node, double[] in, double[] off, double[] result) {
        if (primitive == Primitive.SUM) {
            long terms = result.length == 0 ? 0 : in.length / result.length;
            return sum(apply(node, off), apply(node, magnitudes(in, off)), terms);
        }
        double[] bound = corners(node, new double[][] {in}, new double[][] {off}, result);
        if (primitive == Primitive.ARGMAX && Arrays.stream(off).anyMatch(one -> one > 0)) {
            Arrays.fill(bound, Double.POSITIVE_INFINITY);
        }
        return bound;
    }

    private static double[] product(Node node, double[][] in, double[][] off) {
        double[][] sizes = {magnitudes(in[0], new double[in[0].length]), magnitudes(in[1], new double[in[1].length])};
        double[] bound = apply(node, off[0], sizes[1]);
        add(bound, apply(node, sizes[0], off[1]));
        add(bound, apply(node, off[0], off[1]));
        long terms = node.input(0).shape().size(node.attributes().flag("transposeA") ? -2 : -1);
        return sum(bound, apply(node, magnitudes(in[0], off[0]), magnitudes(in[1], off[1])), terms);
    }

    /** What a sum inherits from its terms, and what adding so many of this size may be off by. */
    private static double[] sum(double[] inherited, double[] absolute, long terms) {
        var bound = new double[inherited.length];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = inherited[i] + Tolerance.roundings(terms) * UNIT * absolute[i];
        }
        return bound;
    }

    private static void add(double[] to, double[] more) {
        for (int i = 0; i < to.length; i++) {
            to[i] += more[i];
        }
    }

    private static double[] magnitudes(double[] in, double[] off) {
        var sizes = new double[in.length];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Math.abs(in[i]) + off[i];
        }
        return sizes;
    }

    /** The same operation on other numbers. */
    private static double[] apply(Node node, double[]... in) {
        return apply(node, node.attributes(), in);
    }

    private static double[] apply(Node node, Attributes attributes, double[]... in) {
        var builder = new GraphBuilder();
        var inputs = new ArrayList<Value>();
        var named = new LinkedHashMap<String, double[]>();
        for (int i = 0; i < in.length; i++) {
            String name = Integer.toString(i);
            inputs.add(builder.input(name, node.inputTypes().get(i)));
            named.put(name, in[i]);
        }
        builder.output(
                "result", builder.add(node.operation(), inputs, attributes).output(0));
        return new Interpreter(builder.build(), Interpreter.Precision.DOUBLE)
                .run(named, Map.of())
                .outputs()
                .get("result");
    }
}
