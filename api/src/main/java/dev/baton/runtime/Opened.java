package dev.baton.runtime;

import dev.baton.Precision;
import dev.baton.StateException;
import dev.baton.graph.SourceLine;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.Membership;
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

    private static final Cleaner CLEANER = Cleaner.create();

    private final String text;
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile boolean closed;

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
    public Session session(String backend, long seed, Precision precision) {
        return session(backend, seed, precision, 1);
    }

    Session session(String backend, long seed, Precision precision, int devices) {
        BackendProvider provider = Backends.choose(backend);
        return new Session(provider.name(), Device.open(provider, devices, precision), seed, precision, this);
    }

    Session member(String backend, long seed, Precision precision, Membership membership) {
        BackendProvider provider = Backends.choose(backend);
        return new Session(provider.name(), Device.openMember(provider, membership, precision), seed, precision, this);
    }

    /** A part of this that may be closed before it, and is called the same. */
    public Opened part() {
        return new Opened(text);
    }

    /**
     * Fails where this is used although it is closed.
     *
     * @throws StateException saying what is closed
     */
    public void requireOpen() {
        if (closed) {
            throw new StateException("the " + text + " is closed");
        }
    }

    /** From here on this cannot be used, and what it holds may be given back without a warning. */
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Watches a part of this that holds memory outside of the Java heap.
     *
     * @param holder what may become garbage
     * @param free gives the memory back and says whether there was any; it must not refer to the holder
     * @return what gives the memory back once, now or when the holder is garbage
     */
    Cleaner.Cleanable holds(Object holder, BooleanSupplier free) {
        return CLEANER.register(holder, () -> free(free));
    }

    private void free(BooleanSupplier memory) {
        if (closed) {
            memory.getAsBoolean();
            return;
        }
        // On the collector's behalf: nobody is there to catch a failure.
        try {
            if (memory.getAsBoolean()) {
                report(null);
            }
        } catch (RuntimeException | Error e) {
            report(e);
        }
    }

    /**
     * @param failure of giving the memory back; null where there was none
     */
    private void report(Throwable failure) {
        if (reported.compareAndSet(false, true)) {
            // No logger before there is something to say: in a small program it is a fiftieth of the time to the first
            // step.
            System.getLogger(Opened.class.getName())
                    .log(
                            Level.WARNING,
                            "the " + text
                                    + " was never closed: its memory outside of the Java heap is given back only now, "
                                    + "when the garbage collector has found it. Close it, or open it in try (...)",
                            failure);
        }
    }

    /** For instance {@code training step opened at Digits.java:31}. */
    @Override
    public String toString() {
        return text;
    }
}
