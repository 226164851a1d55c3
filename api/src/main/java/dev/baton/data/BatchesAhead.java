package dev.baton.data;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The batches of an epoch, made by other threads before they are asked for where making one takes a while. The arrays of
 * a batch are filled anew once the next but one was asked for. For one thread; {@link #close} ends the others.
 */
public final class BatchesAhead implements Iterator<Batch>, AutoCloseable {

    /** What takes less is made at once: handing it from thread to thread would take as long. */
    private static final long WORTH_A_WORKER = 200_000;

    private final Batches batches;
    private final int epoch;
    private final int[] order;
    private final int workers;
    private final ExecutorService executor;
    /** Batches in the order in which they are handed out; made, or being made. */
    private final Queue<Future<Batch>> coming = new ArrayDeque<>();
    /** Arrays of batches that nobody reads any more, all of the usual size. */
    private final Queue<Batch> free = new ArrayDeque<>();

    private int next;
    private int begun;
    private Batch handedOut;
    private Batch handedOutBefore;
    private long waited;
    /** How long the last batch took to make, in nanoseconds. */
    private volatile long making;

    BatchesAhead(Batches batches, int epoch, int from, int workers) {
        this.batches = batches;
        this.epoch = epoch;
        this.order = batches.order(epoch);
        this.workers = workers;
        this.next = from;
        this.begun = from;
        this.executor = workers == 0 ? null : Executors.newFixedThreadPool(workers, BatchesAhead::thread);
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "baton batches");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public boolean hasNext() {
        return next < batches.count();
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.baton.DataException if one of its examples cannot be read
     */
    @Override
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        if (handedOutBefore != null && handedOutBefore.size() == batches.sizeOf(0)) {
            free.add(handedOutBefore);
        }
        handedOutBefore = handedOut;
        long start = System.nanoTime();
        boolean ahead = executor != null && making > WORTH_A_WORKER;
        handedOut = ahead || !coming.isEmpty() ? fromWorkers(ahead) : makeNow();
        waited += System.nanoTime() - start;
        next++;
        return handedOut;
    }

    /** How long the calls of {@link #next} took so far: what more workers, or faster data, could save. */
    public Duration waited() {
        return Duration.ofNanos(waited);
    }

    private Batch makeNow() {
        int batch = begun++;
        return make(batch, room(batch));
    }

    private Batch fromWorkers(boolean goOn) {
        // One for each worker, and one that is ready.
        while (goOn && begun < batches.count() && coming.size() <= workers) {
            int batch = begun++;
            Batch room = room(batch);
            coming.add(executor.submit(() -> make(batch, room)));
        }
        return result(coming.remove());
    }

    private Batch room(int batch) {
        int size = batches.sizeOf(batch);
        boolean isUsual = size == batches.sizeOf(0);
        return isUsual && !free.isEmpty() ? free.remove() : batches.room(size);
    }

    private Batch make(int batch, Batch into) {
        long start = System.nanoTime();
        batches.gather(epoch, order, batch, into);
        making = System.nanoTime() - start;
        return into;
    }

    /** An interrupt does not end the wait, which is short: whoever asked for the batch sees it afterwards. */
    private static Batch result(Future<Batch> coming) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return coming.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException failure) {
                        throw failure;
                    }
                    if (e.getCause() instanceof Error failure) {
                        throw failure;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets the workers end what they are at. They are not interrupted: that would close the files that they read. */
    @Override
    public void close() {
        coming.forEach(batch -> batch.cancel(false));
        if (executor != null) {
            executor.shutdown();
        }
        next = batches.count();
    }
}
