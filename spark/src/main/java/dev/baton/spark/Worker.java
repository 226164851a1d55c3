package dev.baton.spark;

import dev.baton.BackendException;
import dev.baton.BatonException;
import dev.baton.DataException;
import org.apache.spark.SparkEnv;

/** The worker that this is: the process of an executor, or the driver's own where Spark runs in one process. */
final class Worker {

    private Worker() {}

    /** For messages, such as {@code worker 10.0.0.3:40845 (executor 2)}. */
    static String name() {
        SparkEnv env = SparkEnv.get();
        return "worker " + env.blockManager().blockManagerId().hostPort() + " (executor " + env.executorId() + ")";
    }

    /** The same failure, and where it was. */
    static BatonException located(BatonException failure) {
        String message = name() + ": " + failure.getMessage();
        if (failure instanceof BackendException) {
            return new BackendException(
                    message
                            + "\nto bring it to the workers: spark-submit --jars or --packages, or a folder on each worker "
                            + "that spark.executor.extraClassPath names",
                    failure);
        }
        return failure instanceof DataException
                ? new DataException(message, failure)
                : new BatonException(message, failure);
    }
}
