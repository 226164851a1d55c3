package dev.baton.reference;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.AllReduce;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Runs a graph node by node in plain Java: slow, obvious, and the oracle of every backend. Every number is a double;
 * in {@link Precision#FLOAT} each result of type {@code float32} is rounded to one, in {@link Precision#DOUBLE} not.
 */
public final class Interpreter {

    /** How exactly {@code float32} values are kept. */
    public enum Precision {
        FLOAT,
        DOUBLE
    }

    /** What one run of a graph gives, by name. */
    public record Result(Map<String, double[]> outputs, Map<String, double[]> assignments) {}

    /** Told of every node as it is computed, in order. */
    @FunctionalInterface
    public interface Observer {

        /**
         * @param values of each output, row-major; not to be changed
         */
        void computed(Node node, List<double[]> values);
    }

    private final Graph graph;
    private final Precision precision;
    private final UnaryOperator<List<double[]>> overAllDevices;

    /** Of the composites that were met: a graph that runs again and again does not trace them each time. */
    private final Map<Node, Interpreter> definitions = new HashMap<>();

    /**
     * @param graph a graph whose shapes are fixed
     */
    public Interpreter(Graph graph, Precision precision) {
        this(graph, precision, UnaryOperator.identity());
    }

    /**
     * @param overAllDevices the sums over all devices that train together of what this one has
     */
    Interpreter(Graph graph, Precision precision, UnaryOperator<List<double[]>> overAllDevices) {
        if (!graph.isFixed()) {
            throw new BatonException("only a graph of fixed shapes can run: bind its symbols first");
        }
        this.graph = graph;
        this.precision = precision;
        this.overAllDevices = overAllDevices;
    }

    /**
     * Runs the graph once.
     *
     * @param inputs the values of the inputs, by name, row-major
     * @param variables the values of the variables at the start, by name; they are not changed
     */
    public Result run(Map<String, double[]> inputs, Map<String, double[]> variables) {
        return run(inputs, variables, (node, results) -> {});
    }

    /** Runs the graph once, as {@link #run(Map, Map)} does, and shows every value on the way. */
    public Result run(Map<String, double[]> inputs, Map<String, double[]> variables, Observer observer) {
        var values = new HashMap<Value, double[]>();
        for (Node node : graph.nodes()) {
            List<double[]> results = evaluate(node, values, inputs, variables);
            for (int i = 0; i < results.size(); i++) {
                values.put(node.output(i), results.get(i));
            }
            observer.computed(node, results);
        }
        return new Result(named(graph.outputs(), values), named(graph.assignments(), values));
    }

    private static Map<String, double[]> named(Map<String, Value> names, Map<Value, double[]> values) {
        var result = new LinkedHashMap<String, double[]>();
        names.forEach((name, value) -> result.put(name, values.get(value)));
        return result;
    }

    private List<double[]> evaluate(
            Node node, Map<Value, double[]> values, Map<String, double[]> inputs, Map<String, double[]> variables) {
        if (node.is(Primitive.INPUT) || node.is(Primitive.VARIABLE)) {
            String name = node.attributes().text("name");
            double[] given = (node.is(Primitive.INPUT) ? inputs : variables).get(name);
            long size = node.outputs().get(0).shape().size();
            if (given == null || given.length != size) {
                throw new BatonException(node.operation().label() + " '" + name + "' needs " + size + " values, not "
                        + (given == null ? "none" : given.length));
            }
            return List.of(round(given.clone(), node.outputs().get(0).dtype()));
        }
        List<double[]> arguments = node.inputs().stream().map(values::get).toList();
        if (node.operation() == AllReduce.INSTANCE) {
            List<double[]> sums = overAllDevices.apply(arguments);
            for (int i = 0; i < sums.size(); i++) {
                round(sums.get(i), node.outputs().get(i).dtype());
            }
            return sums;
        }
        if (node.operation() instanceof Composite composite) {
            return define(composite, node, arguments);
        }
        double[] result = evaluate((Primitive) node.operation(), node, arguments);
        return List.of(round(result, node.outputs().get(0).dtype()));
    }

    private List<double[]> define(Composite composite, Node node, List<double[]> arguments) {
        Interpreter definition = definitions.computeIfAbsent(
                node,
                unused -> new Interpreter(composite.traceDefinition(node.inputTypes(), node.attributes()), precision));
        var named = new HashMap<String, double[]>();
        for (int i = 0; i < arguments.size(); i++) {
            named.put(Integer.toString(i), arguments.get(i));
        }
        Result result = definition.run(named, Map.of());
        return new ArrayList<>(result.outputs().values());
    }

    private double[] round(double[] values, DType dtype) {
        if (dtype == DType.FLOAT32 && precision == Precision.FLOAT) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) values[i];
            }
        }
        return values;
    }

    private static double[] evaluate(Primitive primitive, Node node, List<double[]> in) {
        Attributes attributes = node.attributes();
        Shape shape = node.outputs().get(0).shape();
        return switch (primitive.kind()) {
            case ELEMENTWISE -> elementwise(primitive, node, in);
            case MOVEMENT ->
                primitive == Primitive.RESHAPE
                        ? in.get(0)
                        : Movements.move(primitive, in.get(0), node.input(0).shape(), shape, attributes);
            case REDUCTION ->
                Reductions.reduce(primitive, in.get(0), node.input(0).shape(), attributes.axes("axes"));
            case MATMUL ->
                Products.matmul(
                        in.get(0),
                        node.input(0).shape(),
                        in.get(1),
                        node.input(1).shape(),
                        attributes);
            case WHOLE -> Wholes.compute(node, in);
            case LEAF -> leaf(primitive, node);
        };
    }

    private static double[] leaf(Primitive primitive, Node node) {
        return switch (primitive) {
            case CONSTANT -> node.attributes().get("value", NDArray.class).toDoubleArray();
            case SIZE -> new double[] {node.attributes().shape("shape").size()};
            case IOTA -> {
                var counted = new double[(int) node.outputs().get(0).shape().size()];
                for (int i = 0; i < counted.length; i++) {
                    counted[i] = i;
                }
                yield counted;
            }
            default -> throw new BatonException(primitive.label() + " has no value by itself");
        };
    }

    private static double[] elementwise(Primitive primitive, Node node, List<double[]> in) {
        DType dtype = node.outputs().get(0).dtype();
        var result = new double[(int) node.outputs().get(0).shape().size()];
        var arguments = new double[in.size()];
        for (int i = 0; i < result.length; i++) {
            for (int j = 0; j < arguments.length; j++) {
                arguments[j] = primitive == Primitive.RANDOM_UNIFORM ? in.get(j)[0] : in.get(j)[i];
            }
            result[i] = Elements.apply(primitive, node.attributes(), dtype, i, arguments);
        }
        return result;
    }
}
