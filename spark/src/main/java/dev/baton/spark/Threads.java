package dev.baton.spark;

import java.util.function.Supplier;

/** With how many threads a backend computes that shares its machine with other tasks. */
final class Threads {

    /** The system property of the CPU backend, which looks at it when it is opened. */
    private static final String PROPERTY = "baton.threads";

    private Threads() {}

    /** Opens something with so many threads; where somebody has set their number, with those. */
    static synchronized <T> T during(int count, Supplier<T> open) {
        if (System.getProperty(PROPERTY) != null) {
            return open.get();
        }
        System.setProperty(PROPERTY, Integer.toString(count));
        try {
            return open.get();
        } finally {
            System.clearProperty(PROPERTY);
        }
    }
}
