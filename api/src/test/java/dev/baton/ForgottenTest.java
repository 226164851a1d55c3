package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.data.Batch;
import dev.baton.data.Examples;
import dev.baton.infer.Predictor;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import dev.baton.train.TrainStep;
import dev.baton.train.Trainer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds memory outside of the Java heap and was never closed is named in a warning. */
class ForgottenTest {

    private static final long LONGEST_WAIT = 10_000_000_000L;
    private static final Batch BATCH = new Batch(NDArray.of(Shape.of(1, 2), 1f, 2f), NDArray.of(Shape.of(1), 1));

    private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
    private final Logger logger = Logger.getLogger(Opened.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord message) {
            // Other tests of this process forget things too.
            if (message.getMessage().contains(" opened at ForgottenTest.java:")) {
                warnings.add(message.getLevel() + ": " + message.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    private static Layer model() {
        return Sequential.of(new Linear(2, 2));
    }

    private static Session session() {
        return Session.open("reference");
    }

    /** Collects garbage until so many warnings have come, or it has taken too long. */
    private List<String> warningsAfter(Runnable forgets, int count) throws InterruptedException {
        forgets.run();
        long start = System.nanoTime();
        while (warnings.size() < count && System.nanoTime() - start < LONGEST_WAIT) {
            System.gc();
            Thread.sleep(5);
        }
        // One more, for what should not have been reported.
        System.gc();
        Thread.sleep(20);
        return List.copyOf(warnings);
    }

    private static String warning(String what) {
        return "WARNING: the " + what + " opened at ForgottenTest\\.java:\\d+ was never closed: its memory outside of "
                + "the Java heap is given back only now, when the garbage collector has found it\\. Close it, or open "
                + "it in try \\(\\.\\.\\.\\)";
    }

    @Test
    void aSession() throws InterruptedException {
        assertThat(warningsAfter(ForgottenTest::session, 1))
                .singleElement()
                .asString()
                .matches(warning("session"));
    }

    @Test
    void aStepOfAnOpenSession() throws InterruptedException {
        try (var session = session()) {
            Runnable forgets = () -> TrainStep.of(session, model(), Losses.crossEntropy(), Sgd.of(0.1))
                    .run(BATCH);
            assertThat(warningsAfter(forgets, 1)).singleElement().asString().matches(warning("training step"));
        }
    }

    @Test
    void anEvaluation() throws InterruptedException {
        try (var session = session()) {
            Runnable forgets = () -> Evaluation.of(session, model()).answers(BATCH);
            assertThat(warningsAfter(forgets, 1)).singleElement().asString().matches(warning("evaluation"));
        }
    }

    /** Once, although its step and its evaluation hold memory each. */
    @Test
    void aTrainer() throws InterruptedException {
        try (var session = session()) {
            Runnable forgets = () -> {
                var trainer = Trainer.of(session, model())
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(0.1))
                        .metric(Metrics.accuracy())
                        .listener(result -> {})
                        .build();
                var examples =
                        Examples.of(new float[][] {{1, 2}}, new int[] {1}, 2).batched(1);
                trainer.fit(examples, examples, Epochs.of(1));
            };
            assertThat(warningsAfter(forgets, 1)).singleElement().asString().matches(warning("trainer"));
        }
    }

    /** Once, although it has a session of its own. */
    @Test
    void aPredictor() throws InterruptedException {
        try (var session = session()) {
            Runnable forgets = () -> Predictor.of(session, model()).predict(new float[2]);
            assertThat(warningsAfter(forgets, 1)).singleElement().asString().matches(warning("predictor"));
        }
    }

    @Test
    void nothingWhereTheSessionWasClosedOrNothingWasHeld() throws InterruptedException {
        Runnable forgets = () -> {
            try (var session = session()) {
                TrainStep.of(session, model(), Losses.crossEntropy(), Sgd.of(0.1))
                        .run(BATCH);
                TrainStep.of(session, model(), Losses.crossEntropy(), Sgd.of(0.1));
            }
        };
        assertThat(warningsAfter(forgets, 0)).isEmpty();
    }
}
