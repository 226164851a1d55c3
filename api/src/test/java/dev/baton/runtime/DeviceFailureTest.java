package dev.baton.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.optim.Sgd;
import dev.baton.train.TrainStep;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One of several devices fails, where the others may wait for it. */
@Timeout(60)
class DeviceFailureTest {

    private static final Map<String, NDArray> BATCH = Map.of("x", NDArray.of(Shape.of(2, 1), new float[] {1, 2}));

    private static Session open() {
        return Session.open("reference", 1, Precision.FLOAT32, 2);
    }

    private static TrainStep step(Session session) {
        var linear = new Linear(1, 1);
        return TrainStep.of(
                session, inputs -> Layer.trace(linear, inputs.get("x")).mean(), Sgd.of(0.1));
    }

    @Test
    void whatWentWrongFirstIsTold() {
        var failed = new CountDownLatch(1);
        try (var session = open()) {
            assertThatThrownBy(() -> session.devices().together((one, number) -> {
                        if (number == 1) {
                            failed.countDown();
                            throw new IllegalArgumentException("the second device has no power");
                        }
                        awaitIts(failed);
                        throw new BackendException("another one has failed");
                    }))
                    .hasMessage("the second device has no power");
        }
    }

    private static void awaitIts(CountDownLatch failure) {
        try {
            failure.await();
            // Until it has been taken down.
            Thread.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void afterwardsTheySayWhatToDo() {
        try (var session = open();
                var step = step(session)) {
            step.run(BATCH);
            assertThatThrownBy(() -> session.devices().together((one, number) -> {
                        if (number == 1) {
                            throw new IllegalArgumentException("no power");
                        }
                    }))
                    .hasMessage("no power");
            assertThatThrownBy(() -> step.run(BATCH))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("open the session again, and go on from a checkpoint");
        }
    }

    @Test
    void whatFailsBeforeAnybodyWaitsSpoilsNothing() {
        try (var session = open();
                var step = step(session)) {
            step.run(BATCH);
            assertThatThrownBy(() -> session.devices().onAll((one, number) -> {
                        throw new IllegalArgumentException("too large");
                    }))
                    .hasMessage("too large");
            assertThat(step.run(BATCH).step()).isEqualTo(2);
        }
    }

    @Test
    void nobodyElseClosesAStep() throws InterruptedException {
        try (var session = open();
                var step = step(session)) {
            step.run(BATCH);
            var refused = new CountDownLatch(1);
            var other = new Thread(() -> {
                assertThatThrownBy(step::close).isInstanceOf(StateException.class);
                refused.countDown();
            });
            other.start();
            other.join();
            assertThat(refused.getCount()).isZero();
            assertThat(step.run(BATCH).step()).isEqualTo(2);
        }
    }
}
