package dev.baton.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.onnx.Onnx;
import dev.baton.onnx.OnnxModel;
import dev.baton.onnx.format.GraphDef;
import dev.baton.onnx.format.Model;
import dev.baton.onnx.format.NodeDef;
import dev.baton.onnx.format.TensorDef;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cases that the ONNX project publishes with its operators: models of one node or a few with inputs and outputs. Debian
 * has them as the package libonnx-testdata; where it is not installed, this test is skipped.
 */
class PublishedCasesTest {

    private static final Path CASES =
            Path.of(System.getProperty("baton.onnx.cases", "/usr/share/libonnx-testdata/data"));

    /** The published tolerances. */
    private static final double RELATIVE = 1e-3;

    private static final double ABSOLUTE = 1e-7;

    @TempDir
    Path folder;

    private final Session shared = Session.open("cpu");

    @AfterEach
    void close() {
        shared.close();
    }

    @Test
    void casesOfSupportedOperatorsPass() throws IOException {
        assumeTrue(
                Files.isDirectory(CASES), "the published cases of ONNX are not installed: Debian's libonnx-testdata");
        var failures = new TreeMap<String, String>();
        var refused = new TreeMap<String, String>();
        var skipped = new TreeMap<String, Integer>();
        var unknown = new TreeSet<String>();
        int passed = 0;
        for (String family : List.of("node", "simple", "pytorch-converted", "pytorch-operator")) {
            for (Path one : list(CASES.resolve(family))) {
                String name = one.getFileName().toString();
                try {
                    run(one);
                    passed++;
                } catch (DataException e) {
                    String reason = reason(e.getMessage());
                    if (reason == null) {
                        refused.put(name, e.getMessage());
                    } else {
                        skipped.merge(reason, 1, Integer::sum);
                        e.getMessage()
                                .lines()
                                .filter(line -> line.startsWith("  "))
                                .forEach(line -> unknown.add(line.strip().split(" ")[0]));
                    }
                } catch (BatonException | AssertionError e) {
                    failures.put(name, e.toString());
                } catch (RuntimeException e) {
                    var trace = new java.io.StringWriter();
                    e.printStackTrace(new java.io.PrintWriter(trace));
                    failures.put(
                            name,
                            trace.toString()
                                    .substring(0, Math.min(600, trace.toString().length())));
                }
            }
        }
        System.out.println("ONNX cases: " + passed + " passed, refused " + refused.size() + ", skipped " + skipped);
        assertThat(failures).isEmpty();
        assertThat(refused.keySet())
                .as("cases of supported operators that are refused; %s", refused)
                .isSubsetOf(known().keySet());
        // Those of version 1.12 are counted in the documentation.
        if (passed
                        + refused.size()
                        + skipped.values().stream().mapToInt(Integer::intValue).sum()
                == 1072) {
            assertThat(refused.keySet()).isEqualTo(known().keySet());
            String page = Files.readString(Path.of("..", "docs", "onnx.md"));
            assertThat(page).contains("| pass | " + passed + " |");
            assertThat(page).contains("| refused, listed below | " + refused.size() + " |");
            for (var reason : skipped.entrySet()) {
                assertThat(page).contains("| " + reason.getKey() + " | " + reason.getValue() + " |");
            }
            assertThat(page)
                    .contains(unknown.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", ")));
            known().forEach((name, why) -> assertThat(page).contains("| `" + name + "` | " + why + " |"));
        } else {
            assertThat(passed).isGreaterThan(500);
        }
    }

    /** The cases that are known to be refused, with the reason. */
    private static Map<String, String> known() throws IOException {
        var known = new TreeMap<String, String>();
        try (var lines = new String(
                        PublishedCasesTest.class
                                .getResourceAsStream("refused-cases.txt")
                                .readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8)
                .lines()) {
            lines.forEach(line -> known.put(line.split("\t")[0], line.split("\t")[1]));
        }
        return known;
    }

    /** Why a whole kind of cases is skipped; null for what is refused in an operator that is supported. */
    private static String reason(String message) {
        if (message.contains("has no form for these operators")) {
            return "an operator that Baton has no form for";
        } else if (message.contains("has elements of type")) {
            return "an element type other than float32, float64, int32, int64 and bool";
        } else if (message.contains("is no tensor")) {
            return "a sequence or an optional value";
        } else if (message.contains("versions of the operators")
                || message.contains("of the operators, and Baton reads")) {
            return "operators older than version 6";
        }
        return null;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private void run(Path one) throws IOException {
        OnnxFile.read(one.resolve("model.onnx"));
        Model model = Model.parseFrom(Files.readAllBytes(one.resolve("model.onnx")));
        for (Path data : list(one)) {
            if (data.getFileName().toString().startsWith("test_data_set_")) {
                run(model, data);
            }
        }
    }

    private void run(Model model, Path data) throws IOException {
        GraphDef.Builder graph = model.getGraph().toBuilder();
        var inputs = new LinkedHashMap<String, NDArray>();
        // What has to be known before a model runs becomes a part of it.
        var settings = new ArrayList<TensorDef>();
        List<String> weights =
                graph.getInitializerList().stream().map(TensorDef::getName).toList();
        int number = 0;
        for (var declared : graph.getInputList()) {
            if (weights.contains(declared.getName())) {
                continue;
            }
            TensorDef tensor = tensor(data.resolve("input_" + number++ + ".pb"))
                    .setName(declared.getName())
                    .build();
            if (isSetting(graph, declared.getName())) {
                settings.add(tensor);
            } else {
                inputs.put(
                        declared.getName(),
                        ArrayReader.read(tensor, "input '" + declared.getName() + "'", ExternalData.NONE));
            }
        }
        graph.addAllInitializer(settings);
        Path file = folder.resolve("case.onnx");
        Files.write(file, model.toBuilder().setGraph(graph).build().toByteArray());
        Map<String, NDArray> outputs = compute(file, inputs);
        number = 0;
        for (var declared : graph.getOutputList()) {
            NDArray expected = ArrayReader.read(
                    tensor(data.resolve("output_" + number++ + ".pb")).build(), "output", ExternalData.NONE);
            compare(declared.getName(), outputs.get(declared.getName()), expected);
        }
    }

    private static TensorDef.Builder tensor(Path file) throws IOException {
        return TensorDef.parseFrom(Files.readAllBytes(file)).toBuilder();
    }

    private static boolean isSetting(GraphDef.Builder graph, String name) {
        for (NodeDef node : graph.getNodeList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(name)
                        && Operators.isSetting(
                                new NodeSpec(node.getOperator(), "", node.getDomain(), List.of(), List.of(), Map.of()),
                                i)) {
                    return true;
                }
            }
        }
        return false;
    }

    private Map<String, NDArray> compute(Path file, Map<String, NDArray> inputs) {
        OnnxModel model = inputs.isEmpty() ? null : Onnx.load(file);
        var builder = new GraphBuilder();
        var tensors = new HashMap<String, Tensor>();
        inputs.forEach((name, array) -> tensors.put(
                name, Tensor.of(builder, builder.input(name, new TensorType(array.dtype(), array.shape())))));
        Map<String, Tensor> results = model == null
                ? Tracing.trace(OnnxFile.read(file), builder, Map.of(), Map.of(), "")
                : model.forward(tensors);
        results.forEach((name, tensor) -> builder.output(name, tensor.value()));
        Graph graph = builder.build();
        NDArray[] arguments = graph.inputs().keySet().stream().map(inputs::get).toArray(NDArray[]::new);
        boolean isDouble = graph.nodes().stream()
                .flatMap(node -> node.outputs().stream())
                .anyMatch(type -> type.dtype() == DType.FLOAT64);
        // Double precision is for the reference alone.
        if (!graph.variables().isEmpty() || isDouble) {
            try (var session = Session.open(isDouble ? "reference" : "cpu")) {
                return compute(session, graph, arguments);
            }
        }
        return compute(shared, graph, arguments);
    }

    private static Map<String, NDArray> compute(Session session, Graph graph, NDArray[] arguments) {
        try (var plan = session.compile(graph, Map.of())) {
            plan.run(arguments);
            var outputs = new HashMap<String, NDArray>();
            int number = 0;
            for (var output : graph.outputs().entrySet()) {
                NDArray array = NDArray.zeros(
                        output.getValue().dtype(), output.getValue().shape());
                plan.read(number++, array);
                outputs.put(output.getKey(), array);
            }
            return outputs;
        }
    }

    private static void compare(String name, NDArray ours, NDArray expected) {
        assertThat(ours.dtype()).as(name).isEqualTo(expected.dtype());
        assertThat(ours.shape()).as(name).isEqualTo(expected.shape());
        for (int i = 0; i < ours.size(); i++) {
            double a = ours.get(i);
            double b = expected.get(i);
            boolean same = a == b || Double.isNaN(a) && Double.isNaN(b);
            boolean close = expected.dtype().isFloating() && Math.abs(a - b) <= ABSOLUTE + RELATIVE * Math.abs(b);
            assertThat(same || close)
                    .as("%s[%d] is %s and should be %s", name, i, a, b)
                    .isTrue();
        }
    }
}
