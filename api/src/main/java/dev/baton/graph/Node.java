package dev.baton.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One operation applied to values. Nodes are equal only to themselves.
 */
public final class Node {

    private final int id;
    private final Operation operation;
    private final List<Value> inputs;
    private final Attributes attributes;
    private final List<TensorType> outputs;
    private final Origin origin;

    Node(
            int id,
            Operation operation,
            List<Value> inputs,
            Attributes attributes,
            List<TensorType> outputs,
            Origin origin) {
        this.id = id;
        this.operation = operation;
        this.inputs = List.copyOf(inputs);
        this.attributes = attributes;
        this.outputs = List.copyOf(outputs);
        this.origin = origin;
    }

    /** The position in the graph: a node's inputs have smaller numbers. */
    public int id() {
        return id;
    }

    public Operation operation() {
        return operation;
    }

    /** Whether this node computes the given primitive. */
    public boolean is(Primitive primitive) {
        return operation == primitive;
    }

    /** Whether this node computes a primitive of the given kind. */
    public boolean is(Primitive.Kind kind) {
        return operation instanceof Primitive primitive && primitive.kind() == kind;
    }

    public List<Value> inputs() {
        return inputs;
    }

    public Value input(int index) {
        return inputs.get(index);
    }

    public Attributes attributes() {
        return attributes;
    }

    /** The types of the outputs. */
    public List<TensorType> outputs() {
        return outputs;
    }

    /** One output as a value. */
    public Value output(int index) {
        return new Value(this, index);
    }

    /** Where in the model and in the user's source this node comes from. */
    public Origin origin() {
        return origin;
    }

    /** The types of the inputs. */
    public List<TensorType> inputTypes() {
        return types(inputs);
    }

    /** The types of some values. A loop: this runs for every node in every pass. */
    static List<TensorType> types(List<Value> values) {
        var types = new ArrayList<TensorType>(values.size());
        for (Value value : values) {
            types.add(value.type());
        }
        return types;
    }

    /** The arithmetic operations it takes; the shapes must be fixed. */
    public long operations() {
        return operation.operations(inputTypes(), outputs, attributes);
    }

    /** For instance {@code %7 = matmul(%1, %2) : float32[128, 512]   # 0: Linear(784 -> 512)}. */
    @Override
    public String toString() {
        String arguments = inputs.stream().map(Value::toString).collect(Collectors.joining(", "));
        String details = attributes.toString();
        String separator = arguments.isEmpty() || details.isEmpty() ? "" : "; ";
        String types = outputs.stream().map(TensorType::toString).collect(Collectors.joining(", "));
        String where = origin.layer().isEmpty() ? "" : "   # " + origin.layer();
        return "%" + id + " = " + operation.label() + "(" + arguments + separator + details + ") : " + types + where;
    }
}
