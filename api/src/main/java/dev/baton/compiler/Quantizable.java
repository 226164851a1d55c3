package dev.baton.compiler;

import dev.baton.composite.Convolution;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.QuantizedProduct;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of an inference graph can be products of bytes: convolutions and matrix products by a weight that is a variable, each
 * with the bias, the addition of a shortcut and the activation that follow it and that nobody else reads the operand of.
 */
public final class Quantizable {

    /**
     * A product and what follows it.
     *
     * @param node the product itself
     * @param weight the variable
     * @param byOutput whether an output's weights are a row of it: [outputs, ...], and not a column
     * @param bias a variable [outputs]; null where there is none
     * @param addend what is added, as bytes to a convolution, as numbers to a matrix product; null where nothing is
     * @param activation the element function that follows; null where none does
     * @param end what comes out
     */
    record Product(
            Node node, Value weight, boolean byOutput, Value bias, Value addend, Operation activation, Value end) {

        boolean isConvolution() {
            return node.operation() == Convolution.FORWARD;
        }

        boolean addsBytes() {
            return addend != null && isConvolution();
        }

        boolean addsNumbers() {
            return addend != null && !isConvolution();
        }

        /** What is multiplied with the weight; of a matrix product in the shape that it had before it was made a matrix. */
        Value x() {
            Value x = node.input(0);
            if (isConvolution() || !x.node().is(Primitive.RESHAPE)) {
                return x;
            }
            Value before = x.node().input(0);
            // Those of four dimensions are pictures.
            boolean isSame = before.shape().rank() > 0
                    && before.shape().rank() != 4
                    && before.shape().dim(-1).equals(x.shape().dim(-1));
            return isSame ? before : x;
        }

        long outputs() {
            return weight.shape().size(byOutput ? 0 : 1);
        }

        /** Whether it is that product of the same layer in another graph. */
        boolean isSame(Product other) {
            return node.operation() == other.node.operation()
                    && weight.type().equals(other.weight.type())
                    && byOutput == other.byOutput
                    && (bias == null) == (other.bias == null)
                    && (addend == null) == (other.addend == null)
                    && activation == other.activation;
        }
    }

    private final Graph graph;
    private final Map<Value, Integer> uses;
    private final Map<Value, List<Node>> readers = new HashMap<>();
    private final Map<Node, Product> products = new LinkedHashMap<>();
    private final Set<Value> kept = new LinkedHashSet<>();

    /** Looks at a graph whose batch normalisations are folded ({@link Preparation#rest}). */
    public Quantizable(Graph graph) {
        this.graph = graph;
        this.uses = Uses.of(graph);
        for (Node node : graph.nodes()) {
            node.inputs()
                    .forEach(value -> readers.computeIfAbsent(value, unused -> new ArrayList<>())
                            .add(node));
        }
        for (Node node : graph.nodes()) {
            Product product = product(node);
            if (product != null) {
                Product whole = followed(product);
                products.put(whole.end().node(), whole);
                kept.add(whole.x());
                if (whole.addsBytes()) {
                    kept.add(whole.addend());
                }
            }
        }
    }

    /** The graph that was looked at. */
    public Graph graph() {
        return graph;
    }

    /** The products, by the nodes that they end with. */
    Map<Node, Product> products() {
        return products;
    }

    /** How many products there are. */
    public int size() {
        return products.size();
    }

    /** What is to be kept as bytes, so that its range has to be known: what products read and what is added to them. */
    public Set<Value> kept() {
        return kept;
    }

    /** The values that the products end with, by the layer each is of. */
    public Map<String, Value> ends() {
        var ends = new LinkedHashMap<String, Value>();
        var taken = new HashSet<>(graph.outputs().keySet());
        for (Product product : products.values()) {
            String name = unique(product.node(), taken);
            taken.add(name);
            ends.put(name, product.end());
        }
        return ends;
    }

    private static String unique(Node node, Set<String> taken) {
        String path = node.origin().path().isEmpty() ? "output" : node.origin().path();
        String name = path;
        for (int number = 2; taken.contains(name); number++) {
            name = path + " (" + number + ")";
        }
        return name;
    }

    /**
     * The scales of what is kept as bytes, where this is another graph with the layers of one whose scales are known, such
     * as that which writes text beside the forward pass.
     *
     * @param scales of every value of {@link #kept} there
     * @return empty where the products are not the same
     */
    public Optional<Map<Value, Int8Scale>> scalesAs(Quantizable other, Map<Value, Int8Scale> scales) {
        if (!List.copyOf(ends().keySet()).equals(List.copyOf(other.ends().keySet()))) {
            return Optional.empty();
        }
        var own = new HashMap<Value, Int8Scale>();
        Iterator<Product> others = other.products.values().iterator();
        for (Product product : products.values()) {
            Product same = others.next();
            boolean agrees = product.isSame(same)
                    && agrees(own, product.x(), scales.get(same.x()))
                    && (!product.addsBytes() || agrees(own, product.addend(), scales.get(same.addend())));
            if (!agrees) {
                return Optional.empty();
            }
        }
        return Optional.of(own);
    }

