package dev.baton.distributed;

import dev.baton.data.Batch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/**
 * A cluster in one process: two workers, each a thread that has some of the partitions. Everything that would travel is
 * written to bytes and read again, and contributions come together in an order and a grouping drawn at random.
 */
final class Workers extends DistributedSource implements AutoCloseable {

    static final String BACKEND = System.getProperty("baton.test.backend", "reference");

    private static final int WORKERS = 2;

    private final List<Shard> shards;
    private final List<WorkerStep> workers;
    private final SplittableRandom arrival;
    private final long checksum;

    /**
     * @param arrival the seed of the order in which contributions come
     */
    Workers(Recipe recipe, LocalExamples all, Division division, Synchronization way, long arrival) {
        super(recipe, division, way);
        this.shards = shards(all, division, recipe.seed());
        this.workers = IntStream.range(0, WORKERS)
                .mapToObj(worker -> copy(recipe.backend(BACKEND)).worker())
                .toList();
        this.arrival = new SplittableRandom(arrival);
        this.checksum = checksum(all.batch(0, IntStream.range(0, all.size()).toArray()));
    }

    private static long checksum(Batch all) {
        var checksum = new CRC32();
        checksum.update(all.inputs().bytes());
        checksum.update(all.targets().bytes());
        return checksum.getValue();
    }

    /** Example i is partition i % K's. */
    static List<Shard> shards(LocalExamples all, Division division, long seed) {
        return IntStream.range(0, division.partitions())
                .mapToObj(partition -> new Shard(part(all, division, partition), division, partition, seed))
                .toList();
    }

    private static LocalExamples part(LocalExamples all, Division division, int partition) {
        return new LocalExamples() {
            @Override
            public int size() {
                return division.size(partition);
            }

            @Override
            public Batch batch(int epoch, int[] which) {
                int[] numbers = IntStream.of(which)
                        .map(one -> one * division.partitions() + partition)
                        .toArray();
                return all.batch(epoch, numbers);
            }
        };
    }

    /** What comes out of a stream into which something was written. */
    @SuppressWarnings("unchecked")
    static <T> T copy(T object) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
            out.flush();
            return (T) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected String dataIdentity() {
        return "checksum " + checksum;
    }

    @Override
    public Batch sample() {
        return shards.get(0).sample();
    }

    @Override
    protected Contribution sum(WeightBlock weights, int epoch, int meeting) {
        var coming = new ArrayList<CompletableFuture<List<Contribution>>>();
        for (int worker = 0; worker < workers.size(); worker++) {
            int number = worker;
            coming.add(CompletableFuture.supplyAsync(() -> contributions(number, copy(weights), epoch, meeting)));
        }
        var contributions = new ArrayList<Contribution>();
        try {
            coming.forEach(one -> contributions.addAll(one.join()));
        } catch (java.util.concurrent.CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
        return together(contributions, division().partitions(), arrival);
    }

    private List<Contribution> contributions(int worker, WeightBlock weights, int epoch, int meeting) {
        return shards.stream()
                .filter(shard -> shard.partition() % WORKERS == worker)
                .map(shard -> workers.get(worker).contribute(weights, shard, way(), epoch, meeting))
                .map(Workers::copy)
                .toList();
    }

    /** Adds up any two until there is one. */
    static Contribution together(List<Contribution> contributions, int partitions, SplittableRandom random) {
        var left = new ArrayList<>(contributions);
        left.add(Contribution.none(partitions));
        while (left.size() > 1) {
            Contribution one = left.remove(random.nextInt(left.size()));
            Contribution other = left.remove(random.nextInt(left.size()));
            left.add(one.plus(other));
        }
        return left.get(0);
    }

    @Override
    public void close() {
        workers.forEach(WorkerStep::close);
    }
}
