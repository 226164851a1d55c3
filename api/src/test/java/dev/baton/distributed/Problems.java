package dev.baton.distributed;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.nn.Conv2d;
import dev.baton.nn.GELU;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

/** What is learnt in these tests. */
final class Problems {

    /** Joint batches of 32; the last of an epoch has two examples. */
    static final int EXAMPLES = 6 * 32 + 2;

    static final int BATCH = 32;

    private Problems() {}

    static Layer perceptron() {
        return Sequential.of(new Linear(16, 12), new Tanh(), new Linear(12, 3));
    }

    /** Smooth, so that where sums are rounded otherwise no gradient jumps. */
    static Layer pictures() {
        return Sequential.of(
                new Conv2d(1, 3, 3).padding(1),
                new GELU(),
                new Conv2d(3, 4, 3),
                new Tanh(),
                new GlobalAveragePool(),
                new Linear(4, 3));
    }

    /** Classes are to be told by where in the picture most of the light is. */
    private static float[][] inputs() {
        var random = new SplittableRandom(4);
        var inputs = new float[EXAMPLES][16];
        for (int i = 0; i < EXAMPLES; i++) {
            for (int j = 0; j < 16; j++) {
                inputs[i][j] = (float) (random.nextDouble() + (j / 6 == i % 3 ? 0.6 : 0));
            }
        }
        return inputs;
    }

    private static int[] labels() {
        return java.util.stream.IntStream.range(0, EXAMPLES).map(i -> i % 3).toArray();
    }

    /** Of an example's shape, [16] or [1, 4, 4]. */
    static LocalExamples examples(long... shape) {
        NDArray inputs = NDArray.zeros(DType.FLOAT32, Shape.of(shape).prepend(Dim.of(EXAMPLES)));
        var floats = inputs.floats();
        for (float[] row : inputs()) {
            floats.put(row);
        }
        return new PackedExamples(inputs, NDArray.of(labels()));
    }

    /** To measure on; rows. */
    static Batches validation() {
        return Examples.of(inputs(), labels(), 3).batched(50);
    }

    /** The parts of a joint batch side by side. */
    static Batch joint(List<Shard> shards, int epoch, int jointBatch) {
        List<Batch> parts = shards.stream()
                .map(shard -> shard.batch(epoch, jointBatch))
                .filter(java.util.Objects::nonNull)
                .toList();
        return new Batch(
                side(parts.stream().map(Batch::inputs).toList()),
                side(parts.stream().map(Batch::targets).toList()));
    }

    private static NDArray side(List<NDArray> parts) {
        long rows = parts.stream().mapToLong(part -> part.shape().size(0)).sum();
        NDArray whole = NDArray.zeros(parts.get(0).dtype(), parts.get(0).shape().with(0, Dim.of(rows)));
        ByteBuffer bytes = whole.bytes();
        parts.forEach(part -> bytes.put(part.bytes()));
        return whole;
    }
}
