package dev.baton.infer;

import dev.baton.RejectedException;
import dev.baton.StateException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** Examples that wait for a batch, in the order in which they came; bounded. */
final class RequestQueue {

    private final Lock lock = new ReentrantLock();
    /** A batch can begin: there is a first example, or enough for a full batch, or nothing will come any more. */
    private final Condition ready = lock.newCondition();

    private final ArrayDeque<Request> requests = new ArrayDeque<>();
    private final int atMost;
    private final long within;
    private final int capacity;
    private final Duration deadline;
    private boolean closed;

    /**
     * One example and the answer that somebody waits for.
     *
     * @param example an array of floats or of ints
     * @param came in nanoseconds
     */
    record Request(Object example, CompletableFuture<float[]> answer, long came) {}

    /**
     * @param deadline null where there is none
     */
    RequestQueue(int atMost, Duration within, int capacity, Duration deadline) {
        this.atMost = atMost;
        this.within = within.toNanos();
        this.capacity = capacity;
        this.deadline = deadline;
    }

    /** The sizes of batches: powers of two, and the largest that is wanted. */
    int[] batchSizes() {
        return IntStream.concat(IntStream.iterate(1, size -> size < atMost, size -> 2 * size), IntStream.of(atMost))
                .toArray();
    }

    /** Adds an example, or says why not. */
    CompletableFuture<float[]> add(Object example) {
        lock.lock();
        try {
            if (closed) {
                throw new StateException("the micro-batches are closed");
            }
            if (requests.size() >= capacity) {
                // Nobody waits for those any more.
                requests.removeIf(request -> request.answer().isDone());
            }
            if (requests.size() >= capacity) {
                throw new RejectedException(
                        "rejected: " + requests.size() + " examples wait for an answer already, and the "
                                + "queue has room for no more; try again later");
            }
            var request = new Request(example, new CompletableFuture<>(), System.nanoTime());
            requests.add(request);
            if (requests.size() == 1 || requests.size() >= atMost) {
                ready.signal();
            }
            return request.answer();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return requests.size();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            ready.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The next batch, of one of {@link #batchSizes}; waits for it. Empty once this is closed and nobody waits. */
    List<Request> next() {
        while (true) {
            var late = new ArrayList<Request>();
            var batch = new ArrayList<Request>();
            lock.lock();
            try {
                while (requests.isEmpty() && !closed) {
                    ready.awaitUninterruptibly();
                }
                if (requests.isEmpty()) {
                    return batch;
                }
                waitForOthers();
                removeUnwanted(late);
                int waiting = requests.size();
                int count = waiting >= atMost ? atMost : Integer.highestOneBit(waiting);
                for (int i = 0; i < count; i++) {
                    batch.add(requests.remove());
                }
            } finally {
                lock.unlock();
            }
            // Outside of the lock: what is chained to an answer may run here.
            late.forEach(request -> request.answer().completeExceptionally(late(deadline)));
            if (!batch.isEmpty()) {
                return batch;
            }
        }
    }

    private void waitForOthers() {
        long until = requests.element().came() + within;
        long left = until - System.nanoTime();
        while (requests.size() < atMost && !closed && left > 0) {
            try {
                left = ready.awaitNanos(left);
            } catch (InterruptedException e) {
                // By something that is chained to an answer: it is none of this thread's business.
                left = until - System.nanoTime();
            }
        }
    }

    /** Takes away what nobody waits for any more, and what has waited for too long. */
    private void removeUnwanted(List<Request> late) {
        long now = System.nanoTime();
        requests.removeIf(request -> {
            boolean isLate = deadline != null && now - request.came() > deadline.toNanos();
            if (isLate) {
                late.add(request);
            }
            return isLate || request.answer().isDone();
        });
    }

    static RejectedException late(Duration deadline) {
        return new RejectedException(
                "rejected: the example waited for longer than " + deadline.toNanos() / 1e6 + " ms; try again later");
    }
}
