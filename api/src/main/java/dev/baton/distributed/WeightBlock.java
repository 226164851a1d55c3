package dev.baton.distributed;

import dev.baton.train.FlatVariables;
import java.io.Serializable;

/**
 * A model's weights and statistics on their way to the workers: one block of little-endian float32, as {@link
 * FlatVariables} lays them out, and what tells whether it fits the model there.
 */
public final class WeightBlock implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Signature signature;
    private final byte[] values;

    WeightBlock(Signature signature, byte[] values) {
        this.signature = signature;
        this.values = values;
    }

    /** A block of the variables as they are now. */
    public static WeightBlock of(FlatVariables variables) {
        return new WeightBlock(Signature.of(variables), variables.values());
    }

    /**
     * Fails where a worker's model is another one.
     *
     * @throws dev.baton.DataException if the block is of another model, seed, precision or version of Baton
     */
    void requireFit(FlatVariables worker) {
        signature.requireSame(Signature.of(worker));
    }

    /**
     * Gives a worker's session these values.
     *
     * @throws dev.baton.DataException if they are cut off, or hold what is no finite number
     */
    void to(FlatVariables worker) {
        worker.set(values);
    }

    Signature signature() {
        return signature;
    }

    byte[] values() {
        return values;
    }
}
