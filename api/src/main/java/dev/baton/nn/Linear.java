package dev.baton.nn;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;

/**
 * x W + b: [..., inputs] -> [..., outputs]. The weight is kept as [inputs, outputs], the form in which the product
 * reads it fastest, and is [outputs, inputs] in files, as in those of other frameworks. Starts with He's normal weights
 * and a bias of 0.
 */
public final class Linear extends Layer {

    private final long inputs;
    private final long outputs;
    private final Parameter weight;
    private final Parameter bias;

    /** A layer with a bias. */
    public Linear(long inputs, long outputs) {
        this(inputs, outputs, Initializers.heNormal());
    }

    /**
     * @param initializer of the weight
     * @throws ShapeException if a size is not positive
     */
    public Linear(long inputs, long outputs, Initializer initializer) {
        if (inputs < 1 || outputs < 1) {
            throw new ShapeException(
                    "Linear needs at least one input and one output, not " + inputs + " -> " + outputs);
        }
        this.inputs = inputs;
        this.outputs = outputs;
        this.weight = parameter("weight", Shape.of(inputs, outputs), initializer, Parameter.FileLayout.TRANSPOSED);
        this.bias = parameter("bias", Shape.of(outputs), Initializers.constant(0));
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> x.matmul(weight.in(x)).add(bias.in(x)));
    }

    @Override
    protected String describe() {
        return "Linear(" + inputs + " -> " + outputs + ")";
    }
}
