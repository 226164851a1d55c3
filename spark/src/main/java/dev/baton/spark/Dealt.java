package dev.baton.spark;

import dev.baton.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * Examples that have been dealt.
 *
 * @param blocks one in each partition, kept by the workers
 * @param count of all examples
 * @param first one of them alone
 * @param checksum of all of them
 */
record Dealt(JavaRDD<ExampleBlock> blocks, long count, ExampleBlock first, long checksum) {

    /** What is known of a block without it. */
    private record Facts(int count, ExampleBlock.Kind kind, long checksum, String worker) implements Serializable {

        static Facts of(ExampleBlock block) {
            return new Facts(block.count, block.kind(), block.checksum(), Worker.name());
        }
    }

    /**
     * Deals.
     *
     * @throws DataException if an example cannot be used, two workers read examples of another number or kind, or a
     *     partition gets none
     */
    static Dealt of(Deal deal, int partitions) {
        var passing = new ArrayList<JavaRDD<?>>();
        SparkJobs.Freed freed = () -> passing.forEach(JavaRDD::unpersist);
        try (freed) {
            return kept(deal.blocks(partitions, passing::add).persist(StorageLevel.MEMORY_AND_DISK()));
        }
    }

    private static Dealt kept(JavaRDD<ExampleBlock> blocks) {
        try {
            return checked(blocks);
        } catch (RuntimeException e) {
            SparkJobs.Freed freed = blocks::unpersist;
            try (freed) {
                throw e;
            }
        }
    }

    private static Dealt checked(JavaRDD<ExampleBlock> blocks) {
        List<Facts> facts =
                SparkJobs.run(blocks.context(), () -> blocks.map(Facts::of).collect());
        long count = facts.stream().mapToLong(Facts::count).sum();
        requireNoneEmpty(facts, count);
        requireOneKind(facts);
        requireDealt(facts, count);
        long checksum = 0;
        for (Facts one : facts) {
            checksum = checksum * 31 + one.checksum();
        }
        return new Dealt(
                blocks,
                count,
                SparkJobs.run(
                        blocks.context(), () -> blocks.map(ExampleBlock::alone).first()),
                checksum);
    }

    private static void requireNoneEmpty(List<Facts> facts, long count) {
        String empty = IntStream.range(0, facts.size())
                .filter(i -> facts.get(i).count() == 0)
                .mapToObj(i -> "partition " + i + " on " + facts.get(i).worker())
                .collect(Collectors.joining(", "));
        if (!empty.isEmpty()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: no examples; there are %,d for %,d partitions: %s",
                    empty,
                    count,
                    facts.size(),
                    count == 0
                            ? "look at what the records are read from"
                            : "take fewer with partitions(" + count + ")"));
        }
    }

    /** Those that read for themselves may not have read the same. */
    private static void requireDealt(List<Facts> facts, long count) {
        for (int i = 0; i < facts.size(); i++) {
            long wanted = (count - i + facts.size() - 1) / facts.size();
            if (facts.get(i).count() != wanted) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "partition %d on %s has %,d examples and is to have %,d of %,d: not every worker reads the same",
                        i,
                        facts.get(i).worker(),
                        facts.get(i).count(),
                        wanted,
                        count));
            }
        }
    }

    private static void requireOneKind(List<Facts> facts) {
        Facts first = facts.get(0);
        for (Facts other : facts) {
            if (!other.kind().equals(first.kind())) {
                throw new DataException("the examples on " + other.worker() + " are " + other.kind() + ", those on "
                        + first.worker() + " are " + first.kind());
            }
        }
    }
}
