package dev.baton.runtime;

import dev.baton.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The devices that train together with that of a session, each with a session and a thread of its own. All of them have
 * the same variables with the same values.
 */
final class Devices {

    /** A thread without work ends; the next work starts another one. */
    private static final long SECONDS_KEPT = 10;

    private record Other(Session session, ExecutorService thread) {}

    /** What a device is to do. */
    @FunctionalInterface
    interface Work {
        void on(Session session, int number);
    }

    private final Session first;
    private final List<Other> others = new ArrayList<>();
    private boolean closed;

    /**
     * @param others each belongs to nobody yet
     */
    Devices(Session first, List<Session> others) {
        this.first = first;
        for (Session session : others) {
            String name = "baton device " + (this.others.size() + 1);
            var thread = new ThreadPoolExecutor(
                    1, 1, SECONDS_KEPT, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> daemon(work, name));
            thread.allowCoreThreadTimeOut(true);
            this.others.add(new Other(session, thread));
        }
    }

    private static Thread daemon(Runnable work, String name) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    Session session(int number) {
        return number == 0 ? first : others.get(number - 1).session();
    }

    int count() {
        return others.size() + 1;
    }

    /** Where the part of a device in a batch begins; that of the number behind the last one is where the batch ends. */
    long start(long batch, int number) {
        return batch * number / count();
    }

    /** How many examples of a batch a device has. */
    long size(long batch, int number) {
        return start(batch, number + 1) - start(batch, number);
    }

    /** The most examples of a batch that a device has. */
    long largestPart(long batch) {
        return (batch + count() - 1) / count();
    }

    /**
     * Fails where there is not an example for each device.
     *
     * @throws DataException if the batch is too small
     */
    void requireEnough(long batch) {
        if (batch < count()) {
            throw new DataException("a batch of " + batch + " cannot be shared among " + count()
                    + " devices: choose a batch size that leaves at least " + count() + " examples for the last one");
        }
    }

    /** Does something on the other devices at once, and then waits for them. */
    void onOthers(Work work) {
        onAll((session, number) -> {
            if (session != first) {
                work.on(session, number);
            }
        });
    }

    /** Does something on every device at once, on the first in this thread, and waits for all of them. */
    void onAll(Work work) {
        onAll(work, session -> {});
    }

    /**
     * Runs something on every device that adds up over all of them: where one fails, the others, which may wait for it,
     * fail too, now and later. What went wrong first is what is told.
     */
    void together(Work work) {
        onAll(work, Session::leave);
    }

    private void onAll(Work work, Consumer<Session> afterFailure) {
        var failure = new AtomicReference<Throwable>();
        var running = new ArrayList<Future<?>>();
        for (int i = 0; i < others.size(); i++) {
            int number = i + 1;
            Other other = others.get(i);
            attempt(
                    other.session(),
                    failure,
                    afterFailure,
                    () -> running.add(other.thread().submit(() -> {
                        attempt(other.session(), failure, afterFailure, () -> work.on(other.session(), number));
                        // The thread may be another one next time.
                        other.session().releaseIfOpen();
                    })));
        }
        attempt(first, failure, afterFailure, () -> work.on(first, 0));
        running.forEach(Devices::await);
        if (failure.get() instanceof RuntimeException e) {
            throw e;
        }
        if (failure.get() instanceof Error e) {
            throw e;
        }
    }

    private static void attempt(
            Session session, AtomicReference<Throwable> failure, Consumer<Session> afterFailure, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            afterFailure.accept(session);
        }
    }

    private static void await(Future<?> running) {
        boolean interrupted = false;
        while (true) {
            try {
                running.get();
                break;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                // The device works with memory that this thread would give back: it has to be waited for.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean areClosed() {
        return closed;
    }

    /** Closes the other devices; closing twice does nothing. */
    void close() {
        if (!closed) {
            onOthers((session, number) -> session.close());
            others.forEach(other -> other.thread().shutdown());
            closed = true;
        }
    }
}
