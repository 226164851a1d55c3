package dev.baton.compiler;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.Window;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphVerifier;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts products of bytes in the place of those of numbers ({@link Quantizable}). What one product gives another reads as
 * bytes, with the channels of pictures last; where anything else reads it, it is numbers again. Weights, their scales and
 * biases become variables, whose values are known.
 */
public final class QuantizeProducts extends Graph.Rewriter {

    private final Quantizable found;
    private final Map<Value, Int8Scale> scales;
    private final Map<String, NDArray> variables;
    private final Map<Value, Value> bytes = new HashMap<>();
    private final Map<String, Value> ends = new LinkedHashMap<>();
    private final List<String> names;
    private int number;

    private QuantizeProducts(Quantizable found, Map<Value, Int8Scale> scales, Map<String, NDArray> variables) {
        super(found.graph());
        this.found = found;
        this.scales = scales;
        this.variables = variables;
        this.names = List.copyOf(found.ends().keySet());
    }

    /**
     * The graph with products of bytes. What every product ends with is another output, float32 and named as in {@link
     * Quantizable#ends}, to be compared; {@link Graph#part} leaves these out.
     *
     * @param scales of every value of {@link Quantizable#kept}
     * @param variables the values of those of {@link Quantizable#variables}
     */
    public static Graph run(Quantizable found, Map<Value, Int8Scale> scales, Map<String, NDArray> variables) {
        Graph graph = new QuantizeProducts(found, scales, variables).run();
        // What only led to numbers that nobody reads any more.
        Graph needed = graph.part(graph.outputs());
        GraphVerifier.verify(needed);
        return needed;
    }

    @Override
    protected List<Value> rewrite(Node node, List<Value> inputs) {
        Quantizable.Product product = found.products().get(node);
        return product == null ? copy(node, inputs, node.attributes()) : List.of(quantized(product));
    }

    private Value quantized(Quantizable.Product product) {
        String name = names.get(number++);
        Int8Scale own = scales.get(product.x());
        NDArray bias = product.bias() == null ? null : variables.get(Quantizable.name(product.bias()));
        var weight =
                QuantizedWeight.of(variables.get(Quantizable.name(product.weight())), product.byOutput(), bias, own);
        var inputs = new ArrayList<Value>();
        inputs.add(bytes(product.x(), own));
        inputs.add(variable(name, "weight", weight.packed(product.isConvolution())));
        inputs.add(variable(name, "scales", weight.scales()));
        inputs.add(variable(name, "bias", weight.bias()));
        Attributes attributes = Attributes.none();
        if (product.isConvolution()) {
            Shape filters = product.weight().shape();
            long[] kernel = {filters.size(2), filters.size(3)};
            Attributes window = Window.of(product.node().attributes(), kernel).attributes();
            attributes = window.with(QuantizedProduct.PADDING, own.zero());
        }
        if (product.activation() != null) {
            attributes = attributes.with(
                    QuantizedProduct.ACTIVATION, product.activation().label());
        }
        if (product.addsBytes()) {
            Int8Scale scale = scales.get(product.addend());
            inputs.add(bytes(product.addend(), scale));
            attributes = scale.in(attributes, QuantizedProduct.ADDEND);
        } else if (product.addsNumbers()) {
            Shape result = inputs.get(0).shape().with(-1, Dim.of(product.outputs()));
            inputs.add(emit().reshape(replaced(product.addend()), result));
        }
        Value end = product.end();
        // As few as are read by products that are found, and those are known. What numbers were added to stays numbers:
        // where layers have shortcuts it is added to again.
        Int8Scale kept = product.addsNumbers() ? null : scales.get(end);
        var operation = product.isConvolution() ? QuantizedProduct.CONVOLUTION : QuantizedProduct.LINEAR;
        Value[] arguments = inputs.toArray(Value[]::new);
        Value number;
        if (kept == null) {
            number = shaped(emit().apply(operation, attributes, arguments), product);
        } else {
            Value result = emit().apply(operation, kept.in(attributes, QuantizedProduct.RESULT), arguments);
            Value inPlace = product.isConvolution() ? result : emit().reshape(result, end.shape());
            // Bytes of rank 4 are read with their channels last, whatever they come from.
            boolean isTurned = !product.isConvolution() && end.shape().rank() == 4;
            bytes.put(end, isTurned ? emit().transpose(inPlace, 0, 2, 3, 1) : inPlace);
            number = shaped(kept.real(emit(), inPlace), product);
        }
        ends.put(name, number);
        return number;
    }

    /** As the value that it takes the place of. */
    private Value shaped(Value numbers, Quantizable.Product product) {
        return product.isConvolution()
                ? emit().transpose(numbers, 0, 3, 1, 2)
                : emit().reshape(numbers, product.end().shape());
    }

    /** A value of the old graph as bytes, those of pictures with their channels last. */
    private Value bytes(Value value, Int8Scale scale) {
        return bytes.computeIfAbsent(value, unused -> {
            Value numbers = replaced(value);
            if (numbers.shape().rank() == 4) {
                return scale.quantized(emit(), emit().transpose(numbers, 0, 2, 3, 1));
            }
            // In the shape in which they were computed, so that whatever gives them can give bytes at once.
            boolean isReshaped = numbers.node().is(Primitive.RESHAPE);
            Value computed = isReshaped ? numbers.node().input(0) : numbers;
            return emit().reshape(scale.quantized(emit(), computed), numbers.shape());
        });
    }

    private Value variable(String layer, String what, NDArray value) {
        return emit().builder()
                .variable(layer + ".int8." + what, new TensorType(value.dtype(), value.shape()), seed -> value);
    }

    @Override
    protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
        outputs.putAll(ends);
    }
}
