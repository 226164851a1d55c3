package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.core.NativeCore;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.Dropout;
import dev.baton.nn.GELU;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.nn.Sigmoid;
import dev.baton.nn.Tanh;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole training steps on the processor: like the reference, and the same bits for every number of threads. */
class CpuTrainingTest {

    private static final Map<String, Supplier<Optimizer>> OPTIMIZERS = Map.of(
            "sgd", () -> Sgd.of(0.05).momentum(0.9).nesterov().weightDecay(0.01),
            "plain sgd", () -> Sgd.of(0.05),
            "adam", () -> Adam.of(1e-3).weightDecay(0.01),
            "adamw", () -> AdamW.of(1e-3).weightDecay(0.1));

    private record Trained(List<Float> losses, List<float[]> weights) {}

    @AfterEach
    void forget() {
        System.clearProperty(CpuProvider.THREADS);
        System.clearProperty("baton.isa");
    }

    private static Sequential model() {
        return Sequential.of(
                new Linear(37, 65),
                new ReLU(),
                new Dropout(0.2),
                new Linear(65, 130),
                new GELU(),
                new Linear(130, 24),
                new Tanh(),
                new Linear(24, 16),
                new Sigmoid(),
                new Linear(16, 10));
    }

    private static Batch batch(int size, int seed) {
        var random = new Random(seed);
        var inputs = new float[size * 37];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        var labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = random.nextInt(10);
        }
        return new Batch(NDArray.of(Shape.of(size, 37), inputs), NDArray.of(Shape.of(size), labels));
    }

    private static Trained train(String backend, Optimizer optimizer) {
        return train(backend, optimizer, Precision.FLOAT32);
    }

    private static Trained train(String backend, Optimizer optimizer, Precision precision) {
        try (var session = Session.open(backend, 5, precision);
                var step = TrainStep.of(session, model(), Losses.crossEntropy().labelSmoothing(0.1), optimizer)) {
            var losses = new ArrayList<Float>();
            for (int i = 0; i < 8; i++) {
                losses.add(step.run(batch(i % 3 == 2 ? 13 : 33, i)).loss());
            }
            return new Trained(
                    losses,
                    session.variables().stream()
                            .map(name -> session.value(name).toFloatArray())
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline", "avx2", "avx512", "amx"})
    void agreesWithTheReference(String instructionSet) {
        System.setProperty("baton.isa", instructionSet);
        org.junit.jupiter.api.Assumptions.assumeTrue(runsHere(), "this processor lacks " + instructionSet);
        OPTIMIZERS.forEach((name, optimizer) -> {
            Trained cpu = train("cpu", optimizer.get());
            Trained reference = train("reference", optimizer.get());
            for (int i = 0; i < cpu.losses().size(); i++) {
                assertThat(cpu.losses().get(i))
                        .as(name + ", step " + (i + 1))
                        .isCloseTo(reference.losses().get(i), within(2e-5f));
            }
            for (int i = 0; i < cpu.weights().size(); i++) {
                assertThat(cpu.weights().get(i))
                        .as(name + ", variable " + i)
                        .containsExactly(reference.weights().get(i), within(2e-3f));
            }
        });
    }

    private static boolean runsHere() {
        try (var session = Session.open("cpu")) {
            return true;
        } catch (BackendException e) {
            assertThat(e).hasMessageContaining("has no instruction set");
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline", "avx2", "avx512", "amx"})
    void theNumberOfThreadsChangesNoBit(String instructionSet) {
        System.setProperty("baton.isa", instructionSet);
        org.junit.jupiter.api.Assumptions.assumeTrue(runsHere(), "this processor lacks " + instructionSet);
        System.setProperty(CpuProvider.THREADS, "1");
        Trained alone = train("cpu", AdamW.of(1e-3));
        for (int threads : new int[] {2, 3, 4, 7}) {
            System.setProperty(CpuProvider.THREADS, Integer.toString(threads));
            Trained shared = train("cpu", AdamW.of(1e-3));
            assertThat(shared.losses()).as(threads + " threads").isEqualTo(alone.losses());
            for (int i = 0; i < alone.weights().size(); i++) {
                assertThat(shared.weights().get(i))
                        .as(threads + " threads, variable " + i)
                        .isEqualTo(alone.weights().get(i));
            }
        }
    }

    @Test
    void productsOfBfloat16AgreeWithTheReference() {
        assumeBfloat16();
        Trained exact = train("cpu", AdamW.of(1e-3));
        Trained reference = train("reference", AdamW.of(1e-3), Precision.BFLOAT16);
        Trained cpu = train("cpu", AdamW.of(1e-3), Precision.BFLOAT16);
        assertThat(cpu.losses()).isNotEqualTo(exact.losses());
        for (int i = 0; i < cpu.losses().size(); i++) {
            // A sum that is off in its last bit may be rounded to another neighbour, 2^-8 away.
            assertThat(cpu.losses().get(i))
                    .as("step " + (i + 1))
                    .isCloseTo(reference.losses().get(i), within(2e-3f));
        }
        System.setProperty(CpuProvider.THREADS, "3");
        assertThat(train("cpu", AdamW.of(1e-3), Precision.BFLOAT16).losses()).isEqualTo(cpu.losses());
    }

    @Test
    void explainShowsProductsOfBfloat16() {
        assumeBfloat16();
        var model = Sequential.of(new Linear(37, 64), new ReLU(), new Linear(64, 10));
        try (var session = Session.open("cpu", 0, Precision.BFLOAT16);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Adam.of(1e-3))) {
            step.run(batch(16, 1));
            assertThat(step.explain(16).lines().map(String::strip))
                    .anyMatch(line -> line.contains("matmul of bfloat16 + add + relu  [16, 37] x [37, 64]"))
                    .noneMatch(line -> line.contains("matmul +"));
        }
    }

    private static void assumeBfloat16() {
        try (var session = Session.open("cpu", 0, Precision.BFLOAT16)) {
            assertThat(session.precision()).isEqualTo(Precision.BFLOAT16);
        } catch (BackendException e) {
            assertThat(e).hasMessageContaining("AVX512-BF16");
            org.junit.jupiter.api.Assumptions.abort("this processor lacks AVX512-BF16");
        }
    }

    @Test
    void explainShowsWhatWasFused() {
        var model = Sequential.of(new Linear(37, 64), new ReLU(), new Linear(64, 10));
        try (var session = Session.open("cpu");
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Adam.of(1e-3))) {
            step.run(batch(16, 1));
            assertThat(step.explain(16).lines().map(String::strip))
                    .anyMatch(line -> line.contains("matmul + add + relu  [16, 37] x [37, 64]"))
                    .anyMatch(line -> line.contains("matmul + add  [16, 64] x [64, 10]"))
                    .anyMatch(line -> line.contains("matmul + less + select  [16, 10] x [10, 64]T"))
                    .anyMatch(line -> line.contains("adam update"))
                    .anyMatch(line -> line.startsWith("memory: workspace"));
        }
    }

    /** Transformers keep their kernels: nothing of them runs as its definition. */
    @Test
    void explainShowsTheKernelsOfTransformers() {
        var model = Gpt.of(11).context(8).layers(1).heads(2).width(8).build();
        NDArray tokens = NDArray.zeros(DType.INT32, Shape.of(3, 8));
        try (var session = Session.open("cpu");
                var step = TrainStep.of(session, model, Losses.crossEntropy(), AdamW.of(1e-3))) {
            step.run(new Batch(tokens, tokens));
            assertThat(step.explain(3).lines().map(String::strip))
                    .filteredOn(line -> line.contains("h.0"))
                    .anyMatch(line -> line.contains("packed attention  writes"))
                    .anyMatch(line -> line.contains("packed attention backward  writes"))
                    .anyMatch(line -> line.contains("layer norm  writes"))
                    .anyMatch(line -> line.contains("layer norm backward  writes"))
                    .anyMatch(line -> line.contains("add + gelu  ["))
                    .anyMatch(line -> line.contains("gelu slope + mul  ["))
                    .noneMatch(line -> line.contains("rsqrt") || line.contains("exp") || line.contains("erf"));
        }
    }

    @Test
    void oneStepIsOneNativeCall() {
        try (var session = Session.open("cpu");
                var step = TrainStep.of(session, model(), Losses.crossEntropy(), Adam.of(1e-3))) {
            Batch batch = batch(16, 1);
            step.run(batch);
            NativeCore core = CpuLibrary.load().core("cpu");
            long before = core.plan_runs();
            for (int i = 0; i < 100; i++) {
                step.run(batch);
            }
            assertThat(core.plan_runs() - before).isEqualTo(100);
        }
    }

    @Test
    void aStepAllocatesAtMost64Bytes() {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        try (var session = Session.open("cpu");
                var step = TrainStep.of(session, model(), Losses.crossEntropy(), Adam.of(1e-3))) {
            Batch batch = batch(16, 1);
            for (int i = 0; i < 20_000; i++) {
                step.run(batch);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                step.run(batch);
            }
            long each = (threads.getCurrentThreadAllocatedBytes() - before) / 10_000;
            assertThat(each).as("bytes a step").isLessThanOrEqualTo(64);
        }
    }
}
