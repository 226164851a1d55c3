package dev.baton.spark;

import org.apache.spark.SparkEnv;

/** The worker that this is: the process of an executor, or the driver's own where Spark runs in one process. */
final class Worker {

    private Worker() {}

    /** For messages: {@code worker 10.0.0.3:40845 (executor 2)}. */
    static String name() {
        SparkEnv env = SparkEnv.get();
        return "worker " + env.blockManager().blockManagerId().hostPort() + " (executor " + env.executorId() + ")";
    }
}
