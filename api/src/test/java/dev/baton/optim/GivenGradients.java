package dev.baton.optim;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.TrainStep;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A step whose gradients are known: a weight of 3 and a bias of 2 numbers, 1 at first, each times a given number. */
final class GivenGradients implements AutoCloseable {

    static final String WEIGHT = "0.weight";
    static final String BIAS = "0.bias";

    private final Parameters parameters = new Parameters();
    private final Session session = Session.open(System.getProperty("baton.test.backend", "reference"));
    private TrainStep step;

    private static final class Parameters extends Layer {
        private final Parameter weight = parameter("weight", Shape.of(1, 3), Initializers.constant(1));
        private final Parameter bias = parameter("bias", Shape.of(2), Initializers.constant(1));

        @Override
        public Tensor forward(Tensor x) {
            return weight.in(x).multiply(x).sum();
        }
    }

    GivenGradients(Optimizer optimizer) {
        parameters.named("0");
        learnWith(optimizer);
    }

    /** The layer of both parameters, named 0. */
    Layer layer() {
        return parameters;
    }

    /** Goes on with another optimizer. */
    void learnWith(Optimizer optimizer) {
        learnWith(optimizer, bias -> bias);
    }

    /** Goes on with the square root of the bias, whose slope is infinite at 0. */
    void learnWithRoot(Optimizer optimizer) {
        learnWith(optimizer, Tensor::sqrt);
    }

    private void learnWith(Optimizer optimizer, UnaryOperator<Tensor> ofBias) {
        if (step != null) {
            step.close();
        }
        step = TrainStep.of(
                session,
                inputs -> {
                    Tensor weight = parameters.forward(inputs.get("weight"));
                    Tensor bias = ofBias.apply(parameters.bias.in(weight));
                    return weight.add(bias.multiply(inputs.get("bias")).sum());
                },
                optimizer);
    }

    /** One step. */
    void run(float[] weight, float[] bias) {
        step.run(Map.of("weight", NDArray.of(Shape.of(1, 3), weight), "bias", NDArray.of(Shape.of(1, 2), bias)));
    }

    double[] weight() {
        return session.value(WEIGHT).toDoubleArray();
    }

    double[] bias() {
        return session.value(BIAS).toDoubleArray();
    }

    Session session() {
        return session;
    }

    @Override
    public void close() {
        step.close();
        session.close();
    }
}
