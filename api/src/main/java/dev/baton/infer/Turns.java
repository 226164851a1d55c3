package dev.baton.infer;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Who takes the next of a number of equal things. To wake the thread that has waited longest takes longer than many an answer,
 * and the thing is idle meanwhile. So whoever asks while a thing is free takes it at once, ahead of those who are still to wake
 * up; but only for a while after one of them was served. Then everybody stands behind the one who has waited longest. So each
 * is served within as many such whiles as there are others before him, and things are idle for the time of one waking in a
 * while, and not for that of one at each answer.
 */
final class Turns {

    /** In nanoseconds: several times what it takes to wake a thread, and short for a person who waits. */
    static final long WHILE = 500_000;

    private final Semaphore free;
    private final LongSupplier clock;
    private volatile long served;

    Turns(int count) {
        this(count, System::nanoTime);
    }

    /** @param clock in nanoseconds, from any beginning */
    Turns(int count, LongSupplier clock) {
        this.free = new Semaphore(count, true);
        this.clock = clock;
        this.served = clock.getAsLong();
    }

    /** Waits for one that is free; an interrupt changes nothing. */
    void take() {
        // Before the clock: somebody may be served meanwhile.
        long last = served;
        boolean mayGoAhead = clock.getAsLong() - last < WHILE;
        if (!(mayGoAhead && free.tryAcquire())) {
            takeInOrder(1);
        }
    }

    /** Waits for so many at once, behind who came before and ahead of who comes later; an interrupt changes nothing. */
    void takeInOrder(int count) {
        free.acquireUninterruptibly(count);
        served = clock.getAsLong();
    }

    void giveBack(int count) {
        free.release(count);
    }
}
