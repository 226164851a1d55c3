package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** exp(x), divided by its sum along an axis: of any shape, to the same shape. */
public final class Softmax extends Layer {

    private final int axis;

    /**
     * @param axis along which the results add up to 1; negative axes count from the end
     */
    public Softmax(int axis) {
        this.axis = axis;
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> x.softmax(axis));
    }

    @Override
    protected String describe() {
        return "Softmax(" + axis + ")";
    }
}
