package dev.baton.examples;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.Sequential;
import dev.baton.nn.Sigmoid;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.StepInputs;
import dev.baton.train.TrainStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The smallest network, two inputs, two runners in the middle and one at the end, and a training step that hands out every
 * number on its way: those of the forward pass and, by the same rules as the update, every slope on the way back.
 */
final class RelayStep implements AutoCloseable {

    static final double RATE = 0.5;

    private static final String INPUTS = "inputs";
    private static final String WANTED = "wanted";

    /** What the layers give, one after the other. */
    private static final List<String> VALUES = List.of("middle sums", "middle", "last sum", "answer");

    private final Sequential network = Sequential.of(new Linear(2, 2), new Sigmoid(), new Linear(2, 1), new Sigmoid());

    private final Session session;
    private final TrainStep step;
    private final Map<String, NDArray> inputs;

    /**
     * @param inputs two numbers
     * @param wanted what the network should answer
     * @param weights from each input to each runner in the middle, their biases, from each of them to the last, its bias
     */
    RelayStep(Session session, float[] inputs, float wanted, float[][] weights) {
        this.session = session;
        this.inputs = Map.of(
                INPUTS, NDArray.of(Shape.of(1, 2), inputs), WANTED, NDArray.of(Shape.of(1, 1), new float[] {wanted}));
        this.step = TrainStep.of(session, this::error, Sgd.of(RATE));
        step.prepare(this.inputs);
        List<Parameter> parameters = network.parameters();
        for (int i = 0; i < weights.length; i++) {
            session.set(parameters.get(i).name(), NDArray.of(parameters.get(i).shape(), weights[i]));
        }
    }

    /** What learning makes smaller. */
    private Tensor error(StepInputs inputs) {
        var values = new ArrayList<>(List.of(inputs.get(INPUTS)));
        for (Layer layer : network.children().values()) {
            values.add(Layer.trace(layer, values.get(values.size() - 1)));
        }
        Tensor answer = values.get(VALUES.size());
        Tensor error = Losses.mse().of(answer, inputs.get(WANTED)).watch("error");
        for (int i = 0; i < VALUES.size(); i++) {
            Tensor value = values.get(i + 1).watch(VALUES.get(i));
            slope("error by " + VALUES.get(i), error, value);
        }
        slope("middle by middle sums", values.get(2).sum(), values.get(1));
        slope("answer by last sum", answer.sum(), values.get(3));
        for (Parameter parameter : network.parameters()) {
            slope("error by " + parameter.name(), error, parameter.in(answer));
        }
        return error;
    }

    /** Hands out how fast one value changes with another: its gradient. */
    private static void slope(String name, Tensor value, Tensor by) {
        List<Value> gradients = Gradients.of(new Emitter(value.graph()), value.value(), List.of(by.value()));
        Tensor.of(value.graph(), gradients.get(0)).watch(name);
    }

    /** Takes one step: forward, back, and every weight against its slope. */
    void run() {
        step.run(inputs);
    }

    /** The numbers that the last step had under a name. */
    float[] numbers(String name) {
        return step.watched(name).toFloatArray();
    }

    /** All weights as they are now, in the order in which they were given. */
    float[][] weights() {
        return network.parameters().stream()
                .map(parameter -> session.value(parameter.name()).toFloatArray())
                .toArray(float[][]::new);
    }

    /** The slope of the error by every weight in the last step, in the same order. */
    float[][] slopes() {
        return network.parameters().stream()
                .map(parameter -> numbers("error by " + parameter.name()))
                .toArray(float[][]::new);
    }

    String fingerprint() {
        return "sha256 " + Fingerprint.of(session, network);
    }

    @Override
    public void close() {
        step.close();
    }
}
