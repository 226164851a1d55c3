package dev.baton.spark;

import dev.baton.BatonException;
import java.util.concurrent.Callable;

/** Jobs of Spark, and why they fail. */
final class SparkJobs {

    private SparkJobs() {}

    /**
     * Runs a job.
     *
     * @throws BatonException what a worker threw last, where that was Baton's own
     * @throws IllegalStateException if Spark has given the job up for another reason, such as lost workers
     */
    static <R> R run(Callable<R> job) {
        try {
            return job.call();
        } catch (BatonException e) {
            throw e;
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BatonException ours) {
                    // Where the driver was comes beside where the worker was.
                    ours.addSuppressed(e);
                    throw ours;
                }
            }
            throw new IllegalStateException("Spark has given a job up: " + e.getMessage(), e);
        }
    }
}
