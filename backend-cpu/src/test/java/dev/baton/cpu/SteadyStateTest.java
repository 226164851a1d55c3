package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.baton.infer.Predictor;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adam;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What goes on, training or writing, takes no more memory, neither on the Java heap nor outside of it. */
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
        inputs[List.copyOf(graph.inputs().keySet()).indexOf(GraphBuilder.UPDATE)].setLong(0, 1);
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

    @Test
    @EnabledOnOs(OS.LINUX)
    void trainingTakesNoMoreMemory(@TempDir Path folder) throws IOException, InterruptedException {
        doesNotGrow(folder, TrainingProcess.class, "20000", "65000");
    }

    /** Plans for some numbers of prompts are dropped and made again, for as long as these numbers change. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void writingTakesNoMoreMemory(@TempDir Path folder) throws IOException, InterruptedException {
        doesNotGrow(folder, WritingProcess.class, "1000", "2500");
    }

    private static void doesNotGrow(Path folder, Class<?> program, String first, String last)
            throws IOException, InterruptedException {
        long[][] lines = MemoryProcess.run(folder, "256m", Duration.ofMinutes(2), program, first, last);
        assertThat(lines).hasDimensions(2, 2);
        System.out.printf(
                "RssAnon at %,d: %,d kB; at %,d: %,d kB%n", lines[0][0], lines[0][1], lines[1][0], lines[1][1]);
        assertThat(lines[1][1] - lines[0][1]).as("growth in kB").isLessThan(ALLOWED_KILOBYTES);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void answeringTakesNoMoreMemory(@TempDir Path folder) throws IOException, InterruptedException {
        long[][] lines =
                MemoryProcess.run(folder, "64m", Duration.ofMinutes(4), AnsweringProcess.class, "160000", "480000");
        assertThat(lines).hasDimensions(2, 2);
        System.out.printf(
                "RssAnon after %,d answers: %,d kB; after %,d: %,d kB%n",
                lines[0][0], lines[0][1], lines[1][0], lines[1][1]);
        assertThat(lines[1][1] - lines[0][1]).as("growth in kB").isLessThan(ALLOWED_KILOBYTES);
    }

    /** One caller, whose answer is an array of ten floats. */
    @Test
    void anAnswerAllocatesItsArrayAndNothingElse() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var session = Session.open("cpu");
                var predictor =
                        Predictor.of(session, Sequential.of(new Linear(37, 65), new ReLU(), new Linear(65, 10)))) {
            var example = new float[37];
            var kept = new float[RUNS][];
            for (int i = 0; i < 5 * RUNS; i++) {
                kept[i % RUNS] = predictor.predict(example);
            }
            threads.getCurrentThreadAllocatedBytes();
            long first = threads.getCurrentThreadAllocatedBytes();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                kept[i] = predictor.predict(example);
            }
            long after = threads.getCurrentThreadAllocatedBytes();
            long arrays = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                kept[i] = new float[10];
            }
            long arraysAlone = threads.getCurrentThreadAllocatedBytes() - arrays;
            assertThat(after - before - (before - first))
                    .as("bytes of %s answers; their arrays alone take %s", RUNS, arraysAlone)
                    .isLessThanOrEqualTo(arraysAlone);
        }
    }
}
