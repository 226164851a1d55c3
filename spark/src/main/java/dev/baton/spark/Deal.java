package dev.baton.spark;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function0;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Deals examples to partitions, one to each in turn. */
@FunctionalInterface
interface Deal {

    /**
     * One block in each of so many partitions.
     *
     * @param passing is told of what workers need no longer keep when the blocks have been made
     */
    JavaRDD<ExampleBlock> blocks(int partitions, Consumer<JavaRDD<?>> passing);

    /**
     * Of records.
     *
     * @param pack makes one block of a partition of the records
     */
    static <T> Deal records(JavaRDD<T> records, Function2<Integer, Iterator<T>, ExampleBlock> pack) {
        return (partitions, passing) -> {
            JavaRDD<ExampleBlock> packed = records.mapPartitionsWithIndex(
                            (number, all) -> List.of(pack.call(number, all)).iterator(), true)
                    .persist(StorageLevel.MEMORY_AND_DISK());
            passing.accept(packed);
            List<Integer> counts = SparkJobs.run(
                    records.context(), () -> packed.map(block -> block.count).collect());
            var places = new long[counts.size()];
            for (int i = 1; i < places.length; i++) {
                places[i] = places[i - 1] + counts.get(i - 1);
            }
            JavaRDD<Tuple2<Integer, ExampleBlock>> dealt = packed.mapPartitionsWithIndex(
                    (number, blocks) -> dealt(blocks.next(), places[number], partitions), true);
            return JavaPairRDD.fromJavaRDD(dealt)
                    .partitionBy(new HashPartitioner(partitions))
                    .mapPartitions(
                            hands -> {
                                var blocks = new ArrayList<ExampleBlock>();
                                hands.forEachRemaining(hand -> blocks.add(hand._2()));
                                return List.of(ExampleBlock.joined(blocks)).iterator();
                            },
                            true);
        };
    }

    private static Iterator<Tuple2<Integer, ExampleBlock>> dealt(ExampleBlock block, long place, int partitions) {
        return IntStream.range(0, block.count == 0 ? 0 : partitions)
                .mapToObj(partition -> new Tuple2<>(partition, block.dealt(place, partition, partitions)))
                .filter(hand -> hand._2().count > 0)
                .iterator();
    }

    /** Of what every worker reads for itself. */
    static Deal reading(JavaSparkContext context, Function0<Examples> read) {
        return (partitions, passing) -> context.parallelize(
                        IntStream.range(0, partitions).boxed().toList(), partitions)
                .map(partition -> part(read.call(), partition, partitions));
    }

    private static ExampleBlock part(Examples all, int partition, int partitions) {
        int count = all.size() <= partition ? 0 : (all.size() - partition + partitions - 1) / partitions;
        if (count == 0) {
            return ExampleBlock.empty();
        }
        Batch one = all.batch(0, new int[] {partition});
        int classes = one.targets().dtype() == DType.INT32 ? all.classes() : 0;
        var kind =
                ExampleBlock.Kind.of(classes, all.shape(), one.targets().shape().without(0));
        ExampleBlock block = ExampleBlock.room(kind, partition, count);
        for (int i = 0; i < count; i++) {
            int example = partition + i * partitions;
            if (classes > 0) {
                block.set(i, all.input(example), all.label(example));
            } else {
                block.set(i, all.input(example), all.target(example));
            }
        }
        return block;
    }

    /** The same, each example of another shape. */
    default Deal shaped(Shape shape) {
        List<Long> sizes = ExampleBlock.Kind.sizes(shape);
        return (partitions, passing) ->
                blocks(partitions, passing).map(block -> block.count == 0 ? block : block.shaped(sizes));
    }
}
