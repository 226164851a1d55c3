package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.AdagradUpdate;
import dev.baton.composite.AdamUpdate;
import dev.baton.composite.SgdUpdate;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.loss.CrossEntropy;
import dev.baton.loss.Losses;
import dev.baton.loss.NegativeLogLikelihood;
import dev.baton.loss.ReducibleLoss;
import dev.baton.nn.GRU;
import dev.baton.nn.GroupNorm;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.RMSNorm;
import dev.baton.runtime.Session;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Published operator cases of ONNX: inputs, and what has to come out (benchmarks/peers/oracle/onnx-cases.py). */
class OnnxCasesTest {

    /** Of the largest element. What was published is in single precision, and was computed in it. */
    private static final double NEAR = 1e-6;

    private record Case(JsonNode json) {
        String operator() {
            return json.get("op").asText();
        }

        boolean has(String attribute) {
            return json.get("attributes").has(attribute);
        }

        double number(String attribute) {
            return json.get("attributes").get(attribute).asDouble();
        }

        String text(String attribute) {
            return json.get("attributes").get(attribute).asText();
        }

        NDArray input(int number) {
            return array(json.get("inputs").get(number));
        }

        double[] values(int number) {
            return input(number).toDoubleArray();
        }

        @Override
        public String toString() {
            return json.get("name").asText();
        }
    }

    /** A graph that grows, and the variables of its layers. It begins with its first input, since layers come before. */
    private static final class Run {
        private GraphBuilder builder;
        private final List<NDArray> arrays = new ArrayList<>();
        private final Map<String, NDArray> weights = new LinkedHashMap<>();

        Tensor input(NDArray array) {
            builder = builder == null ? new GraphBuilder() : builder;
            Value value = builder.input("input " + arrays.size(), new TensorType(array.dtype(), array.shape()));
            arrays.add(array);
            return Tensor.of(builder, value);
        }
    }

    static Stream<Case> cases() {
        return StreamSupport.stream(
                        PyTorchTensors.read("onnx-cases.json").get("cases").spliterator(), false)
                .map(Case::new);
    }

    /** An array of the file; whole numbers become int32, which is what Baton counts with. */
    private static NDArray array(JsonNode json) {
        DType dtype = switch (json.get("type").asText()) {
            case "float32" -> DType.FLOAT32;
            case "bool" -> DType.BOOL;
            default -> DType.INT32;
        };
        NDArray array = NDArray.zeros(
                dtype,
                Shape.of(StreamSupport.stream(json.get("shape").spliterator(), false)
                        .mapToLong(JsonNode::asLong)
                        .toArray()));
        for (int i = 0; i < array.size(); i++) {
            array.set(i, json.get("values").get(i).asDouble());
        }
        return array;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatWasPublished(Case tried) {
        var run = new Run();
        List<Value> outputs = outputs(run, tried);
        for (int i = 0; i < outputs.size(); i++) {
            run.builder.output("output " + i, outputs.get(i));
        }
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"));
                var plan = session.compile(run.builder.build(), Map.of())) {
            run.weights.forEach(session::set);
            plan.run(run.arrays.toArray(NDArray[]::new));
            for (int i = 0; i < outputs.size(); i++) {
                NDArray wanted = array(tried.json().get("outputs").get(i));
                NDArray got = NDArray.zeros(DType.FLOAT32, outputs.get(i).shape());
                plan.read(i, got);
                double largest = Arrays.stream(wanted.toDoubleArray())
                        .map(Math::abs)
                        .max()
                        .orElseThrow();
                assertThat(got.shape()).isEqualTo(wanted.shape());
                assertThat(got.toDoubleArray())
                        .as("output %d", i)
                        .containsExactly(wanted.toDoubleArray(), within(NEAR * largest));
            }
        }
    }

    private static List<Value> outputs(Run run, Case tried) {
        return switch (tried.operator()) {
            case "Adam" -> adam(run, tried);
            case "Momentum" -> momentum(run, tried);
            case "Adagrad" -> adagrad(run, tried);
            default -> List.of(output(run, tried).value());
        };
    }

