package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;

/** The gradients of a function of named inputs, and the central differences that they should be. */
final class Differences {

    /** Small enough for the differences, and large enough for what is left of their digits. */
    private static final double STEP = 1e-5;

    private static final String VALUE = "value";
    private static final long SEED = 1;

    private final StepFunction function;
    private final Map<String, NDArray> given;
    private final Map<String, double[]> inputs = new HashMap<>();
    private final Map<String, double[]> variables = new HashMap<>();

    /**
     * By all elements of a parameter or input.
     *
     * @param name such as {@code parameter '0.weight'}
     */
    record Slopes(String name, Shape shape, double[] gradient, double[] difference) {

        /** The largest absolute value. */
        double largest() {
            return DoubleStream.concat(Arrays.stream(gradient), Arrays.stream(difference))
                    .map(Math::abs)
                    .max()
                    .orElse(0);
        }
    }

    Differences(StepFunction function, Map<String, NDArray> given) {
        this.function = function;
        this.given = given;
    }

    /** By each parameter and each floating-point input. */
    List<Slopes> slopes() {
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        Value value = trace(builder);
        var leaves = new LinkedHashMap<String, Value>();
        builder.variables().forEach((variable, initial) -> {
            double[] numbers = initial.initialValue(SEED).toDoubleArray();
            if (initial instanceof Parameter parameter) {
                leaves.put("parameter '" + parameter.name() + "'", variable);
                move(numbers, parameter.name());
            }
            variables.put(nameOf(variable), numbers);
        });
        given.forEach((name, array) -> {
            inputs.put(name, array.toDoubleArray());
            if (array.dtype().isFloating()) {
                leaves.put("input '" + name + "'", builder.input(name, type(array)));
            }
        });
        inputs.put(GraphBuilder.SEED, new double[] {SEED});
        inputs.put(GraphBuilder.STEP, new double[] {1});

        List<Value> gradients = Gradients.of(new Emitter(builder), value, List.copyOf(leaves.values()));
        var outputs = List.copyOf(leaves.keySet());
        for (int i = 0; i < outputs.size(); i++) {
            builder.output("by " + outputs.get(i), gradients.get(i));
        }
        Map<String, double[]> computed = run(interpreter(builder));
        var forward = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        forward.output(VALUE, trace(forward));
        Interpreter interpreter = interpreter(forward);
        var all = new ArrayList<Slopes>();
        leaves.forEach((name, leaf) -> {
            double[] at = (leaf.node().is(Primitive.INPUT) ? inputs : variables).get(nameOf(leaf));
            all.add(new Slopes(name, leaf.shape(), computed.get("by " + name), differences(interpreter, at)));
        });
        return all;
    }

    private static String nameOf(Value leaf) {
        return leaf.node().attributes().text("name");
    }

    private static TensorType type(NDArray array) {
        return new TensorType(array.dtype(), array.shape());
    }

    /** Away from zeros and ones, at which mistakes may not show. */
    private static void move(double[] numbers, String name) {
        var random = new Random(name.hashCode());
        Arrays.setAll(numbers, i -> numbers[i] + random.nextDouble() - 0.5);
    }

    /** The function's value as one number. */
    private Value trace(GraphBuilder builder) {
        var types = new LinkedHashMap<String, TensorType>();
        given.forEach((name, array) -> types.put(name, type(array)));
        Tensor value = function.loss(new StepInputs(builder, types));
        if (value.shape().rank() == 0) {
            return value.value();
        }
        NDArray weights = NDArray.zeros(value.dtype(), value.shape());
        var random = new Random(2);
        for (int i = 0; i < weights.size(); i++) {
            weights.set(i, 2 * random.nextDouble() - 1);
        }
        Value constant = new Emitter(builder).constant(weights);
        return value.multiply(Tensor.of(builder, constant)).sum().value();
    }

    private static Interpreter interpreter(GraphBuilder builder) {
        return new Interpreter(builder.build(), Interpreter.Precision.DOUBLE);
    }

    private Map<String, double[]> run(Interpreter interpreter) {
        return interpreter.run(inputs, variables).outputs();
    }

    private double[] differences(Interpreter forward, double[] at) {
        var differences = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double before = at[i];
            double step = STEP * Math.max(1, Math.abs(before));
            at[i] = before + step;
            double above = run(forward).get(VALUE)[0];
            at[i] = before - step;
            double below = run(forward).get(VALUE)[0];
            at[i] = before;
            differences[i] = (above - below) / (2 * step);
        }
        return differences;
    }
}
