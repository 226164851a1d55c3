package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.infer.MicroBatches;
import dev.baton.infer.Predictor;
import dev.baton.model.LeNet;
import dev.baton.model.Mlp;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many threads ask one predictor, which answers them in lanes of one thread each. */
class PredictorLanesTest {

    private static final int THREADS = 8;
    private static final int CALLS = 300;
    private static final int EXAMPLES = 17;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private String before;

    @BeforeEach
    void threeThreads() {
        before = System.getProperty(CpuProvider.THREADS);
        System.setProperty(CpuProvider.THREADS, "3");
    }

    @AfterEach
    void end() throws InterruptedException {
        if (before == null) {
            System.clearProperty(CpuProvider.THREADS);
        } else {
            System.setProperty(CpuProvider.THREADS, before);
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    private static Predictor predictor(Layer model) {
        try (var session = Session.open("cpu", 5)) {
            return Predictor.of(session, model);
        }
    }

    private static float[][] examples(int length) {
        var random = new Random(7);
        return IntStream.range(0, EXAMPLES)
                .mapToObj(i -> {
                    var example = new float[length];
                    for (int j = 0; j < length; j++) {
                        example[j] = random.nextFloat(-1, 1);
                    }
                    return example;
                })
                .toArray(float[][]::new);
    }

    /** Runs the same in all threads at once. */
    private void inAll(Callable<Void> work) throws Exception {
        var start = new CountDownLatch(THREADS);
        var done = new ArrayList<Future<Void>>();
        for (int i = 0; i < THREADS; i++) {
            done.add(threads.submit(() -> {
                start.countDown();
                start.await();
                return work.call();
            }));
        }
        for (Future<Void> one : done) {
            one.get(2, TimeUnit.MINUTES);
        }
    }

    @Test
    void answersAreThoseOfOneCallerAlone() throws Exception {
        check(Mlp.of(37, 65, 33, 10), Shape.of(37));
        check(new LeNet(10), Shape.of(1, 28, 28));
    }

    private void check(Layer model, Shape example) throws Exception {
        float[][] examples = examples((int) example.size());
        NDArray together = NDArray.zeros(DType.FLOAT32, example.prepend(Dim.of(5)));
        together.floats()
                .put(examples[1])
                .put(examples[2])
                .put(examples[3])
                .put(examples[4])
                .put(examples[5]);
        try (Predictor predictor = predictor(model)) {
            predictor.warmUp(DType.FLOAT32, example);
            List<float[]> alone = new ArrayList<>();
            for (float[] one : examples) {
                // A caller who comes back after others are long gone has the whole device.
                Thread.sleep(5);
                alone.add(predictor.predict(one));
            }
            float[] fiveAlone = predictor.predict(together).toFloatArray();
            inAll(() -> {
                var random = new Random(Thread.currentThread().getId());
                for (int i = 0; i < CALLS; i++) {
                    int which = random.nextInt(EXAMPLES);
                    assertThat(predictor.predict(examples[which])).isEqualTo(alone.get(which));
                    if (i % 50 == 0) {
                        assertThat(predictor.predict(together).toFloatArray()).isEqualTo(fiveAlone);
                    }
                }
                return null;
            });
        }
    }

    @Test
    void whatIsWrongWithOneExampleIsThatCallersAlone() throws Exception {
        float[][] examples = examples(37);
        try (Predictor predictor = predictor(Mlp.of(37, 65, 10))) {
            List<float[]> right = IntStream.range(0, EXAMPLES)
                    .mapToObj(i -> predictor.predict(examples[i]))
                    .toList();
            float[] wrong = examples[3].clone();
            wrong[11] = Float.NaN;
            inAll(() -> {
                for (int i = 0; i < CALLS; i++) {
                    int which = i % EXAMPLES;
                    if (which == 3) {
                        assertThatThrownBy(() -> predictor.predict(wrong))
                                .isInstanceOf(DataException.class)
                                .hasMessage("value 11 of the example is NaN, not a finite number");
                    } else {
                        assertThat(predictor.predict(examples[which])).isEqualTo(right.get(which));
                    }
                }
                return null;
            });
        }
    }

    @Test
    void anInterruptedThreadIsAnsweredAndStaysInterrupted() throws Exception {
        float[] example = examples(37)[0];
        try (Predictor predictor = predictor(Mlp.of(37, 65, 10))) {
            float[] right = predictor.predict(example);
            inAll(() -> {
                for (int i = 0; i < CALLS; i++) {
                    Thread.currentThread().interrupt();
                    assertThat(predictor.predict(example)).isEqualTo(right);
                    assertThat(Thread.interrupted()).isTrue();
                }
                return null;
            });
        }
    }

    @Test
    void closingWaitsForAnswersAndRefusesLaterCalls() throws Exception {
        float[][] examples = examples(784);
        for (int round = 0; round < 20; round++) {
            Predictor predictor = predictor(new LeNet(10));
            predictor.warmUp(DType.FLOAT32, Shape.of(1, 28, 28));
            float[] right = predictor.predict(examples[0]);
            var begun = new CountDownLatch(THREADS);
            var done = new ArrayList<Future<Integer>>();
            for (int i = 0; i < THREADS; i++) {
                done.add(threads.submit(() -> {
                    begun.countDown();
                    int answers = 0;
                    try {
                        while (true) {
                            assertThat(predictor.predict(examples[0])).isEqualTo(right);
                            answers++;
                        }
                    } catch (StateException e) {
                        assertThat(e)
                                .hasMessageMatching("the predictor opened at PredictorLanesTest.java:\\d+ is closed");
                        return answers;
                    }
                }));
            }
            begun.await();
            Thread.sleep(5);
            predictor.close();
            predictor.close();
            assertThatThrownBy(() -> predictor.predict(examples[0])).isInstanceOf(StateException.class);
            for (Future<Integer> one : done) {
                assertThat(one.get(1, TimeUnit.MINUTES)).isNotNegative();
            }
        }
    }

    @Test
    void theFirstCallsOfManyThreadsArePreparedOnce() throws Exception {
        float[] example = examples(37)[0];
        for (int round = 0; round < 20; round++) {
            try (Predictor predictor = predictor(Mlp.of(37, 65, 10));
                    Predictor other = predictor(Mlp.of(37, 65, 10))) {
                float[] right = other.predict(example);
                inAll(() -> {
                    assertThat(predictor.predict(example)).isEqualTo(right);
                    return null;
                });
            }
        }
    }

    @Test
    void microBatchesOfManyThreadsAreRight() throws Exception {
        float[][] examples = examples(37);
        try (Predictor predictor = predictor(Mlp.of(37, 65, 10))) {
            List<float[]> right = IntStream.range(0, EXAMPLES)
                    .mapToObj(i -> predictor.predict(examples[i]))
                    .toList();
            try (var batches = MicroBatches.of(predictor)
                    .atMost(6)
                    .within(Duration.ofMillis(1))
                    .open()) {
                inAll(() -> {
                    for (int i = 0; i < CALLS; i++) {
                        // The last bits may depend on the size of the batch.
                        assertThat(batches.predict(examples[i % EXAMPLES]))
                                .containsExactly(right.get(i % EXAMPLES), within(1e-6f));
                    }
                    return null;
                });
            }
        }
    }
}
