package dev.baton.distributed;

import dev.baton.DataException;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What a subtree of partitions brings to a step: sums that are weighted with the shares of the partitions. */
final class Part implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final byte[] NOTHING = {};
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final int from;
    private final int to;
    private final double losses;
    private final long examples;
    private final byte[] values;
    private final String notFinite;

    private Part(int from, int to, double losses, long examples, byte[] values, String notFinite) {
        this.from = from;
        this.to = to;
        this.losses = losses;
        this.examples = examples;
        this.values = values;
        this.notFinite = notFinite;
    }

    /**
     * Of one partition.
     *
     * @param losses the sum of its examples' losses
     * @param values little-endian float32, weighted with the partition's share
     */
    static Part of(int partition, double losses, long examples, byte[] values) {
        return new Part(partition, partition + 1, losses, examples, values, null);
    }

    /** Of a partition that has no example in the step. */
    static Part empty(int partition) {
        return withoutValues(partition, 0, 0);
    }

    /** Of a partition whose values another one brings. */
    static Part withoutValues(int partition, double losses, long examples) {
        return of(partition, losses, examples, NOTHING);
    }

    /** Of a partition whose loss or gradients are not finite. */
    static Part notFinite(int partition, double losses, long examples, String why) {
        return new Part(partition, partition + 1, losses, examples, NOTHING, "partition " + partition + ": " + why);
    }

    /** Of a partition that made a step which was not finite, for no reason of its own. */
    static Part notFiniteElsewhere(int partition, double losses, long examples) {
        return new Part(partition, partition + 1, losses, examples, NOTHING, "");
    }

    /** The first partition. */
    int from() {
        return from;
    }

    /** The one after the last. */
    int to() {
        return to;
    }

    double losses() {
        return losses;
    }

    long examples() {
        return examples;
    }

    byte[] values() {
        return values;
    }

    /** In words, what was not finite in the first partition that knows it; empty where none does, null where all was. */
    String notFinite() {
        return notFinite;
    }

    /** Whether this and the next one are the two halves of a subtree; the last ones of a tree may be smaller. */
    boolean isSiblingOf(Part next, int partitions) {
        int half = to - from;
        return next.from == to
                && Integer.bitCount(half) == 1
                && from % (2L * half) == 0
                && next.to == Math.min(from + 2L * half, partitions);
    }

    Part plus(Part next) {
        boolean knowsMore = notFinite == null || notFinite.isEmpty() && next.notFinite != null;
        String wrong = knowsMore ? next.notFinite : notFinite;
        byte[] sum = wrong != null ? NOTHING : sum(next);
        return new Part(from, next.to, losses + next.losses, examples + next.examples, sum, wrong);
    }

    private byte[] sum(Part next) {
        byte[] a = values;
        byte[] b = next.values;
        if (a.length == 0 || b.length == 0) {
            return a.length == 0 ? b : a;
        }
        if (a.length != b.length) {
            throw new DataException(
                    "partitions " + from + " to " + (to - 1) + " bring " + a.length + " bytes, " + next.from + " to "
                            + (next.to - 1) + " bring " + b.length + ": one is cut off, or of another model");
        }
        var sum = new byte[a.length];
        for (int i = 0; i < sum.length; i += Float.BYTES) {
            FLOATS.set(sum, i, (float) FLOATS.get(a, i) + (float) FLOATS.get(b, i));
        }
        return sum;
    }
}
