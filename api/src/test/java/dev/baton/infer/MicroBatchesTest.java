package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.RejectedException;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.nn.Embedding;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Linear;
import dev.baton.runtime.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MicroBatchesTest {

    private static final Duration LONG = Duration.ofHours(1);

    private Predictor predictor;

    /** (a, b) becomes (a + 2b + 1, 3a + 4b). */
    @BeforeEach
    void open() {
        var model = new Linear(2, 2).named("it");
        try (var session = Session.open("reference", 1)) {
            session.addVariables(ForwardGraph.of(model, DType.FLOAT32, Shape.of(2)));
            session.set("it.weight", NDArray.of(Shape.of(2, 2), 1, 3, 2, 4f));
            session.set("it.bias", NDArray.of(Shape.of(2), 1, 0f));
            predictor = Predictor.of(session, model);
        }
        predictor.warmUp(DType.FLOAT32, Shape.of(2));
    }

    @AfterEach
    void close() {
        predictor.close();
    }

    private static float[] right(int i) {
        return new float[] {i + 3, 3 * i + 4};
    }

    @Test
    void manyThreadsAreAnsweredEachItsOwn() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try (var answers = MicroBatches.of(predictor)
                .atMost(6)
                .within(Duration.ofMillis(1))
                .open()) {
            var done = new ArrayList<Future<?>>();
            for (int thread = 0; thread < 8; thread++) {
                int first = 1000 * thread;
                done.add(threads.submit(() -> {
                    for (int i = first; i < first + 200; i++) {
                        assertThat(answers.predict(new float[] {i, 1})).containsExactly(right(i));
                    }
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFullBatchDoesNotWaitAndARestIsAnsweredOnceItIsTime() {
        try (var answers =
                MicroBatches.of(predictor).atMost(3).within(LONG).queue(3).open()) {
            List<CompletableFuture<float[]>> three = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                three.add(answers.submit(new float[] {i, 1}));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(three.get(i).join()).containsExactly(right(i));
            }
        }
        try (var answers = MicroBatches.of(predictor)
                .atMost(8)
                .within(Duration.ofMillis(20))
                .open()) {
            long start = System.nanoTime();
            var first = answers.submit(new float[] {5, 1});
            var second = answers.submit(new float[] {6, 1});
            var third = answers.submit(new float[] {7, 1});
            assertThat(first.join()).containsExactly(right(5));
            assertThat(System.nanoTime() - start).isGreaterThan(20_000_000);
            assertThat(second.join()).containsExactly(right(6));
            assertThat(third.join()).containsExactly(right(7));
        }
    }

    @Test
    void whoFindsTheQueueFullIsRejectedAndCloseAnswersWhoWaits() {
        var answers = MicroBatches.of(predictor).atMost(8).within(LONG).queue(2).open();
        var first = answers.submit(new float[] {1, 1});
        var second = answers.submit(new float[] {2, 1});
        assertThat(answers.waiting()).isEqualTo(2);
        assertThatThrownBy(() -> answers.submit(new float[] {3, 1}))
                .isInstanceOf(RejectedException.class)
                .hasMessage("rejected: 2 examples wait for an answer already, and the queue has room for no more; "
                        + "try again later");
        assertThat(first).isNotDone();
        answers.close();
        answers.close();
        assertThat(first).isCompletedWithValue(first.join());
        assertThat(first.join()).containsExactly(right(1));
        assertThat(second.join()).containsExactly(right(2));
        assertThatThrownBy(() -> answers.predict(new float[2]))
                .isInstanceOf(StateException.class)
                .hasMessage("the micro-batches are closed");
        assertThat(predictor.predict(new float[] {3, 1}))
                .as("the predictor stays open")
                .containsExactly(right(3));
    }

    @Test
    void wrongExamplesFailAlone() {
        try (var answers = MicroBatches.of(predictor).atMost(2).within(LONG).open()) {
            var neighbour = answers.submit(new float[] {1, 1});
            assertThatThrownBy(() -> answers.predict(new float[] {1, Float.NEGATIVE_INFINITY}))
                    .isInstanceOf(DataException.class)
                    .hasMessage("value 1 of the example is -Infinity, not a finite number");
            assertThatThrownBy(() -> answers.predict(new float[3]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is float32[2], not 3 values of float32");
            assertThatThrownBy(() -> answers.predict(new int[2]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is float32[2], not 2 values of int32");
            assertThat(neighbour).isNotDone();
            assertThat(answers.predict(new float[] {2, 1})).containsExactly(right(2));
            assertThat(neighbour.join()).containsExactly(right(1));
        }
    }

    @Test
    void aTokenThatIsNoneFailsAlone() {
        try (var session = Session.open("reference", 1);
                var tokens = Predictor.of(session, new Embedding(4, 2))) {
            tokens.warmUp(DType.INT32, Shape.of(3));
            float[] right = tokens.predict(new int[] {3, 0, 1});
            assertThat(right).hasSize(6);
            try (var answers = MicroBatches.of(tokens).atMost(4).within(LONG).open()) {
                var first = answers.submit(new int[] {3, 0, 1});
                var wrong = answers.submit(new int[] {3, 4, 1});
                var third = answers.submit(new int[] {3, 0, 1});
                assertThat(answers.predict(new int[] {3, 0, 1})).containsExactly(right);
                assertThat(first.join()).containsExactly(right);
                assertThat(third.join()).containsExactly(right);
                assertThatThrownBy(wrong::join)
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isInstanceOf(DataException.class)
                        .hasMessage(
                                "predictor: record 0 of the batch, position 1 is token 4 in 'inputs'; the table has 4 "
                                        + "rows, tokens are 0 to 3");
            }
        }
    }

    @Test
    void whoWaitsForTooLongIsRejected() throws Exception {
        try (var answers = MicroBatches.of(predictor)
                .atMost(8)
                .within(LONG)
                .deadline(Duration.ofMillis(30))
                .open()) {
            assertThatThrownBy(() -> answers.predict(new float[2]))
                    .isInstanceOf(RejectedException.class)
                    .hasMessage("rejected: the example waited for longer than 30.0 ms; try again later");
        }
        try (var answers = MicroBatches.of(predictor)
                .atMost(8)
                .within(Duration.ofMillis(60))
                .deadline(Duration.ofMillis(30))
                .open()) {
            var late = answers.submit(new float[2]);
            assertThatThrownBy(late::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(RejectedException.class);
        }
    }

    @Test
    void whoIsInterruptedOrCancelsIsLeftOut() {
        var answers = MicroBatches.of(predictor).atMost(8).within(LONG).open();
        var cancelled = answers.submit(new float[] {1, 1});
        var kept = answers.submit(new float[] {2, 1});
        cancelled.cancel(true);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> answers.predict(new float[2]))
                .isInstanceOf(BatonException.class)
                .hasMessage("the thread was interrupted while it waited for an answer");
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        answers.close();
        assertThat(Thread.interrupted()).as("closing waits all the same").isTrue();
        assertThat(kept).isDone();
        assertThat(kept.join()).containsExactly(right(2));
        assertThat(cancelled).isCancelled();
    }

    /** Whoever is chained to an answer runs on the thread that gives the next one. */
    @Test
    void anAnswerThatWaitsForAnotherIsRefused() {
        try (var answers = MicroBatches.of(predictor)
                .atMost(8)
                .within(Duration.ofMillis(50))
                .open()) {
            var chained = answers.submit(new float[] {1, 1}).thenApply(logits -> answers.predict(new float[] {2, 1}));
            assertThatThrownBy(chained::join)
                    .hasCauseInstanceOf(StateException.class)
                    .hasMessageContaining("chain it with thenApplyAsync");
            assertThat(answers.predict(new float[] {3, 1})).containsExactly(right(3));
        }
    }

    @Test
    void aPredictorThatIsClosedFirstIsSaid() {
        try (var answers = MicroBatches.of(predictor).atMost(2).within(LONG).open()) {
            var first = answers.submit(new float[2]);
            predictor.close();
            assertThatThrownBy(() -> answers.predict(new float[2]))
                    .isInstanceOf(StateException.class)
                    .hasMessageMatching("the predictor opened at MicroBatchesTest.java:\\d+ is closed");
            assertThatThrownBy(first::join).hasCauseInstanceOf(StateException.class);
        }
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        MicroBatches.Builder options = MicroBatches.of(predictor);
        assertThatThrownBy(() -> options.atMost(129))
                .isInstanceOf(BatonException.class)
                .hasMessage("a micro-batch holds 1 to 128 examples, not 129");
        assertThatThrownBy(() -> options.queue(0)).hasMessage("a queue has room for one example at least, not for 0");
        assertThatThrownBy(() -> options.within(Duration.ofMillis(-1)))
                .hasMessage("a wait for other examples takes from nothing to a day, not PT-0.001S");
        assertThatThrownBy(() -> options.deadline(Duration.ofDays(400)))
                .hasMessage("a deadline takes from nothing to a day, not PT9600H");
        try (var session = Session.open("reference", 1);
                var unknown = Predictor.of(session, new Linear(2, 2))) {
            assertThatThrownBy(() -> MicroBatches.of(unknown).open())
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining(" does not know yet what an example is: say it with warmUp(dtype, shape)");
        }
    }
}
