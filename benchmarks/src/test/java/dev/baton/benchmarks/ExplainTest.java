package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What runs in each workload, kernel by kernel, stands in src/test/resources/explain: times are noisy, but a fusion that is
 * lost is a line that differs.
 */
class ExplainTest {

    private static final String REWRITE = "explain.rewrite";
    private static final String THREADS = "baton.threads";
    private static final Path FOLDER = Path.of("src", "test", "resources", "explain");
    private static final int LINES_SHOWN = 5;

    private static final Map<String, Function<Session, String>> WORKLOADS = workloads();

    private static Map<String, Function<Session, String>> workloads() {
        var workloads = new LinkedHashMap<String, Function<Session, String>>();
        Workloads.training().forEach((name, training) -> workloads.put(name, session -> explain(session, training)));
        Workloads.inference().forEach((name, inference) -> {
            for (int batch : new int[] {1, Inference.BATCH}) {
                NDArray inputs = inference.inputs(300, batch);
                workloads.put(
                        name + "-" + batch,
                        session -> explain(session, inference.network().get(), inputs));
            }
        });
        NDArray tokens = Synthetic.whole(300, 1, Shape.of(1, Networks.CONTEXT));
        workloads.put("gpt-generate-" + Networks.CONTEXT, session -> explain(session, Generation.network(), tokens));
        return workloads;
    }

    private static String explain(Session session, Training training) {
        try (var step = training.step(session, training.network().get())) {
            step.prepare(new Batch(training.inputs(0), training.labels(0)));
            return step.explain(training.batch());
        }
    }

    private static String explain(Session session, Layer network, NDArray inputs) {
        var graph = ForwardGraph.of(network, inputs.dtype(), inputs.shape().without(0));
        Graph rest = session.prepare(graph).rest();
        try (var plan =
                session.compile(rest, Map.of(Executable.BATCH, inputs.shape().size(0)))) {
            return plan.explain();
        }
    }

    @BeforeEach
    void takeOneThread() {
        // The scratch memory of convolutions grows with the threads.
        System.setProperty(THREADS, "1");
    }

    @AfterEach
    void forget() {
        System.clearProperty(THREADS);
    }

    static Set<String> names() {
        return WORKLOADS.keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theKernelsAreThoseOfTheFile(String name) throws IOException {
        String text;
        try (var session = Session.open("cpu")) {
            String device = session.device() + "\n";
            String explained = WORKLOADS.get(name).apply(session);
            assertThat(explained).startsWith(device);
            text = withoutNumbers(explained.substring(device.length())) + "\n";
        }
        Path file = FOLDER.resolve(name + ".txt");
        if (Boolean.getBoolean(REWRITE)) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        } else {
            compare(name, Files.exists(file) ? Files.readString(file) : "", text);
        }
    }

    /** So that a kernel more or less changes no other line of a file. */
    private static String withoutNumbers(String kernels) {
        return kernels.replaceAll("(?m)^ *\\d+ +", "");
    }

    private static void compare(String name, String recorded, String now) {
        if (recorded.equals(now)) {
            return;
        }
        List<String> before = recorded.lines().toList();
        List<String> after = now.lines().toList();
        int first = 0;
        while (first < Math.min(before.size(), after.size())
                && before.get(first).equals(after.get(first))) {
            first++;
        }
        fail("%s runs other kernels than benchmarks/%s/%s.txt says, from line %d on:%n%s%nnow:%n%s%n%s"
                .formatted(name, FOLDER, name, first + 1, from(first, before), from(first, after), howToRewrite()));
    }

    private static String from(int first, List<String> lines) {
        String shown = lines.stream().skip(first).limit(LINES_SHOWN).collect(Collectors.joining("\n"));
        return shown.isEmpty() ? "(nothing)" : shown;
    }

    private static String howToRewrite() {
        return "A kernel more, or one that has lost what was fused with it, is slower: look for the reason. If the change is "
                + "meant, write the files anew and commit them, so that it can be reviewed:\n"
                + "  mvn -q -pl benchmarks -am test -Dtest=ExplainTest -Dsurefire.failIfNoSpecifiedTests=false -D"
                + REWRITE;
    }

    @Test
    void everyFileBelongsToAWorkload() throws IOException {
        try (var files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
                    .as("files in benchmarks/%s: delete those of workloads that are gone", FOLDER)
                    .isSubsetOf(names());
        }
    }
}
