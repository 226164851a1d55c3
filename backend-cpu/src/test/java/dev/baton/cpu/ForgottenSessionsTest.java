package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.infer.Predictor;
import dev.baton.loss.Losses;
import dev.baton.nn.Linear;
import dev.baton.optim.Adam;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory of the native core is given back where nobody closes it, and is never used afterwards. */
class ForgottenSessionsTest {

    private static final long LONGEST_WAIT = 20_000_000_000L;
    private static final Batch BATCH =
            new Batch(NDArray.of(Shape.of(2, 3), new float[6]), NDArray.of(Shape.of(2), 0, 1));

    private final AtomicInteger sessions = new AtomicInteger();
    private final Logger logger = Logger.getLogger(Opened.class.getName());
    private final Filter before = logger.getFilter();

    @BeforeEach
    void count() {
        logger.setFilter(message -> {
            if (message.getMessage().matches("the (session|predictor) opened at ForgottenSessionsTest.java:.*")) {
                sessions.incrementAndGet();
            }
            return false;
        });
    }

    @AfterEach
    void restore() {
        logger.setFilter(before);
    }

    private static void forgetOne() {
        var session = Session.open("cpu");
        var step = TrainStep.of(session, new Linear(3, 2), Losses.crossEntropy(), Adam.of(1e-3));
        assertThat(step.run(BATCH).loss()).isPositive();
    }

    /** A session reserves 2 TiB of addresses; 100 of them are more than the 128 TiB that a process has. */
    @Test
    void whatTheyHeldIsGivenBack() throws InterruptedException {
        for (int opened = 1; opened <= 100; opened++) {
            forgetOne();
            collect(opened - 40);
        }
        collect(100);
        assertThat(sessions).hasValue(100);
    }

    /** Lanes read the weights of the predictor's session, and go before it. */
    @Test
    void predictorsWithLanesAreGivenBack() throws InterruptedException {
        String threads = System.getProperty(CpuProvider.THREADS);
        System.setProperty(CpuProvider.THREADS, "3");
        try (var session = Session.open("cpu")) {
            var model = new Linear(3, 2);
            for (int opened = 1; opened <= 100; opened++) {
                forgetPredictor(session, model);
                // What is reported is on its way: as many again may still hold theirs.
                collect(opened - 15);
            }
            collect(100);
            assertThat(sessions).hasValue(100);
        } finally {
            if (threads == null) {
                System.clearProperty(CpuProvider.THREADS);
            } else {
                System.setProperty(CpuProvider.THREADS, threads);
            }
        }
    }

    private static void forgetPredictor(Session session, Linear model) {
        var predictor = Predictor.of(session, model);
        predictor.warmUp(DType.FLOAT32, Shape.of(3));
        assertThat(predictor.predict(new float[3])).hasSize(2);
    }

    private void collect(int wanted) throws InterruptedException {
        long start = System.nanoTime();
        while (sessions.get() < wanted && System.nanoTime() - start < LONGEST_WAIT) {
            System.gc();
            Thread.sleep(1);
        }
    }

    /** Steps and plans that outlive their session say so, from whatever place they are called. */
    @Test
    void whatIsUsedAfterItsSessionSaysSo() {
        var session = Session.open("cpu");
        var step = TrainStep.of(session, new Linear(3, 2), Losses.crossEntropy(), Adam.of(1e-3));
        var fresh = TrainStep.of(session, new Linear(3, 2).named("fresh"), Losses.crossEntropy(), Adam.of(1e-3));
        step.run(BATCH);
        session.close();
        assertClosed(() -> step.run(BATCH));
        assertClosed(() -> step.explain(2));
        assertClosed(() -> step.watched("loss"));
        assertClosed(() -> step.interpret(BATCH));
        assertClosed(() -> fresh.run(BATCH));
        assertClosed(() -> fresh.prepare(BATCH));
        step.close();
        fresh.close();
    }

    private static void assertClosed(Runnable use) {
        assertThatThrownBy(use::run)
                .isInstanceOf(StateException.class)
                .hasMessageMatching("the session opened at ForgottenSessionsTest.java:\\d+ is closed");
    }
}
