package dev.baton.spark;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Examples;
import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function0;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;

/**
 * Examples that lie on the workers of a cluster, each worker a part of them: as arrays of numbers in its memory, or on its
 * disk where that is too small. They are dealt like cards, one to each partition in turn, so that partitions differ by at
 * most one example and an order of the records that has a meaning, such as one class after the other, does no harm. What a
 * lost worker had is made again from the records, so that reading these twice has to give the same in the same order.
 * Immutable; dealt when a training begins with them, once.
 *
 * <p>Functions that are given here travel to the workers: they capture nothing but what is {@link Serializable}.
 */
public final class SparkExamples {

    private final JavaSparkContext context;
    private final Deal deal;
    private final int partitions;
    private final Function2<Examples, Integer, Examples> change;
    private Dealt dealt;

    private SparkExamples(
            JavaSparkContext context, Deal deal, int partitions, Function2<Examples, Integer, Examples> change) {
        this.context = context;
        this.deal = deal;
        this.partitions = partitions;
        this.change = change;
    }

    /**
     * Records that belong to classes.
     *
     * @param input the numbers of a record, as many for each
     * @param label the class of a record, from 0
     * @param classes the number of classes
     */
    public static <T> SparkExamples of(
            JavaRDD<T> records, Function<T, float[]> input, Function<T, Integer> label, int classes) {
        if (classes < 1) {
            throw new DataException("examples are of at least one class, not of " + classes);
        }
        return ofRecords(records, (partition, all) -> Packing.pack(partition, all, input, label, classes));
    }

    /**
     * Records with numbers that are to be predicted.
     *
     * @param input the numbers of a record that are known, as many for each
     * @param target those that are to be predicted, as many for each
     */
    public static <T> SparkExamples of(JavaRDD<T> records, Function<T, float[]> input, Function<T, float[]> target) {
        return ofRecords(records, (partition, all) -> Packing.pack(partition, all, input, target));
    }

    /** Rows that belong to classes; see {@link #of(JavaRDD, Function, Function, int)}. */
    public static <T> SparkExamples of(
            Dataset<T> rows, Function<T, float[]> input, Function<T, Integer> label, int classes) {
        return of(rows.toJavaRDD(), input, label, classes);
    }

    /** Rows with numbers that are to be predicted; see {@link #of(JavaRDD, Function, Function)}. */
    public static <T> SparkExamples of(Dataset<T> rows, Function<T, float[]> input, Function<T, float[]> target) {
        return of(rows.toJavaRDD(), input, target);
    }

    /**
     * Examples that every worker reads for itself, such as from a folder that all of them see. A partition keeps its part of
     * them in memory, without what was changed at random: {@link #changed} does that.
     *
     * @param read gives the same examples in the same order on every worker; only whether they are as many and of one kind is
     *     looked at
     */
    public static SparkExamples reading(JavaSparkContext context, Function0<Examples> read) {
        return new SparkExamples(context, Deal.reading(context, read), context.defaultParallelism(), null);
    }

    private static <T> SparkExamples ofRecords(JavaRDD<T> records, Function2<Integer, Iterator<T>, ExampleBlock> pack) {
        var context = JavaSparkContext.fromSparkContext(records.context());
        return new SparkExamples(context, Deal.records(records, pack), context.defaultParallelism(), null);
    }

    /** The same in so many partitions; unless said, as many as the cluster has cores. Each is one task of every step. */
    public SparkExamples partitions(int count) {
        if (count < 1) {
            throw new DataException("examples lie in at least one partition, not in " + count);
        }
        return new SparkExamples(context, deal, count, change);
    }

    /**
     * The same, each a tensor of this shape.
     *
     * @param shape of one example, for instance {@code [1, 8, 8]}, of as many values as its row has
     */
    public SparkExamples shape(Shape shape) {
        return new SparkExamples(context, deal.shaped(shape), partitions, change);
    }

    /**
     * The same, changed at random or mixed, anew in every epoch.
     *
     * @param change gets the examples of a partition and its number, which is to go into the seeds: {@code (examples,
     *     partition) -> examples.augmented(7 + partition, new RandomFlip(shape))}
     */
    public SparkExamples changed(Function2<Examples, Integer, Examples> change) {
        return new SparkExamples(context, deal, partitions, change);
    }

    JavaSparkContext context() {
        return context;
    }

    int partitions() {
        return partitions;
    }

    /** What is done to the examples of a partition; null for nothing. */
    Function2<Examples, Integer, Examples> change() {
        return change;
    }

    /**
     * Deals the examples, where that has not been done.
     *
     * @throws DataException if an example cannot be used, or there are fewer examples than partitions
     */
    synchronized Dealt dealt() {
        if (dealt == null) {
            dealt = Dealt.of(deal, partitions);
        }
        return dealt;
    }
}
