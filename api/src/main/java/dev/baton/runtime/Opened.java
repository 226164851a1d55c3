package dev.baton.runtime;

import dev.baton.StateException;
import dev.baton.graph.SourceLine;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * What a user opened and has to close, such as a session or a trainer, and the line where he did. Memory outside of the
 * Java heap is freed when it is closed; where that was forgotten, when the garbage collector finds it, and then a
 * warning names it. That is a safety net and replaces no {@code close}: the garbage collector knows nothing of memory
 * outside of its heap and may not come by for hours.
 */
public final class Opened {

    private static final System.Logger LOG = System.getLogger(Opened.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();

    private final String text;
    private final AtomicBoolean reported = new AtomicBoolean();

    private Opened(String text) {
        this.text = text;
    }

    /**
     * Something that the user opens at this line of his.
     *
     * @param what it is, such as {@code trainer}
     */
    public static Opened here(String what) {
        String line = SourceLine.find();
        return new Opened(line.isEmpty() ? what : what + " opened at " + line);
    }

    /**
     * A session that is a part of this: where it is forgotten, this is.
     *
     * @param backend its name; null for the best one available
     */
    public Session session(String backend, long seed) {
        return new Session(Backends.choose(backend), seed, this);
    }

    /** What is thrown where this is used although it is closed. */
    public StateException closed() {
        return new StateException("the " + text + " is closed");
    }

    /**
     * Watches something that holds memory outside of the Java heap for this.
     *
     * @param holder what must not become garbage before it is closed
     * @param free gives the memory back, once, and says whether there was any; it must not refer to the holder
     */
    Holding holds(Object holder, BooleanSupplier free) {
        return new Holding(this, holder, free);
    }

    /**
     * @param failure of giving the memory back; null where there was none
     */
    private void report(Throwable failure) {
        if (reported.compareAndSet(false, true)) {
            LOG.log(
                    Level.WARNING,
                    "the " + text + " was never closed: its memory outside of the Java heap is given back only now, "
                            + "when the garbage collector has found it. Close it, or open it in try (...)",
                    failure);
        }
    }

    /** Memory outside of the Java heap that something holds until it is closed or becomes garbage. */
    static final class Holding {

        private final State state;
        private final Cleaner.Cleanable cleanable;

        private Holding(Opened opened, Object holder, BooleanSupplier free) {
            this.state = new State(opened, free);
            this.cleanable = CLEANER.register(holder, state);
        }

        boolean isClosed() {
            return state.closed;
        }

        /** Gives the memory back; nothing happens the second time. */
        void close() {
            state.closed = true;
            cleanable.clean();
        }

        /** What outlives the holder. */
        private static final class State implements Runnable {

            private final Opened opened;
            private final BooleanSupplier free;
            private volatile boolean closed;

            State(Opened opened, BooleanSupplier free) {
                this.opened = opened;
                this.free = free;
            }

            @Override
            public void run() {
                if (closed) {
                    free.getAsBoolean();
                } else {
                    forgotten();
                }
            }

            /** Nobody is there to catch a failure. */
            private void forgotten() {
                try {
                    if (free.getAsBoolean()) {
                        opened.report(null);
                    }
                } catch (RuntimeException | Error e) {
                    opened.report(e);
                }
            }
        }
    }

    /** For instance {@code training step opened at Digits.java:31}. */
    @Override
    public String toString() {
        return text;
    }
}
