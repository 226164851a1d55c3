package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import com.sun.management.ThreadMXBean;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AllFinite;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adam;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A training that goes on takes no more memory, neither on the Java heap nor outside of it. */
class SteadyStateTest {

    private static final int BATCH = 16;
    private static final int RUNS = 10_000;
    private static final long ALLOWED_KILOBYTES = 1024;

    @Test
    void aRunOfAPlanAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Graph graph = trainingStep();
        NDArray[] inputs = graph.inputs().values().stream()
                .map(input -> NDArray.zeros(input.type().dtype(), input.type().shape()))
                .toArray(NDArray[]::new);
        inputs[List.copyOf(graph.inputs().keySet()).indexOf(GraphBuilder.STEP)].setLong(0, 1);
        try (var session = Session.open("cpu");
                var plan = session.compile(graph, Map.of())) {
            for (int i = 0; i < 2 * RUNS; i++) {
                plan.run(inputs);
            }
            threads.getCurrentThreadAllocatedBytes();
            long first = threads.getCurrentThreadAllocatedBytes();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                plan.run(inputs);
            }
            long after = threads.getCurrentThreadAllocatedBytes();
            long cost = before - first;
            assertThat(after - before - cost)
                    .as("bytes of %s runs; reading the counter takes %s", RUNS, cost)
                    .isZero();
        }
    }

    private static Graph trainingStep() {
        var model = Sequential.of(new Linear(37, 65), new ReLU(), new Linear(65, 10));
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(graph);
        Tensor loss = Losses.crossEntropy()
                .of(
                        Layer.trace(model, input(graph, "inputs", DType.FLOAT32, Shape.of(BATCH, 37))),
                        input(graph, "targets", DType.INT32, Shape.of(BATCH)));
        var parameters = List.copyOf(graph.variables().keySet());
        var gradients = Gradients.of(emit, loss.value(), parameters);
        var finite = graph.add(AllFinite.INSTANCE, gradients, Attributes.none()).output(0);
        Adam.of(1e-3).update(emit, parameters, gradients, finite);
        graph.output("loss", loss.value());
        return graph.build();
    }

    private static Tensor input(GraphBuilder graph, String name, DType dtype, Shape shape) {
        return Tensor.of(graph, graph.input(name, new TensorType(dtype, shape)));
    }

    /**
     * In a process of its own, whose heap is fixed and touched beforehand, so that what grows is outside of the heap.
     * Compilations wait for no background thread: none is under way, with memory of its own, when memory is read.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    void trainingTakesNoMoreMemory(@TempDir Path folder) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-Xbatch",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
        if (cache != null) {
            command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
        }
        command.addAll(List.of(TrainingProcess.class.getName(), "5000", "50000"));
        File output = folder.resolve("output").toFile();
        File errors = folder.resolve("errors").toFile();
        Process process = new ProcessBuilder(command)
                .redirectOutput(output)
                .redirectError(errors)
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("50,000 small steps end in two minutes")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(() -> "the process said: " + contentOf(errors))
                .isZero();
        long[][] lines = contentOf(output)
                .lines()
                .map(line -> List.of(line.split(" ")).stream()
                        .mapToLong(Long::parseLong)
                        .toArray())
                .toArray(long[][]::new);
        assertThat(lines).hasDimensions(2, 2);
        System.out.printf(
                "RssAnon at step %,d: %,d kB; at step %,d: %,d kB%n",
                lines[0][0], lines[0][1], lines[1][0], lines[1][1]);
        assertThat(lines[1][1] - lines[0][1]).as("growth in kB").isLessThan(ALLOWED_KILOBYTES);
    }
}
