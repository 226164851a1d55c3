package dev.baton.spark;

import java.util.function.Supplier;

/**
 * The number of threads of the sessions that a worker opens, of which there may be several in one process. Several may be
 * opened at a time with the same number: those that learn together may wait for each other.
 */
final class Threads {

    /** The system property of the CPU backend, which looks at it when it is opened. */
    private static final String PROPERTY = "baton.threads";

    /** How many are being opened with the number that is set here. */
    private static int opening;

    private Threads() {}

    /** Opens something with so many threads; where somebody has set their number, with those. */
    static <T> T during(int count, Supplier<T> open) {
        if (!set(Integer.toString(count))) {
            return open.get();
        }
        try {
            return open.get();
        } finally {
            clear();
        }
    }

    /** Sets it, once whoever opens something with another number is done; whether it was not set by somebody else. */
    private static synchronized boolean set(String count) {
        boolean interrupted = false;
        while (opening > 0 && !count.equals(System.getProperty(PROPERTY))) {
            try {
                Threads.class.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (opening == 0 && System.getProperty(PROPERTY) != null) {
            return false;
        }
        System.setProperty(PROPERTY, count);
        opening++;
        return true;
    }

    private static synchronized void clear() {
        opening--;
        if (opening == 0) {
            System.clearProperty(PROPERTY);
            Threads.class.notifyAll();
        }
    }
}
