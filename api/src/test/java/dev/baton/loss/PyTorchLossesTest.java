package dev.baton.loss;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every loss in every reduction, with its gradient, against PyTorch (benchmarks/peers/oracle): at most four times as far
 * from PyTorch's float64 as its float32 is, plus a floor of 2^-22 of the largest element, which is four roundings.
 */
class PyTorchLossesTest {

    private static final int TIMES = 4;
    private static final double FLOOR = 0x1p-22;

    /** What losses that are not reduced were multiplied by before their gradient was taken. */
    private static final float[] ABOVE = {1f, -0.5f, 2f, 0.25f, -1.5f, 0.75f};

    record Case(JsonNode json) {
        @Override
        public String toString() {
            return json.get("loss").asText() + " " + json.get("options") + " " + json.get("shape");
        }
    }

    static Stream<Case> cases() throws IOException {
        try (var file = PyTorchLossesTest.class.getResourceAsStream("pytorch-losses.json")) {
            return StreamSupport.stream(
                            new ObjectMapper().readTree(file).get("cases").spliterator(), false)
                    .map(Case::new);
        }
    }

    /** The factory of a case's loss, one of {@link Losses}. */
    private static Method factory(JsonNode json) {
        String name = switch (json.get("loss").asText()) {
            case "binary_cross_entropy_with_logits" -> "binaryCrossEntropy";
            case "kl_div" -> "klDivergence";
            case "nll" -> "negativeLogLikelihood";
            case "cross_entropy" -> "crossEntropy";
            case "smooth_l1" -> "huber";
            default -> json.get("loss").asText();
        };
        return factories()
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Method> factories() {
        return Arrays.stream(Losses.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()));
    }

    private static ReducibleLoss loss(JsonNode json) throws ReflectiveOperationException {
        JsonNode options = json.get("options");
        Method factory = factory(json);
        if (json.get("loss").asText().equals("smooth_l1")) {
            return smoothL1(options.get("beta").asDouble());
        }
        Object[] arguments = factory.getParameterCount() == 0
                ? new Object[0]
                : new Object[] {options.get("delta").asDouble()};
        Object made = factory.invoke(null, arguments);
        if (made instanceof BinaryCrossEntropy loss) {
            return loss.positiveWeight(options.get("positiveWeight").asDouble());
        }
        if (made instanceof CrossEntropy loss) {
            return with(options, loss)
                    .labelSmoothing(options.path("labelSmoothing").asDouble(0));
        }
        return made instanceof NegativeLogLikelihood loss ? with(options, loss) : (ReducibleLoss) made;
    }

    /** As the documentation of the Huber loss says it. */
    private static ReducibleLoss smoothL1(double beta) {
        var huber = Losses.huber(beta);
        return new ReducibleLoss() {
            @Override
            public Tensor perExample(Tensor answers, Tensor targets) {
                return huber.perExample(answers, targets).divide(beta);
            }

            @Override
            public Tensor of(Tensor answers, Tensor targets) {
                return huber.of(answers, targets).divide(beta);
            }

            @Override
            public Loss sum() {
                return (answers, targets) -> huber.sum().of(answers, targets).divide(beta);
            }
        };
    }

    private static <L extends ClassLoss<L>> L with(JsonNode options, L plain) {
        L loss = plain;
        if (options.has("classWeights")) {
            loss = loss.classWeights(doubles(options.get("classWeights")));
        }
        return options.has("ignoreIndex")
                ? loss.ignoreIndex(options.get("ignoreIndex").asInt())
                : loss;
    }