    private static Tensor output(Run run, Case tried) {
        return switch (tried.operator()) {
            case "SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss" -> loss(run, tried);
            case "Gelu" -> {
                Tensor x = run.input(tried.input(0));
                yield tried.has("approximate") ? x.geluTanh() : x.gelu();
            }
            case "Attention" -> attention(run, tried);
            case "LayerNormalization", "RMSNormalization", "GroupNormalization" -> norm(run, tried);
            case "LSTM", "GRU" -> recurrence(run, tried);
            default -> throw new IllegalArgumentException(tried.operator());
        };
    }

    /** Classes come second in ONNX, and last here. */
    private static Tensor loss(Run run, Case tried) {
        CrossEntropy ofLogits = Losses.crossEntropy();
        NegativeLogLikelihood ofLogarithms = Losses.negativeLogLikelihood();
        if (tried.json().get("inputs").size() == 3) {
            ofLogits = ofLogits.classWeights(tried.values(2));
            ofLogarithms = ofLogarithms.classWeights(tried.values(2));
        }
        if (tried.has("ignore_index")) {
            ofLogits = ofLogits.ignoreIndex((int) tried.number("ignore_index"));
            ofLogarithms = ofLogarithms.ignoreIndex((int) tried.number("ignore_index"));
        }
        ReducibleLoss chosen = tried.operator().equals("SoftmaxCrossEntropyLoss") ? ofLogits : ofLogarithms;
        Tensor scores = run.input(tried.input(0));
        Tensor last = scores.shape().rank() == 3 ? scores.transpose(0, 2, 1) : scores;
        Tensor labels = run.input(tried.input(1));
        return switch (tried.text("reduction")) {
            case "none" -> chosen.perExample(last, labels);
            case "sum" -> chosen.sum().of(last, labels);
            default -> chosen.of(last, labels);
        };
    }

    private static Tensor attention(Run run, Case tried) {
        Tensor[] in = new Tensor[tried.json().get("inputs").size()];
        for (int i = 0; i < in.length; i++) {
            in[i] = run.input(tried.input(i));
        }
        Attention attention = tried.has("is_causal") ? Attention.causal() : Attention.full();
        attention = tried.has("scale") ? attention.scale(tried.number("scale")) : attention;
        attention = in.length == 4 ? attention.mask(in[3]) : attention;
        return attention.of(in[0], in[1], in[2]);
    }

    private static Tensor norm(Run run, Case tried) {
        Shape shape = tried.input(1).shape();
        double epsilon = tried.has("epsilon") ? tried.number("epsilon") : 1e-5;
        Layer layer = switch (tried.operator()) {
            case "LayerNormalization" -> new LayerNorm(shape).epsilon(epsilon);
            case "RMSNormalization" -> new RMSNorm(shape).epsilon(epsilon);
            default -> new GroupNorm((int) tried.number("num_groups"), shape.size(0)).epsilon(epsilon);
        };
        run.weights.put("weight", tried.input(1));
        if (tried.json().get("inputs").size() == 3) {
            run.weights.put("bias", tried.input(2));
        }
        return Layer.trace(layer, run.input(tried.input(0)));
    }

    /** The last state, [directions, N, H]; inputs come as [T, N, F] and gates in another order. */
    private static Tensor recurrence(Run run, Case tried) {
        int hidden = (int) tried.number("hidden_size");
        int inputs = (int) tried.input(1).shape().size(2);
        boolean lstm = tried.operator().equals("LSTM");
        // Input, output, forget, cell there; update, reset, candidate there.
        int[] order = lstm ? new int[] {0, 2, 3, 1} : new int[] {1, 0, 2};
        double[] bias =
                tried.json().get("inputs").size() == 4 ? tried.values(3) : new double[2 * order.length * hidden];
        int half = bias.length / 2;
        long rows = (long) order.length * hidden;
        double[] ofInputs = Arrays.copyOf(bias, half);
        double[] ofStates = Arrays.copyOfRange(bias, half, 2 * half);
        run.weights.put("weight_ih_l0", gates(tried.values(1), order, Shape.of(inputs, rows)));
        run.weights.put("weight_hh_l0", gates(tried.values(2), order, Shape.of(hidden, rows)));
        run.weights.put("bias_ih_l0", gates(ofInputs, order, Shape.of(rows)));
        run.weights.put("bias_hh_l0", gates(ofStates, order, Shape.of(rows)));
        if (lstm) {
            var layer = new LSTM(inputs, hidden);
            return layer.run(run.input(tried.input(0)).transpose(1, 0, 2))
                    .state()
                    .hidden();
        }
        var layer = new GRU(inputs, hidden);
        return layer.run(run.input(tried.input(0)).transpose(1, 0, 2)).hidden();
    }

