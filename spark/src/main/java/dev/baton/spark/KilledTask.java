package dev.baton.spark;

import java.util.concurrent.CompletableFuture;
import org.apache.spark.TaskContext;

/**
 * Looks whether Spark wants a task to end, as it does where another one of its stage is lost, and acts on it once: Spark
 * itself only marks a task, and one whose device waits for the lost one never looks.
 */
final class KilledTask implements AutoCloseable {

    private static final long MILLISECONDS = 100;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;

    /** @param end makes the task end; called by another thread, and not any more once this is closed */
    KilledTask(TaskContext task, Runnable end) {
        thread = new Thread(() -> watch(task, end), "baton task watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(TaskContext task, Runnable end) {
        try {
            while (!task.isInterrupted()) {
                Thread.sleep(MILLISECONDS);
            }
            end.run();
        } catch (InterruptedException e) {
            // Closed: the task has ended by itself.
        } finally {
            ended.complete(null);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        // Waits whether or not this thread is interrupted.
        ended.join();
    }
}