    @Test
    void everyLossIsTried() throws IOException {
        List<Method> tried = cases().map(one -> factory(one.json())).toList();
        assertThat(factories().filter(factory -> !tried.contains(factory)))
                .as("losses that PyTorch's file has no case of")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithPyTorch(Case tried) throws ReflectiveOperationException {
        JsonNode json = tried.json();
        Map<String, double[]> ours = compute(json);
        boolean classes = json.has("labels");
        List<String> results = List.of("mean", "meanGradient", "sum", "sumGradient", "none", "noneGradient");
        for (String name : results.subList(0, classes ? 6 : 4)) {
            compare(name, ours.get(name), doubles(json.at("/float64/" + name)), doubles(json.at("/float32/" + name)));
        }
        if (!classes) {
            boolean sums = json.get("loss").asText().equals("kl_div");
            double[] exact = doubles(json.at("/float64/none"));
            compare("none", ours.get("none"), ofRows(exact, sums), ofRows(doubles(json.at("/float32/none")), sums));
        }
    }

    /** What PyTorch does not reduce, reduced to one number for each of three examples. */
    private static double[] ofRows(double[] elements, boolean sums) {
        int size = elements.length / 3;
        var rows = new double[3];
        for (int i = 0; i < elements.length; i++) {
            rows[i / size] += sums ? elements[i] : elements[i] / size;
        }
        return rows;
    }

    private static void compare(String name, double[] ours, double[] exact, double[] theirs) {
        double largest = Arrays.stream(exact).map(Math::abs).max().orElse(0);
        double allowed = TIMES * distance(theirs, exact) + FLOOR * largest;
        assertThat(ours).as(name).hasSameSizeAs(exact);
        assertThat(distance(ours, exact)).as(name).isLessThanOrEqualTo(allowed);
    }

    private static double distance(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double distance = Math.abs(a[i] - b[i]);
            largest = Double.isNaN(distance) ? Double.POSITIVE_INFINITY : Math.max(largest, distance);
        }
        return largest;
    }

    private static Map<String, double[]> compute(JsonNode json) throws ReflectiveOperationException {
        var shape = Shape.of(Arrays.stream(doubles(json.get("shape")))
                .mapToLong(size -> (long) size)
                .toArray());
        NDArray answers = floats(shape, json.get("answers"));
        NDArray targets = json.has("labels")
                ? NDArray.of(
                        shape.without(-1),
                        Arrays.stream(doubles(json.get("labels")))
                                .mapToInt(label -> (int) label)
                                .toArray())
                : floats(shape, json.get("targets"));
        var graph = new GraphBuilder();
        Tensor x = Tensor.of(graph, graph.input("answers", new TensorType(answers.dtype(), answers.shape())));
        Tensor y = Tensor.of(graph, graph.input("targets", new TensorType(targets.dtype(), targets.shape())));
        ReducibleLoss loss = loss(json);
        Tensor each = loss.perExample(x, y);
        output(graph, "mean", loss.of(x, y), x);
        output(graph, "sum", loss.sum().of(x, y), x);
        graph.output("none", each.value());
        if (json.has("labels")) {
            Value above = new Emitter(graph).constant(NDArray.of(each.shape(), ABOVE));
            Tensor weighed = each.multiply(Tensor.of(graph, above)).sum();
            graph.output("noneGradient", gradient(weighed, x));
        }
        var results = new LinkedHashMap<String, double[]>();
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"));
                var plan = session.compile(graph.build(), Map.of())) {
            plan.run(new NDArray[] {answers, targets});
            List<String> names = json.has("labels")
                    ? List.of("mean", "meanGradient", "sum", "sumGradient", "none", "noneGradient")
                    : List.of("mean", "meanGradient", "sum", "sumGradient", "none");
            for (int i = 0; i < names.size(); i++) {
                boolean scalar = names.get(i).equals("mean") || names.get(i).equals("sum");
                Shape of = scalar ? Shape.scalar() : names.get(i).equals("none") ? each.shape() : shape;
                NDArray result = NDArray.zeros(DType.FLOAT32, of);
                plan.read(i, result);
                results.put(names.get(i), result.toDoubleArray());
            }
        }
        return results;
    }

    private static void output(GraphBuilder graph, String name, Tensor loss, Tensor answers) {
        graph.output(name, loss.value());
        graph.output(name + "Gradient", gradient(loss, answers));
    }

    private static Value gradient(Tensor loss, Tensor by) {
        return Gradients.of(new Emitter(by.graph()), loss.value(), List.of(by.value()))
                .get(0);
    }

    private static NDArray floats(Shape shape, JsonNode list) {
        NDArray array = NDArray.zeros(DType.FLOAT32, shape);
        for (int i = 0; i < array.size(); i++) {
            array.set(i, list.get(i).asDouble());
        }
        return array;
    }

    private static double[] doubles(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }
}
