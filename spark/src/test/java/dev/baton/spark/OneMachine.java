package dev.baton.spark;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import dev.baton.distributed.Division;
import dev.baton.distributed.LocalExamples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Shard;
import dev.baton.train.TrainStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** The same training without Spark and without what adds contributions up: every joint batch is one batch of one step. */
final class OneMachine {

    private OneMachine() {}

    /** The losses of the first steps. */
    static List<Float> losses(Recipe recipe, Examples all, int partitions, int batch, int steps) {
        var division = new Division(all.size(), partitions, batch);
        List<Shard> shards = IntStream.range(0, partitions)
                .mapToObj(partition -> new Shard(dealt(all, partition, division), division, partition, recipe.seed()))
                .toList();
        var losses = new ArrayList<Float>();
        try (var session = recipe.open();
                var step = TrainStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            for (int i = 0; i < steps; i++) {
                int epoch = i / division.batches();
                int number = i % division.batches();
                losses.add(step.run(joint(shards.stream()
                                .map(shard -> shard.batch(epoch, number))
                                .filter(Objects::nonNull)
                                .toList()))
                        .loss());
            }
        }
        return losses;
    }

    /** Every so-manieth of all examples. */
    private static LocalExamples dealt(Examples all, int partition, Division division) {
        return new LocalExamples() {
            @Override
            public int size() {
                return division.size(partition);
            }

            @Override
            public Batch batch(int epoch, int[] which) {
                return all.batch(
                        epoch,
                        IntStream.of(which)
                                .map(i -> i * division.partitions() + partition)
                                .toArray());
            }
        };
    }

    private static Batch joint(List<Batch> parts) {
        return new Batch(
                joined(parts.stream().map(Batch::inputs).toList()),
                joined(parts.stream().map(Batch::targets).toList()));
    }

    private static NDArray joined(List<NDArray> parts) {
        long rows = parts.stream().mapToLong(part -> part.shape().size(0)).sum();
        NDArray first = parts.get(0);
        NDArray all = NDArray.zeros(first.dtype(), first.shape().with(0, Dim.of(rows)));
        var bytes = all.bytes();
        parts.forEach(part -> bytes.put(part.bytes()));
        return all;
    }
}
