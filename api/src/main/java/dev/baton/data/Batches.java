package dev.baton.data;

import dev.baton.DataException;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;

/** Examples in batches. {@link #iterator} goes through the first epoch, {@link #epoch} through any. */
public final class Batches implements Iterable<Batch> {

    private final Examples examples;
    private final int size;
    private final int workers;

    Batches(Examples examples, int size, int workers) {
        this.examples = examples;
        this.size = size;
        this.workers = workers;
    }

    /**
     * The same batches, made by so many threads while a model learns from those before; 1 unless this says otherwise.
     * More help where examples take long to read or to change and there are cores to spare. The batches and their order
     * are the same with any number.
     *
     * @param workers 0 for none: each batch is then made when it is asked for
     */
    public Batches workers(int workers) {
        if (workers < 0) {
            throw new DataException("at least 0 workers, not " + workers);
        }
        return new Batches(examples, size, workers);
    }

    /** The number of batches in an epoch. */
    public int count() {
        return (int) (((long) examples.size() + size - 1) / size);
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
     * What tells these batches from others, for a run that goes on later: sizes, seeds, and a checksum of the targets
     * and of some of the examples.
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
        requireBatch(from);
        return () -> new Iterator<>() {
            private final int[] order = order(epoch);
            private int next = from;

            @Override
            public boolean hasNext() {
                return next < count();
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Batch batch = room(sizeOf(next));
                gather(epoch, order, next, batch);
                next++;
                return batch;
            }
        };
    }

    /**
     * The batches of one epoch as {@link #epoch(int, int)} gives them, but made ahead by the {@linkplain #workers
     * workers}, and with few arrays that are used again and again: a batch must not be read any more once the next
     * but one was asked for.
     */
    public BatchesAhead ahead(int epoch, int from) {
        requireBatch(from);
        return new BatchesAhead(this, epoch, from, workers);
    }

    private void requireBatch(int from) {
        if (from < 0 || from > count()) {
            throw new DataException("there is no batch " + from + " of " + count());
        }
    }

    /** The number of examples in a batch: the last one may be smaller. */
    int sizeOf(int batch) {
        return (int) Math.min(size, examples.size() - (long) batch * size);
    }

    int[] order(int epoch) {
        return examples.order(epoch);
    }

    Batch room(int examples) {
        return this.examples.room(examples);
    }

    void gather(int epoch, int[] order, int batch, Batch into) {
        examples.gather(epoch, order, batch * size, into);
    }
}
