package dev.baton.distributed;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.data.Batch;
import java.nio.ByteBuffer;

/** Examples that lie side by side in two arrays. */
final class PackedExamples implements LocalExamples {

    private final Batch all;

    /**
     * @param inputs [N, ...]
     * @param targets [N, ...]
     */
    PackedExamples(NDArray inputs, NDArray targets) {
        var all = new Batch(inputs, targets);
        this.all = all;
    }

    @Override
    public int size() {
        return (int) all.size();
    }

    @Override
    public Batch batch(int epoch, int[] which) {
        return new Batch(rows(all.inputs(), which), rows(all.targets(), which));
    }

    private static NDArray rows(NDArray from, int[] which) {
        NDArray rows = NDArray.zeros(from.dtype(), from.shape().with(0, Dim.of(which.length)));
        ByteBuffer source = from.bytes();
        ByteBuffer target = rows.bytes();
        int length = target.remaining() / which.length;
        for (int row : which) {
            target.put(source.slice(row * length, length));
        }
        return rows;
    }
}
