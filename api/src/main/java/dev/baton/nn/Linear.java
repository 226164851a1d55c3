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
    private final Initializer initializer;
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
        this(inputs, outputs, initializer, true);
    }

    private Linear(long inputs, long outputs, Initializer initializer, boolean hasBias) {
        if (inputs < 1 || outputs < 1) {
            throw new ShapeException("Linear needs at least one input and one output, not " + inputs + " -> " + outputs
                    + "\n  at  " + createdAt());
        }
        this.inputs = inputs;
        this.outputs = outputs;
        this.initializer = initializer;
        this.weight = parameter("weight", Shape.of(inputs, outputs), initializer, Parameter.FileLayout.TRANSPOSED);
        this.bias = hasBias ? parameter("bias", Shape.of(outputs), Initializers.constant(0)) : null;
    }

    /** A layer without a bias: x W. */
    public Linear withoutBias() {
        return new Linear(inputs, outputs, initializer, false);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            Tensor product = x.matmul(weight.in(x));
            return bias == null ? product : product.add(bias.in(x));
        });
    }

    @Override
    protected String describe() {
        return "Linear(" + inputs + " -> " + outputs + (bias == null ? ", no bias)" : ")");
    }
}
