package dev.baton.graph;

import java.util.List;

/**
 * An operation defined in others. A backend may claim it whole ({@code Backend.supports}); where none does, the
 * compiler puts its definition in its place. The definition is the specification of every fast path and its oracle.
 *
 * <p>Outputs beyond the results may be <em>saved</em> values that the backward composite reads.
 */
public abstract class Composite implements Operation {

    private final String label;

    protected Composite(String label) {
        this.label = label;
    }

    @Override
    public final String label() {
        return label;
    }

    /** The definition: adds nodes and returns the values of all outputs, saved ones included. */
    public abstract List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes);

    /**
     * The gradient rule, which usually adds the backward composite. Null by default: then the definition is
     * differentiated, and what it needs is computed again.
     */
    @Override
    public GradientRule gradient() {
        return null;
    }

    /**
     * Which input an output may lie in the place of, because the operation changes what lies there: the old value of a
     * parameter, or a cache that is written to. -1, as unless overridden, for an output that has to lie elsewhere.
     */
    public int overwritten(int output, Attributes attributes) {
        return -1;
    }

    /** The types of the definition's outputs, unless a subclass knows them without tracing it. */
    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        return traceDefinition(inputs, attributes).outputTypes();
    }

    /** The operations of the definition. */
    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        return traceDefinition(inputs, attributes).operations();
    }

    @Override
    public boolean isElementwise() {
        return false;
    }

    /** The definition as a graph of its own, with inputs {@code 0}, {@code 1}, ... and outputs likewise. */
    public final Graph traceDefinition(List<TensorType> inputs, Attributes attributes) {
        var builder = new GraphBuilder();
        // The node has its place in the user's source; to look for it again at each node of the definition takes long.
        builder.startAt(Origin.NONE);
        var values = new java.util.ArrayList<Value>();
        for (int i = 0; i < inputs.size(); i++) {
            values.add(builder.input(Integer.toString(i), inputs.get(i)));
        }
        List<Value> outputs = define(new Emitter(builder), values, attributes);
        for (int i = 0; i < outputs.size(); i++) {
            builder.output(Integer.toString(i), outputs.get(i));
        }
        return builder.build();
    }

    @Override
    public String toString() {
        return label;
    }
}
