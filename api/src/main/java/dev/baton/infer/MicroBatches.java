package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.RejectedException;
import dev.baton.StateException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers the examples of many threads together: what is asked for within a moment becomes one batch, which takes less time
 * than its examples would one by one. For models that are faster so, mostly those whose weights are large; a small model
 * answers sooner by {@link Predictor} itself.
 *
 * <pre>{@code
 * try (var answers = MicroBatches.of(predictor).atMost(32).within(Duration.ofMillis(2)).queue(256).open()) {
 *     float[] logits = answers.predict(picture);   // from any thread
 * }
 * }</pre>
 *
 * <p>An example that is wrong fails alone, and never those that came at the same time. A batch holds as many examples as wait,
 * rounded down to a power of two, so that few programs are compiled; the others are in the next one. The last bits of an
 * answer may depend on the size of its batch.
 */
public final class MicroBatches implements AutoCloseable {

    private final Predictor predictor;
    private final RequestQueue queue;
    private final Duration deadline;
    private final Thread thread;

    private MicroBatches(Builder options) {
        this.predictor = options.predictor;
        this.queue = new RequestQueue(options.atMost, options.within, options.queue, options.deadline);
        this.deadline = options.deadline;
        var batches = new BatchAnswers(predictor, queue);
        predictor.warmUpAlone(queue.batchSizes());
        this.thread = new Thread(batches::answerAll, "baton micro-batches");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Batches for a predictor, which stays open when they are closed.
     *
     * @return the options, to be followed by {@link Builder#open}
     */
    public static Builder of(Predictor predictor) {
        return new Builder(predictor);
    }

    /** What batches are like. */
    public static final class Builder {

        private static final int LARGEST = 128;

        private final Predictor predictor;
        private int atMost = 32;
        private Duration within = Duration.ofMillis(2);
        private int queue = 256;
        private Duration deadline;

        private Builder(Predictor predictor) {
            this.predictor = predictor;
        }

        /** The most examples of a batch, 1 to 128; 32 where nothing is said. */
        public Builder atMost(int examples) {
            if (examples < 1 || examples > LARGEST) {
                throw new BatonException("a micro-batch holds 1 to " + LARGEST + " examples, not " + examples);
            }
            this.atMost = examples;
            return this;
        }

        /** How long the first example of a batch waits for others; 2 ms where nothing is said. */
        public Builder within(Duration latency) {
            this.within = notNegative("a wait for other examples", latency);
            return this;
        }

        /** The most examples that wait for a batch, beside that which is being answered; 256 where nothing is said. */
        public Builder queue(int examples) {
            if (examples < 1) {
                throw new BatonException("a queue has room for one example at least, not for " + examples);
            }
            this.queue = examples;
            return this;
        }

        /** An example that has waited for longer is rejected instead of being answered; never, where nothing is said. */
        public Builder deadline(Duration patience) {
            this.deadline = notNegative("a deadline", patience);
            return this;
        }

        private static Duration notNegative(String what, Duration duration) {
            // Beyond that a number of nanoseconds is no long.
            if (duration.isNegative() || duration.compareTo(Duration.ofDays(1)) > 0) {
                throw new BatonException(what + " takes from nothing to a day, not " + duration);
            }
            return duration;
        }

        /**
         * Compiles the model for every size of batch, and starts to answer.
         *
         * @throws StateException if nothing has said yet what an example is ({@link Predictor#warmUp}), or the predictor is
         *     closed
         */
        public MicroBatches open() {
            return new MicroBatches(this);
        }
    }

    /**
     * What the model gives for one example; waits for it.
     *
     * @param example as in {@link Predictor#predict(float[])}
     * @throws RejectedException if too many wait already, or the deadline has passed
     * @throws dev.baton.DataException if a value is not finite
     * @throws dev.baton.ShapeException if the model takes another number of values, or tokens
     * @throws StateException if these batches or the predictor are closed, or it is called by what is chained to another
     *     answer, on the thread that answers everybody
     * @throws BatonException if the thread is interrupted while it waits, which stays set
     */
    public float[] predict(float[] example) {
        requireOtherThread();
        return await(submit(example));
    }

    /**
     * What the model gives for one example of tokens; waits for it.
     *
     * @param tokens as in {@link Predictor#predict(int[])}
     * @throws BatonException as {@link #predict(float[])} does; a token that is no row of the model's table is a {@link
     *     dev.baton.DataException}
     */
    public float[] predict(int[] tokens) {
        requireOtherThread();
        return await(submit(tokens));
    }

    private void requireOtherThread() {
        if (Thread.currentThread() == thread) {
            throw new StateException("what is chained to an answer waits for another one on the thread that answers "
                    + "everybody: chain it with thenApplyAsync, or submit the other one");
        }
    }

    private float[] await(CompletableFuture<float[]> answer) {
        try {
            return deadline == null ? answer.get() : answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw RequestQueue.late(deadline);
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw new BatonException("the thread was interrupted while it waited for an answer", e);
        }
    }

    /**
     * What the model will have given for one example. What is chained to it and takes long belongs on another thread ({@link
     * CompletableFuture#thenApplyAsync}): by itself it may run on the one that answers everybody.
     *
     * @param example as in {@link Predictor#predict(float[])}; copied
     * @return completes with the answer, or with the exception that {@link #predict(float[])} throws; cancelled before its
     *     turn, it is not computed
     * @throws BatonException what is known at once is thrown: rejected, closed, of a wrong shape, not finite
     */
    public CompletableFuture<float[]> submit(float[] example) {
        predictor.check(example);
        return queue.add(example.clone());
    }

    /**
     * The same for one example of tokens.
     *
     * @throws BatonException what is known at once is thrown: rejected, closed, of a wrong shape
     */
    public CompletableFuture<float[]> submit(int[] tokens) {
        predictor.check(tokens);
        return queue.add(tokens.clone());
    }

    /** How many examples wait for a batch now. */
    public int waiting() {
        return queue.size();
    }

    /** Takes no more examples, answers those that wait, and returns then; closing twice does nothing. */
    @Override
    public void close() {
        queue.close();
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
