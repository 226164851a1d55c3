package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.TrainingListener;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 500 rounds in one process that is driver and worker, so that what either of them kept would be seen. */
@Tag("cluster")
class DriverMemoryTest {

    private static final Recipe RECIPE = TrainingTask.DIGITS.recipe();
    private static final long WEIGHTS = 4L * (64 * 64 + 64 + 64 * 64 + 64 + 64 * 10 + 10);

    @Test
    void fiveHundredRoundsLeaveNothingBehind() {
        var configuration = new SparkConf()
                .setMaster("local[1]")
                .setAppName("memory")
                .set("spark.ui.enabled", "false")
                .set("spark.ui.retainedJobs", "10")
                .set("spark.ui.retainedStages", "10");
        try (var context = new JavaSparkContext(configuration)) {
            List<Long> used = usedHeap(context);
            int blocks = SparkEnv.get()
                    .blockManager()
                    .master()
                    .getMatchingBlockIds(block -> block.isBroadcast(), false)
                    .size();
            System.out.printf(
                    "measured: heap of the driver after 100, 300 and 500 rounds: %.1f, %.1f and %.1f MB; %d blocks of "
                            + "broadcasts are left%n",
                    used.get(0) / 1e6, used.get(1) / 1e6, used.get(2) / 1e6, blocks);
            // A leak of one block of weights a round would be 400 of them.
            assertThat(used.get(2) - used.get(0)).isLessThan(400 * WEIGHTS / 4);
            assertThat(blocks).isLessThan(20);
        }
    }

    private static List<Long> usedHeap(JavaSparkContext context) {
        var used = new ArrayList<Long>();
        var listener = new TrainingListener() {
            private int rounds;

            @Override
            public void epoch(EpochResult result) {}

            @Override
            public void batch(int epoch, int batch, int batches, float loss) {
                rounds++;
                if (rounds == 100 || rounds == 300 || rounds == 500) {
                    used.add(usedHeap());
                }
            }
        };
        try (var session = RECIPE.open();
                var source = SparkSource.of(
                        RECIPE, TrainingTask.DIGITS.training(context, 1), 32, Synchronization.afterSteps(1));
                var trainer = source.trainer(session).listener(listener).build()) {
            Examples few = TrainingTask.DIGITS.examples(OpticalDigits.TEST).part(0, 10);
            trainer.fit(source, few.batched(10), Epochs.of(20).atMostSteps(500));
        }
        return used;
    }

    private static long usedHeap() {
        try {
            // What Spark cleans up after a collection is garbage for the next one.
            for (int i = 0; i < 3; i++) {
                System.gc();
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