    /** Whether a value has no other scale than this one. */
    private static boolean agrees(Map<Value, Int8Scale> known, Value value, Int8Scale scale) {
        Int8Scale before = known.putIfAbsent(value, scale);
        return before == null || before.equals(scale);
    }

    /** The names of the variables that products read as weights and biases. */
    public Set<String> variables() {
        var names = new LinkedHashSet<String>();
        for (Product product : products.values()) {
            names.add(name(product.weight()));
            if (product.bias() != null) {
                names.add(name(product.bias()));
            }
        }
        return names;
    }

    static String name(Value variable) {
        return variable.node().attributes().text("name");
    }

    private static boolean isVariable(Value value) {
        return value.node().is(Primitive.VARIABLE);
    }

    private static Product product(Node node) {
        if (node.operation() == Convolution.FORWARD) {
            return convolution(node);
        }
        return node.is(Primitive.MATMUL) ? linear(node) : null;
    }

    private static Product convolution(Node node) {
        Value weight = node.input(1);
        Value bias = node.inputs().size() == 3 ? node.input(2) : null;
        Attributes attributes = node.attributes();
        long[] dilation = attributes.get("dilation", long[].class);
        boolean fits = isVariable(weight)
                && (bias == null || isVariable(bias))
                && attributes.integer(Convolution.GROUPS) == 1
                && dilation[0] == 1
                && dilation[1] == 1
                && weight.shape().without(0).size() <= QuantizedProduct.MOST;
        return fits ? new Product(node, weight, true, bias, null, null, node.output(0)) : null;
    }

    private static Product linear(Node node) {
        Value factor = node.input(1);
        boolean byOutput = node.attributes().flag("transposeB");
        if (factor.node().is(Primitive.TRANSPOSE) && factor.shape().rank() == 2) {
            byOutput = !byOutput;
            factor = factor.node().input(0);
        }
        boolean fits = isVariable(factor)
                && factor.shape().rank() == 2
                && !node.attributes().flag("transposeA")
                && factor.shape().size(byOutput ? 1 : 0) <= QuantizedProduct.MOST;
        return fits ? new Product(node, factor, byOutput, null, null, null, node.output(0)) : null;
    }

    /** With as much of what follows as belongs to it. */
    private Product followed(Product product) {
        Product whole = product;
        while (uses.get(whole.end()) == 1 && readers.containsKey(whole.end()) && whole.activation() == null) {
            Product longer = followed(whole, readers.get(whole.end()).get(0));
            if (longer == null) {
                break;
            }
            whole = longer;
        }
        return whole;
    }

    private static Product followed(Product one, Node next) {
        Value end = next.output(0);
        if (QuantizedProduct.isActivation(next.operation())) {
            return new Product(one.node, one.weight, one.byOutput, one.bias, one.addend, next.operation(), end);
        }
        if (next.is(Primitive.RESHAPE) && !one.isConvolution() && one.bias == null) {
            boolean rows = end.shape().rank() > 0
                    && end.shape().dim(-1).equals(one.end.shape().dim(-1));
            return rows ? new Product(one.node, one.weight, one.byOutput, null, null, null, end) : null;
        }
        if (!next.is(Primitive.ADD) || one.addend != null) {
            return null;
        }
        Value other = next.input(0).equals(one.end) ? next.input(1) : next.input(0);
        Value bias = one.isConvolution() || one.bias != null ? null : bias(other, one.outputs());
        if (bias != null) {
            return new Product(one.node, one.weight, one.byOutput, bias, null, null, end);
        }
        // Of two products that are added the later one adds: what the earlier one gives is there.
        boolean isThere = other.node().id() < one.node.id() && !other.equals(one.end);
        // What is repeated would have to be written out first.
        boolean isWhole = one.isConvolution() || !other.node().is(Primitive.BROADCAST);
        return isThere && isWhole ? new Product(one.node, one.weight, one.byOutput, one.bias, other, null, end) : null;
    }

    /** The variable that is added to each row of outputs; null where something else is added. */
    private static Value bias(Value added, long outputs) {
        Value one = added.node().is(Primitive.BROADCAST) ? added.node().input(0) : null;
        boolean fits = one != null
                && isVariable(one)
                && one.shape().rank() == 1
                && one.shape().size(0) == outputs;
        return fits ? one : null;
    }
}
