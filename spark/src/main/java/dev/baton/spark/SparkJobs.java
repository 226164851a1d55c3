package dev.baton.spark;

import dev.baton.BatonException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function0;

/** Jobs of Spark, and why they fail. */
final class SparkJobs {

    private static final System.Logger LOG = System.getLogger(SparkJobs.class.getName());

    private SparkJobs() {}

    /** What is to be freed after a job; what fails then is noted with the job's failure, which it does not hide. */
    interface Freed extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * Runs a job. Where the thread is interrupted meanwhile, the job is cancelled, and the thread stays interrupted.
     *
     * @throws BatonException what a worker threw last, where that was Baton's own; or if Spark has been stopped
     * @throws IllegalStateException if Spark has given the job up for another reason, such as lost workers
     */
    static <R> R run(SparkContext context, Callable<R> job) {
        String tag = "baton-" + UUID.randomUUID();
        context.addJobTag(tag);
        try {
            return job.call();
        } catch (BatonException e) {
            throw e;
        } catch (Exception e) {
            throw failure(context, tag, e);
        } finally {
            context.removeJobTag(tag);
        }
    }

    private static RuntimeException failure(SparkContext context, String tag, Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BatonException ours) {
                // Where the driver was comes beside where the worker was.
                ours.addSuppressed(e);
                return ours;
            }
            if (cause instanceof InterruptedException) {
                // It would go on beside the next one, and nobody would wait for it.
                context.cancelJobsWithTag(tag);
                Thread.currentThread().interrupt();
                return new IllegalStateException("interrupted while Spark ran a job, which has been cancelled", e);
            }
        }
        return context.isStopped()
                ? new BatonException("Spark has been stopped: " + e.getMessage(), e)
                : new IllegalStateException("Spark has given a job up: " + e.getMessage(), e);
    }

    /**
     * Does something on all workers, on some of them several times: in more tasks than there are cores, so that no worker is
     * likely to be left out.
     */
    static <R> List<R> everywhere(JavaSparkContext context, Function0<R> task) {
        int tasks = 2 * context.defaultParallelism();
        return run(
                context.sc(),
                () -> context.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                        .map(unused -> task.call())
                        .collect());
    }

    /**
     * Ends something that workers have and nobody needs any more: what fails meanwhile is logged and no more. Nothing happens
     * where Spark has been stopped.
     *
     * @param what they have, in words
     */
    static void close(JavaSparkContext context, String what, Runnable closing) {
        if (context.sc().isStopped()) {
            return;
        }
        try {
            closing.run();
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    what + " of workers could not be closed; they end with their executors",
                    e);
        }
    }
}
