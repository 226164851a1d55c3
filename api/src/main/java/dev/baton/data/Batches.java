package dev.baton.data;

import dev.baton.DataException;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;

/** Examples in batches. {@link #iterator} goes through the first epoch, {@link #epoch} through any. */
public final class Batches implements Iterable<Batch> {

    private final Examples examples;
    private final int size;

    Batches(Examples examples, int size) {
        this.examples = examples;
        this.size = size;
    }

    /** The number of batches in an epoch. */
    public int count() {
        return (examples.size() + size - 1) / size;
    }

    /** The number of examples in an epoch. */
    public int examples() {
        return examples.size();
    }

    /** For instance {@code 60 batches of 64: 3,823 examples of 64 values in 10 classes, shuffled}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d batches of %,d: %s", count(), size, examples);
    }

    /**
     * What tells these batches from others, for a run that goes on later: sizes, seeds, and a checksum of the labels and
     * of some of the examples.
     */
    public String identity() {
        return this + examples.identity();
    }

    @Override
    public Iterator<Batch> iterator() {
        return epoch(0).iterator();
    }

    /** The batches of one epoch, from 0; each has its own order where the examples are shuffled. */
    public Iterable<Batch> epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /** The same, but its first batches are left out, so many. */
    public Iterable<Batch> epoch(int epoch, int from) {
        if (from < 0 || from > count()) {
            throw new DataException("there is no batch " + from + " of " + count());
        }
        return () -> new Iterator<>() {
            private final int[] order = examples.order(epoch);
            private int next = Math.min(from * size, order.length);

            @Override
            public boolean hasNext() {
                return next < order.length;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int from = next;
                next = Math.min(from + size, order.length);
                return examples.gather(epoch, order, from, next);
            }
        };
    }
}
