package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * Integer labels of any shape, of which each has to be a class from 0 on; the one that is to be ignored becomes class
 * 0. It says in the graph what a label may be, so that a step can check its labels before it runs.
 */
public final class ClassLabels extends Composite {

    /** The attribute with the number of classes, as a shape of one dimension: it may be a symbol. */
    public static final String CLASSES = "classes";

    /** The attribute with the label that is no class and is ignored; there is none where it is missing. */
    public static final String IGNORED = "ignored";

    public static final ClassLabels INSTANCE = new ClassLabels();

    private ClassLabels() {
        super("class labels");
    }

    /** The attributes for so many classes, with no label ignored. */
    public static Attributes attributes(Dim classes) {
        return Attributes.of(CLASSES, Shape.of(List.of(classes)));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (inputs.get(0).dtype() != DType.INT32) {
            throw new ShapeException("labels are int32, not " + inputs.get(0));
        }
        return inputs;
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value labels = inputs.get(0);
        if (!attributes.has(IGNORED)) {
            return inputs;
        }
        Value ignored = emit.equal(labels, emit.fullLike(labels, attributes.integer(IGNORED)));
        return List.of(emit.select(ignored, emit.fullLike(labels, 0), labels));
    }
}
