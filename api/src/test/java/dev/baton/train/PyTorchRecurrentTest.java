package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.loss.Losses;
import dev.baton.nn.GRU;
import dev.baton.nn.Initializers;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.RecurrentLayers;
import dev.baton.optim.Adam;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * LSTM and GRU against PyTorch (benchmarks/peers/oracle): in double both agree; in single precision Baton is at most four
 * times as far from that as PyTorch is, and a rounding of the largest element.
 */
class PyTorchRecurrentTest {

    private static final double TIMES = 4;
    private static final double ROUNDING = 1.2e-7;

    static Stream<JsonNode> cases() throws IOException {
        return read("cases");
    }

    static Stream<JsonNode> runs() throws IOException {
        return read("runs");
    }

    private static Stream<JsonNode> read(String what) throws IOException {
        try (var file = PyTorchRecurrentTest.class.getResourceAsStream("pytorch-recurrent.json")) {
            return StreamSupport.stream(
                    new ObjectMapper().readTree(file).get(what).spliterator(), false);
        }
    }

    private static float[] symmetric(int stream, int count, int bound, int unit) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (OracleData.below(stream, i, 2 * bound + 1) - bound) / (float) unit;
        }
        return values;
    }

    private static float[] values(int stream, long count) {
        return symmetric(stream, (int) count, 32, 16);
    }

    /** A parameter as it lies in memory; the oracle's lie as in files. */
    private static float[] parameter(int number, Parameter parameter, int hidden) {
        float[] inFile =
                symmetric(1000 + number, (int) parameter.shape().size(), (int) (4096 / Math.sqrt(hidden)), 4096);
        if (parameter.layout() == Parameter.FileLayout.AS_IS) {
            return inFile;
        }
        var turned = new float[inFile.length];
        int rows = (int) parameter.shape().size(0);
        int columns = (int) parameter.shape().size(1);
        for (int i = 0; i < turned.length; i++) {
            turned[i] = inFile[i % columns * rows + i / columns];
        }
        return turned;
    }

    /** A recurrent layer with a loss that depends on everything it gives; hands out results and gradients. */
    private static final class Trace {
        final Layer layer;
        final GraphBuilder builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        final Emitter emit = new Emitter(builder);
        final List<Value> by = new ArrayList<>();
        final Map<String, float[]> inputs = new LinkedHashMap<>();

        Trace(JsonNode tried, Layer layer) {
            this.layer = layer;
            long states =
                    tried.get("layers").asLong() * (tried.get("bidirectional").asBoolean() ? 2 : 1);
            long batch = tried.get("batch").asLong();
            Shape state = Shape.of(states, batch, tried.get("hidden").asLong());
            Tensor x = input(
                    "x",
                    1100,
                    Shape.of(
                            batch,
                            tried.get("steps").asLong(),
                            tried.get("inputs").asLong()));
            Tensor hidden = input("h0", 1101, state);
            var results = new LinkedHashMap<String, Tensor>();
            if (layer instanceof LSTM lstm) {
                var result = lstm.run(x, new LSTM.State(hidden, input("c0", 1102, state)));
                results.put("outputs", result.outputs());
                results.put("hidden", result.state().hidden());
                results.put("cell", result.state().cell());
            } else {
                var result = ((GRU) layer).run(x, hidden);
                results.put("outputs", result.outputs());
                results.put("hidden", result.hidden());
            }
            layer.parameters().forEach(parameter -> by.add(parameter.in(x).value()));
            Tensor loss = null;
            int stream = 1110;
            for (Map.Entry<String, Tensor> result : results.entrySet()) {
                builder.output(result.getKey(), result.getValue().value());
                Tensor part = weighted(result.getValue(), stream++);
                loss = loss == null ? part : loss.add(part);
            }
            List<Value> gradients = Gradients.of(emit, loss.value(), by);
            for (int i = 0; i < by.size(); i++) {
                Value gradient = gradients.get(i);
                String name = by.get(i).node().attributes().text("name");
                boolean turned = name.startsWith("weight");
                builder.output("by " + name, turned ? emit.transpose(gradient, 1, 0) : gradient);
            }
        }

        private Tensor input(String name, int stream, Shape shape) {
            Value value = builder.input(name, new TensorType(DType.FLOAT32, shape));
            by.add(value);
            inputs.put(name, values(stream, shape.size()));
            return Tensor.of(builder, value);
        }

        private Tensor weighted(Tensor x, int stream) {
            Value weights =
                    emit.constant(NDArray.of(x.shape(), values(stream, x.shape().size())));
            return x.multiply(Tensor.of(builder, weights)).sum();
        }
    }

    static Layer layer(JsonNode tried) {
        int hidden = tried.get("hidden").asInt();
        long inputs = tried.get("inputs").asLong();
        RecurrentLayers stack = RecurrentLayers.of(tried.get("layers").asInt());
        RecurrentLayers layers = tried.get("bidirectional").asBoolean() ? stack.bidirectional() : stack;
        boolean lstm = tried.get("cell").asText().equals("lstm");
        return lstm ? new LSTM(inputs, hidden, layers) : new GRU(inputs, hidden, layers);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valuesAndGradientsAgree(JsonNode tried) {
        int hidden = tried.get("hidden").asInt();
        var trace = new Trace(tried, layer(tried));
        Graph graph = trace.builder.build();
        var parameters = new LinkedHashMap<String, float[]>();
        for (Parameter parameter : trace.layer.parameters()) {
            parameters.put(parameter.name(), parameter(parameters.size(), parameter, hidden));
        }
        Map<String, double[]> exact = new Interpreter(graph, Interpreter.Precision.DOUBLE)
                .run(doubles(trace.inputs), doubles(parameters))
                .outputs();
        Map<String, float[]> single = onBackend(graph, trace.inputs, parameters);
        for (JsonNode tensor : tried.get("tensors")) {
            String name = tensor.get("name").asText();
            double[] right = exact.get(name);
            double largest = Arrays.stream(right).map(Math::abs).max().orElseThrow();
            agrees(tensor, name, right, largest);
            double error = 0;
            for (int i = 0; i < right.length; i++) {
                error = Math.max(error, Math.abs(single.get(name)[i] - right[i]));
            }
            assertThat(error)
                    .as(name)
                    .isLessThanOrEqualTo(TIMES * tensor.get("float32Error").asDouble() + ROUNDING * largest);
        }
    }

    private static void agrees(JsonNode tensor, String name, double[] values, double largest) {
        assertThat(values).as(name).hasSize(tensor.get("count").asInt());
        for (int i = 0; i < tensor.get("first").size(); i++) {
            assertThat(values[i])
                    .as("%s, element %d", name, i)
                    .isCloseTo(tensor.get("first").get(i).asDouble(), within(1e-12 * largest));
        }
        double all = 1e-12 * largest * values.length;
        assertThat(Arrays.stream(values).sum())
                .as(name)
                .isCloseTo(tensor.get("sum").asDouble(), within(all));
        assertThat(Arrays.stream(values).map(value -> value * value).sum())
                .as(name)
                .isCloseTo(tensor.get("sumOfSquares").asDouble(), within(all * largest));
    }

    private static Map<String, double[]> doubles(Map<String, float[]> arrays) {
        var result = new LinkedHashMap<String, double[]>();
        arrays.forEach((name, values) -> {
            var wide = new double[values.length];
            Arrays.setAll(wide, i -> values[i]);
            result.put(name, wide);
        });
        return result;
    }

    private static String backend() {
        return System.getProperty("baton.test.backend", "reference");
    }

    private static Map<String, float[]> onBackend(
            Graph graph, Map<String, float[]> inputs, Map<String, float[]> parameters) {
        try (var session = Session.open(backend())) {
            Plan plan = session.compile(graph, Map.of());
            parameters.forEach((name, values) ->
                    session.set(name, NDArray.of(graph.variables().get(name).shape(), values)));
            plan.run(graph.inputs().entrySet().stream()
                    .map(input -> NDArray.of(input.getValue().shape(), inputs.get(input.getKey())))
                    .toArray(NDArray[]::new));
            var results = new LinkedHashMap<String, float[]>();
            graph.outputs().forEach((name, value) -> {
                NDArray array = NDArray.zeros(DType.FLOAT32, value.shape());
                plan.read(results.size(), array);
                results.put(name, array.toFloatArray());
            });
            return results;
        }
    }

    /** Token numbers [N, T] -> scores [N T, tokens], as the oracle's network. */
    private static final class Model extends Layer {
        private final int hidden;
        private final Parameter embedding;
        private final Layer recurrent;
        private final Linear head;

        Model(boolean lstm, int tokens, int width, int hidden) {
            this.hidden = hidden;
            this.embedding = parameter("embedding", Shape.of(tokens, width), Initializers.constant(0));
            this.recurrent = child("recurrent", lstm ? new LSTM(width, hidden) : new GRU(width, hidden));
            this.head = child("head", new Linear(hidden, tokens));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            Tensor states = trace(recurrent, embedding.in(tokens).rows(tokens));
            return trace(head, states.reshape(-1, hidden));
        }
    }

    static Layer model(JsonNode run) {
        return new Model(
                run.get("cell").asText().equals("lstm"),
                run.get("tokens").asInt(),
                run.get("width").asInt(),
                run.get("hidden").asInt());
    }

    @ParameterizedTest
    @MethodSource("runs")
    void tenTrainingLossesAgree(JsonNode run) {
        int tokens = run.get("tokens").asInt();
        int hidden = run.get("hidden").asInt();
        Layer model = model(run);
        Shape shape = Shape.of(run.get("batch").asLong(), run.get("length").asLong());
        StepFunction function = inputs -> Losses.crossEntropy()
                .of(model.forward(inputs.get("tokens")), inputs.get("labels").reshape(-1));
        try (var session = Session.open(backend());
                var step = TrainStep.of(
                        session, function, Adam.of(run.get("learningRate").asDouble()))) {
            step.prepare(batch(shape, tokens, 0));
            List<Parameter> parameters = model.parameters();
            for (int i = 0; i < parameters.size(); i++) {
                Parameter parameter = parameters.get(i);
                session.set(parameter.name(), NDArray.of(parameter.shape(), parameter(i, parameter, hidden)));
            }
            double ours = 0;
            double theirs = 0;
            for (int i = 0; i < 10; i++) {
                double exact = run.get("float64").get("losses").get(i).asDouble();
                double single = run.get("float32").get("losses").get(i).asDouble();
                theirs = Math.max(theirs, Math.abs(single - exact));
                ours = Math.max(ours, Math.abs(step.run(batch(shape, tokens, i)).loss() - exact));
            }
            // A loss near 2.6 is rounded to multiples of 2.4e-7.
            assertThat(ours).isLessThanOrEqualTo(TIMES * theirs + 2.4e-7);
        }
    }

    private static Map<String, NDArray> batch(Shape shape, int tokens, int number) {
        return Map.of(
                "tokens", NDArray.of(shape, tokens(1200 + number, shape, tokens)),
                "labels", NDArray.of(shape, tokens(1300 + number, shape, tokens)));
    }

    private static int[] tokens(int stream, Shape shape, int bound) {
        var tokens = new int[(int) shape.size()];
        Arrays.setAll(tokens, i -> OracleData.below(stream, i, bound));
        return tokens;
    }
}
