package dev.baton.nn;

import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;

/**
 * What a part of a network adds to its input (He et al. 2016): x + body(x), or shortcut(x) + body(x) where the body
 * changes the shape.
 */
public final class Residual extends Layer {

    private final Layer body;
    private final Layer shortcut;

    /** x + body(x). */
    public Residual(Layer body) {
        this.body = child("body", body);
        this.shortcut = null;
    }

    /** shortcut(x) + body(x). */
    public Residual(Layer body, Layer shortcut) {
        this.body = child("body", body);
        this.shortcut = child("shortcut", shortcut);
    }

    /**
     * @throws ShapeException if body and shortcut give different shapes
     */
    @Override
    public Tensor forward(Tensor x) {
        Tensor added = trace(body, x);
        Tensor kept = shortcut == null ? x : trace(shortcut, x);
        return inLayer(x, () -> {
            if (!added.shape().equals(kept.shape())) {
                throw x.graph()
                        .shapeError("residual: the body gives " + added.shape() + ", but "
                                + (shortcut == null ? "the input is " : "the shortcut gives ") + kept.shape());
            }
            return kept.add(added);
        });
    }
}
