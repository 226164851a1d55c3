package dev.baton.spark;

import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * How what partitions bring is added up. With more than a few of them the workers add up before the driver does: those of
 * runs of partitions side by side, of which each leaves one block. Spark's own tree brings those together that are far from
 * each other, of which nothing can be added ({@link dev.baton.distributed.Contribution}).
 */
final class Aggregation {

    private Aggregation() {}

    /** How many partitions a run has: the power of two at or above the square root of all. */
    private static int run(int partitions) {
        int run = 1;
        while ((long) run * run < partitions) {
            run *= 2;
        }
        return run;
    }

    private static int runs(int partitions) {
        int run = run(partitions);
        return (partitions + run - 1) / run;
    }

    /** All of it together, on the driver. */
    static Timed sum(JavaRDD<Timed> brought) {
        int partitions = brought.getNumPartitions();
        boolean direct = partitions <= run(partitions) + runs(partitions);
        return (direct ? brought : byRuns(brought).values()).reduce(Timed::plus);
    }

    /** What each run brings, by its number, in a partition of its own. */
    static JavaPairRDD<Integer, Timed> byRuns(JavaRDD<Timed> brought) {
        int partitions = brought.getNumPartitions();
        int run = run(partitions);
        JavaRDD<Tuple2<Integer, Timed>> keyed = brought.mapPartitionsWithIndex(
                (partition, all) ->
                        List.of(new Tuple2<>(partition / run, all.next())).iterator(),
                true);
        return JavaPairRDD.fromJavaRDD(keyed).reduceByKey(new HashPartitioner(runs(partitions)), Timed::plus);
    }
}
