package dev.baton.distributed;

import dev.baton.data.Batch;
import dev.baton.data.Examples;

/** The examples of one partition, where they are learnt from. */
public interface LocalExamples {

    /** How many there are. */
    int size();

    /**
     * Some of them.
     *
     * @param epoch from 0, for examples that are changed anew in every epoch
     * @param which their numbers, from 0; at least one
     */
    Batch batch(int epoch, int[] which);

    /**
     * Examples with what may be changed or mixed at random; their own order is left aside, since a {@link Shard} has one.
     */
    static LocalExamples of(Examples examples) {
        return new LocalExamples() {
            @Override
            public int size() {
                return examples.size();
            }

            @Override
            public Batch batch(int epoch, int[] which) {
                return examples.batch(epoch, which);
            }
        };
    }
}
