package dev.baton.infer;

import dev.baton.StateException;
import dev.baton.runtime.Opened;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Who computes the next answer. A caller who is alone gets the whole device, for the shortest time to an answer; callers who
 * meet each other get a lane each, so that they share its cores without waiting for each other within an answer. Where the
 * device has no lanes they take turns. {@link Turns} says who of those who wait is next.
 */
final class Lanes {

    /**
     * So long after two callers have met, lanes answer whoever is alone too, in nanoseconds: the next one is likely to come
     * while he is answered, and would share a core with him.
     */
    private static final long CALM = 1_000_000;

    private final Lane whole;
    private final Turns wholeIsFree = new Turns(1);
    private final AtomicReferenceArray<Lane> free;
    private final Turns oneIsFree;
    private final AtomicInteger callers = new AtomicInteger();
    private final Opened opened;
    private volatile long met = System.nanoTime() - CALM;
    private volatile boolean closed;

    /**
     * @param whole the lane with the whole device
     * @param parts those with a part each; none where the device has none
     * @param opened what the user closes
     */
    Lanes(Lane whole, List<Lane> parts, Opened opened) {
        this.opened = opened;
        this.whole = whole;
        this.free = new AtomicReferenceArray<>(parts.toArray(Lane[]::new));
        this.oneIsFree = new Turns(parts.size());
    }

    /**
     * Waits for a lane that is free; an interrupt changes nothing. To be given back.
     *
     * @throws StateException if the lanes are closed, also while it waits
     */
    Lane take() {
        boolean isAlone = callers.incrementAndGet() == 1;
        if (!isAlone) {
            met = System.nanoTime();
        }
        Lane lane;
        if (free.length() == 0 || isAlone && System.nanoTime() - met >= CALM) {
            wholeIsFree.take();
            lane = whole;
        } else {
            oneIsFree.take();
            lane = takePart();
        }
        if (closed) {
            giveBack(lane);
            throw closedException();
        }
        return lane;
    }

    private StateException closedException() {
        return new StateException("the " + opened + " is closed");
    }

    /** Begins where the thread begins every time: its core may still know that lane's memory. */
    private Lane takePart() {
        for (int i = home(); ; i = (i + 1) % free.length()) {
            Lane lane = free.getAndSet(i, null);
            if (lane != null) {
                return lane;
            }
        }
    }

    private int home() {
        return (int) (Thread.currentThread().getId() % free.length());
    }

    void giveBack(Lane lane) {
        if (lane == whole) {
            wholeIsFree.giveBack(1);
        } else {
            putBack(lane);
            oneIsFree.giveBack(1);
        }
        callers.decrementAndGet();
    }

    private void putBack(Lane lane) {
        int i = home();
        while (!free.compareAndSet(i, null, lane)) {
            i = (i + 1) % free.length();
        }
    }

    /**
     * Does something with every lane while nobody else uses one.
     *
     * @throws StateException if the lanes are closed
     */
    void onEach(Consumer<Lane> work) {
        onWhole(lane -> {
            work.accept(lane);
            for (int i = 0; i < free.length(); i++) {
                work.accept(free.get(i));
            }
        });
    }

    /** Does something with the lane that has the whole device, while nobody uses any. */
    void onWhole(Consumer<Lane> work) {
        takeAll();
        try {
            if (closed) {
                throw closedException();
            }
            work.accept(whole);
        } finally {
            giveAllBack();
        }
    }

    /** Waits for the answers that are being computed; who comes later, or waits for a lane, is told that it is closed. */
    void close(Runnable close) {
        closed = true;
        takeAll();
        try {
            close.run();
        } finally {
            giveAllBack();
        }
    }

    /** Who comes later stands behind after a while, so that this ends; two who want all meet at the first. */
    private void takeAll() {
        wholeIsFree.takeInOrder(1);
        oneIsFree.takeInOrder(free.length());
    }

    private void giveAllBack() {
        oneIsFree.giveBack(free.length());
        wholeIsFree.giveBack(1);
    }
}
