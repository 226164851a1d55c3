package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.Shape;
import dev.baton.graph.SourceLine;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A description of a part of a network: its parameters, its children and, in {@link #forward}, what it does. It holds
 * no numbers. {@code forward} is plain Java and runs while a program is traced, possibly more than once.
 */
public abstract class Layer {

    private final String createdAt = SourceLine.find();
    private final Map<String, Layer> children = new LinkedHashMap<>();
    private final Map<String, LayerVariable> variables = new LinkedHashMap<>();
    private Layer parent;
    private String name = "";

    /** What the layer does, in operations on tensors. */
    public abstract Tensor forward(Tensor x);

    /**
     * Names a model that shares a session with another one, so that their parameters differ in name.
     *
     * @return this layer
     */
    public Layer named(String name) {
        if (parent != null) {
            throw new BatonException("layer '" + path() + "' has a name already: it is a child of " + parent);
        }
        this.name = name;
        return this;
    }

    /**
     * Adds a child, in the constructor.
     *
     * @return the child
     * @throws BatonException if the name is taken or the layer is already a child: to share parameters, let one layer
     *     own it and use it from both
     */
    protected final <L extends Layer> L child(String name, L child) {
        Layer layer = child;
        if (children.putIfAbsent(name, layer) != null) {
            throw new BatonException(
                    describe() + " has two children named '" + name + "'; each is added once, in the constructor");
        }
        if (layer.parent != null) {
            throw new BatonException("layer '" + layer.path() + "' (" + layer.describe() + ") is a child already");
        }
        layer.parent = this;
        layer.name = name;
        return child;
    }

    /** Adds a parameter, in the constructor. */
    protected final Parameter parameter(String name, Shape shape, Initializer initializer) {
        return parameter(name, shape, initializer, Parameter.FileLayout.AS_IS);
    }

    /** Adds a parameter, in the constructor, that lies in files as {@code layout} says. */
    protected final Parameter parameter(
            String name, Shape shape, Initializer initializer, Parameter.FileLayout layout) {
        return variable(name, new Parameter(this, name, shape, initializer, layout));
    }

    /**
     * Adds a value that is gathered in training and not learnt, in the constructor. Where several devices train together it
     * follows the part of the batch that the first one has, unless the layer adds up over all of them, as {@link BatchNorm}
     * does. Where many machines train together it is averaged over all of them, weighted by examples.
     */
    protected final Statistic statistic(String name, Shape shape, Initializer initializer) {
        return variable(name, new Statistic(this, name, shape, initializer));
    }

    private <V extends LayerVariable> V variable(String name, V variable) {
        if (variables.putIfAbsent(name, variable) != null) {
            throw new BatonException(
                    describe() + " has two parameters named '" + name + "'; each is created once, in the constructor");
        }
        return variable;
    }

    /** The way from the model to this layer, such as {@code encoder.2}; empty for the model itself. */
    public final String path() {
        String above = parent == null ? "" : parent.path();
        return above.isEmpty() || name.isEmpty() ? above + name : above + "." + name;
    }

    /** The direct children, by name, in the order of their creation. */
    public final Map<String, Layer> children() {
        return java.util.Collections.unmodifiableMap(children);
    }

    /** The parameters of this layer and of all layers below it, in the order of their creation. */
    public final List<Parameter> parameters() {
        return variables().stream()
                .filter(Parameter.class::isInstance)
                .map(Parameter.class::cast)
                .toList();
    }

    /** The parameters and the statistics of this layer and of all layers below it, in the order of their creation. */
    public final List<LayerVariable> variables() {
        var all = new ArrayList<>(variables.values());
        children.values().forEach(child -> all.addAll(child.variables()));
        return all;
    }

    /** What the tensors of files that others have written are called in this model; as they are unless overridden. */
    public TensorNames tensorNames() {
        return TensorNames.asTheyAre();
    }

    /**
     * Runs a layer's forward so that messages and plans know where they are.
     */
    public static Tensor trace(Layer layer, Tensor x) {
        return layer.inLayer(x, () -> layer.forward(x));
    }

    /** Traces a part of this layer's forward with its path on every node. */
    protected final Tensor inLayer(Tensor x, Supplier<Tensor> body) {
        var graph = x.graph();
        return Tensor.of(
                graph,
                graph.inLayer(path(), describe(), createdAt, () -> body.get().value()));
    }

    /** Where the layer was made, such as {@code Digits.java:31}. */
    public final String createdAt() {
        return createdAt;
    }

    /** What messages call the layer, such as {@code Linear(128 -> 10)}. */
    protected String describe() {
        return getClass().getSimpleName();
    }

    @Override
    public final String toString() {
        return describe();
    }
}