    /**
     * [gates H, F] in one order of gates to [F, gates H] in another.
     *
     * @param shape of the result; a vector where there is one column
     */
    private static NDArray gates(double[] given, int[] order, Shape shape) {
        int rows = (int) shape.size(-1);
        int hidden = rows / order.length;
        int columns = given.length / rows;
        NDArray turned = NDArray.zeros(DType.FLOAT32, shape);
        for (int row = 0; row < rows; row++) {
            int from = order[row / hidden] * hidden + row % hidden;
            for (int column = 0; column < columns; column++) {
                turned.set(column * rows + row, given[from * columns + column]);
            }
        }
        return turned;
    }

    private static List<Value> adam(Run run, Case tried) {
        var attributes = Attributes.of(AdamUpdate.BETA1, tried.number("alpha"))
                .with(AdamUpdate.BETA2, tried.number("beta"))
                .with(AdamUpdate.EPSILON, tried.number("epsilon"))
                .with(AdamUpdate.WEIGHT_DECAY, tried.number("norm_coefficient"))
                .with(AdamUpdate.DECOUPLED, false);
        // Step 0 there is one without corrections.
        return update(run, tried, AdamUpdate.INSTANCE, attributes, 2);
    }

    private static List<Value> momentum(Run run, Case tried) {
        var attributes = Attributes.of(SgdUpdate.MOMENTUM, tried.number("alpha"))
                .with(SgdUpdate.NESTEROV, tried.text("mode").equals("nesterov"))
                .with(SgdUpdate.WEIGHT_DECAY, tried.number("norm_coefficient"));
        return update(run, tried, SgdUpdate.INSTANCE, attributes, 0);
    }

    private static List<Value> adagrad(Run run, Case tried) {
        var attributes = Attributes.of(AdagradUpdate.EPSILON, tried.number("epsilon"))
                .with(AdagradUpdate.WEIGHT_DECAY, tried.number("norm_coefficient"));
        return update(run, tried, AdagradUpdate.INSTANCE, attributes, 0);
    }

    /**
     * Rate, step, then of all parameters the weights, then the gradients, then each moment; here each parameter's together.
     *
     * @param ones how many scalars that follow the rate are 1
     */
    private static List<Value> update(Run run, Case tried, Update rule, Attributes attributes, int ones) {
        int states = rule.states(attributes);
        int parameters = (tried.json().get("inputs").size() - 2) / (states + 1);
        var inputs = new ArrayList<Value>();
        NDArray finite = NDArray.zeros(DType.BOOL, Shape.scalar());
        finite.set(0, 1);
        inputs.add(run.input(finite).value());
        inputs.add(run.input(tried.input(0)).value());
        for (int i = 0; i < ones; i++) {
            inputs.add(run.input(NDArray.of(Shape.scalar(), 1f)).value());
        }
        for (int parameter = 0; parameter < parameters; parameter++) {
            inputs.add(run.input(tried.input(2 + parameter)).value());
            for (int state = 1; state < states; state++) {
                inputs.add(run.input(tried.input(2 + (state + 1) * parameters + parameter))
                        .value());
            }
            inputs.add(run.input(tried.input(2 + parameters + parameter)).value());
        }
        Node update = run.builder.add(rule, inputs, attributes);
        var outputs = new ArrayList<Value>();
        for (int state = 0; state < states; state++) {
            for (int parameter = 0; parameter < parameters; parameter++) {
                outputs.add(update.output(parameter * states + state));
            }
        }
        return outputs;
    }
}
