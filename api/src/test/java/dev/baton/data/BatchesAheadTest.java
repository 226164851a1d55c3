package dev.baton.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesAheadTest {

    /** Examples that are their own number; reading may be watched. */
    private static class Counting implements ClassSource {

        private final int size;

        Counting(int size) {
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public Shape shape() {
            return Shape.of(1);
        }

        @Override
        public int classes() {
            return 5;
        }

        @Override
        public int label(int example) {
            return example % 5;
        }

        @Override
        public void read(int example, float[] values) {
            values[0] = example;
        }
    }

    /** So slow that a worker is worth it. */
    private static class Slow extends Counting {

        Slow(int size) {
            super(size);
        }

        @Override
        public void read(int example, float[] values) {
            super.read(example, values);
            LockSupport.parkNanos(100_000);
        }
    }

    private static List<Float> values(Batches batches, int epoch, int from) {
        var values = new ArrayList<Float>();
        batches.epoch(epoch, from).forEach(batch -> collect(batch, values));
        return values;
    }

    private static void collect(Batch batch, List<Float> values) {
        for (int i = 0; i < batch.size(); i++) {
            assertThat(batch.targets().get(i)).isEqualTo(batch.inputs().get(i) % 5);
            values.add((float) batch.inputs().get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void areTheSameBatchesInTheSameOrder(int workers) {
        Batches batches = Examples.of(new Slow(503)).shuffled(7).batched(10).workers(workers);
        for (int from : new int[] {0, 1, 49, 50, 51}) {
            var values = new ArrayList<Float>();
            try (BatchesAhead ahead = batches.ahead(3, from)) {
                ahead.forEachRemaining(batch -> collect(batch, values));
                assertThat(ahead.hasNext()).isFalse();
            }
            assertThat(values).isEqualTo(values(batches, 3, from));
        }
    }

    /** A step that goes on while the next batch is made may be looked into when it has failed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void stayUntilTheNextButOneIsAskedFor(int workers) {
        try (BatchesAhead ahead =
                Examples.of(new Slow(300)).batched(10).workers(workers).ahead(0, 0)) {
            Batch before = ahead.next();
            for (int first = 0; ahead.hasNext(); first += 10) {
                Batch next = ahead.next();
                LockSupport.parkNanos(2_000_000);
                assertThat(before.inputs().get(0)).isEqualTo(first);
                assertThat(before.inputs().get(9)).isEqualTo(first + 9);
                before = next;
            }
        }
    }

    @Test
    void useFewArrays() {
        Set<NDArray> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        try (BatchesAhead ahead =
                Examples.of(new Slow(300)).batched(10).workers(3).ahead(0, 0)) {
            ahead.forEachRemaining(batch -> arrays.add(batch.inputs()));
        }
        // One for each worker, one that is ready, one that is read.
        assertThat(arrays).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void areMadeWhileTheReaderIsBusy() throws InterruptedException {
        var second = new CountDownLatch(1);
        var source = new Slow(40) {
            @Override
            public void read(int example, float[] values) {
                super.read(example, values);
                if (example == 20) {
                    second.countDown();
                }
            }
        };
        try (BatchesAhead ahead = Examples.of(source).batched(10).ahead(0, 0)) {
            ahead.next();
            ahead.next();
            assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void passOnWhatCannotBeRead(int workers) {
        var source = new Slow(40) {
            @Override
            public void read(int example, float[] values) {
                if (example == 25) {
                    throw new DataException("picture 25 is gone");
                }
                super.read(example, values);
            }
        };
        try (BatchesAhead ahead =
                Examples.of(source).batched(10).workers(workers).ahead(0, 0)) {
            ahead.next();
            ahead.next();
            assertThatThrownBy(ahead::next).isInstanceOf(DataException.class).hasMessage("picture 25 is gone");
        }
    }

    @Test
    void endTheirThreads() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            try (BatchesAhead ahead =
                    Examples.of(new Slow(100)).batched(10).workers(2).ahead(0, 0)) {
                ahead.next();
                ahead.next();
            }
        }
        for (int tries = 0; tries < 100 && workersAlive() > 0; tries++) {
            Thread.sleep(50);
        }
        assertThat(workersAlive()).isZero();
    }

    private static long workersAlive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("baton batches"))
                .count();
    }
}
