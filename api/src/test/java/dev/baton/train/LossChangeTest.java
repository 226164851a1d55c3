package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Dropout;
import dev.baton.nn.Flatten;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adagrad;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Lion;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Parameters;
import dev.baton.optim.RmsProp;
import dev.baton.optim.Sgd;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Executable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of an update in the fall of the loss, in double: against finite differences and the fall itself. */
class LossChangeTest {

    /** One with which no second derivative along an update is so small that the third one shows. */
    private static final long SEED = 1;

    private static final int BATCH = 3;

    private record Network(String name, Layer model, NDArray inputs, NDArray targets) {

        @Override
        public String toString() {
            return name;
        }

        double[] loss(Map<String, double[]> variables, long step) {
            Graph graph = StepGraph.traceLoss(function(), types(), false).bind(Map.of(Executable.BATCH, (long) BATCH));
            return run(graph, variables, step, step, 0).outputs().get(StepGraph.LOSS);
        }

        Graph step(Optimizer optimizer) {
            return StepGraph.traceExamined(function(), optimizer, types(), false)
                    .graph()
                    .bind(Map.of(Executable.BATCH, (long) BATCH));
        }

        StepFunction function() {
            return TrainStep.functionOf(model, Losses.crossEntropy());
        }

        Map<String, TensorType> types() {
            return Map.of(
                    TrainStep.INPUTS, StepGraph.batchType(inputs), TrainStep.TARGETS, StepGraph.batchType(targets));
        }

        Interpreter.Result run(Graph graph, Map<String, double[]> variables, long step, long update, double rate) {
            var given = Map.of(
                    TrainStep.INPUTS, inputs.toDoubleArray(),
                    TrainStep.TARGETS, targets.toDoubleArray(),
                    GraphBuilder.SEED, new double[] {SEED},
                    GraphBuilder.STEP, new double[] {step},
                    GraphBuilder.UPDATE, new double[] {update},
                    GraphBuilder.LEARNING_RATE, new double[] {rate});
            return new Interpreter(graph, Interpreter.Precision.DOUBLE).run(given, variables);
        }
    }

    private static Network perceptron() {
        var model = Sequential.of(
                new Linear(7, 11), new ReLU(), new Dropout(0.3), new Linear(11, 5), new ReLU(), new Linear(5, 4));
        return new Network("perceptron", model, numbers(7), labels(4));
    }

    private static Network convolutional() {
        var model = Sequential.of(
                new Conv2d(2, 3, 3).padding(1),
                new BatchNorm(3),
                new ReLU(),
                new MaxPool2d(2),
                new Dropout(0.2),
                new Flatten(),
                new Linear(3 * 3 * 2, 3));
        return new Network("convolutional", model, numbers(2, 6, 5), labels(3));
    }

    private static Network transformer() {
        var model =
                Gpt.of(7).context(5).layers(2).heads(2).width(6).dropout(0.1).build();
        return new Network("transformer", model, labels(7, 5), labels(7, 5));
    }

    private static NDArray numbers(long... example) {
        var random = new Random(1);
        Shape shape = Shape.of(example).prepend(Dim.of(BATCH));
        var values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return NDArray.of(shape, values);
    }

    private static NDArray labels(int classes, long... example) {
        Shape shape = Shape.of(example).prepend(Dim.of(BATCH));
        return NDArray.of(shape, new Random(2).ints(shape.size(), 0, classes).toArray());
    }

    private static Map<String, Optimizer> optimizers() {
        var optimizers = new LinkedHashMap<String, Optimizer>();
        optimizers.put("sgd", Sgd.of(1));
        optimizers.put("sgd, nesterov", Sgd.of(1).momentum(0.9).nesterov().weightDecay(0.1));
        optimizers.put("adam", Adam.of(1).weightDecay(0.1));
        optimizers.put("adamw", AdamW.of(1).group(Parameters.vectors(), group -> group.learningRateFactor(0.5)));
        optimizers.put("rmsprop", RmsProp.of(1));
        optimizers.put("adagrad", Adagrad.of(1));
        optimizers.put("lion", Lion.of(1));
        optimizers.put("clipped", Sgd.of(1).clipNorm(0.1));
        optimizers.put("frozen", Adam.of(1).freeze(Parameters.vectors()));
        return optimizers;
    }

    static Stream<Arguments> networksAndOptimizers() {
        return Stream.of(perceptron(), convolutional(), transformer())
                .flatMap(network -> optimizers().entrySet().stream()
                        .map(entry -> Arguments.of(network, entry.getKey(), entry.getValue())));
    }

    /** What is known before the examined step: the variables after a first step, so that moments are no zeros. */
    private static Map<String, double[]> afterOneStep(Network network, Graph step) {
        var variables = new HashMap<String, double[]>();
        step.variables()
                .keySet()
                .forEach(name -> variables.put(
                        name, step.initial(name).initialValue(SEED).toDoubleArray()));
        variables.putAll(network.run(step, variables, 1, 1, 0.01).assignments());
        return variables;
    }

    /** The variables, moved from some values towards others by a share of the way. */
    private static Map<String, double[]> moved(Map<String, double[]> from, Map<String, double[]> to, double share) {
        var moved = new HashMap<String, double[]>();
        from.forEach((name, values) -> {
            double[] target = to.getOrDefault(name, values);
            var between = new double[values.length];
            Arrays.setAll(between, i -> values[i] + share * (target[i] - values[i]));
            moved.put(name, between);
        });
        return moved;
    }

    private static double sum(double[] numbers) {
        return Arrays.stream(numbers).sum();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("networksAndOptimizers")
    void theParts_addUpTo_theSlopeAlongTheUpdate(Network network, String name, Optimizer optimizer) {
        Graph step = network.step(optimizer);
        Map<String, double[]> before = afterOneStep(network, step);
        Interpreter.Result result = network.run(step, before, 2, 2, 1e-3);
        double gain = sum(result.outputs().get(StepGraph.GAINS));

        double h = 1e-3;
        double ahead = network.loss(moved(before, result.assignments(), h), 2)[0];
        double behind = network.loss(moved(before, result.assignments(), -h), 2)[0];

        assertThat(Math.abs(gain)).isGreaterThan(1e-7);
        assertThat(-(ahead - behind) / (2 * h)).isCloseTo(gain, within(1e-5 * Math.abs(gain)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("networksAndOptimizers")
    void halvingTheRate_quarters_whatThePartsMiss(Network network, String name, Optimizer optimizer) {
        Graph step = network.step(optimizer);
        Map<String, double[]> before = afterOneStep(network, step);
        double[] missed = new double[3];
        for (int i = 0; i < missed.length; i++) {
            Interpreter.Result result = network.run(step, before, 2, 2, 1e-5 / (1 << i));
            double gain = sum(result.outputs().get(StepGraph.GAINS));
            double measured = result.outputs().get(StepGraph.LOSS)[0]
                    - network.loss(moved(before, result.assignments(), 1), 2)[0];
            missed[i] = measured - gain;
        }
        assertThat(missed[0] / missed[1]).isBetween(3.9, 4.1);
        assertThat(missed[1] / missed[2]).isBetween(3.9, 4.1);
    }
}
