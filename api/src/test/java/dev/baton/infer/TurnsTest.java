package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private final AtomicLong clock = new AtomicLong();

    /** Who hands the only one back and asks again after a while stands behind those who were there before. */
    @Test
    void whoWaitsIsServedInOrder() throws Exception {
        // Whoever looks at this clock finds that a while has passed since the last one did.
        var turns = new Turns(1, () -> clock.getAndAdd(Turns.WHILE));
        var served = Collections.synchronizedList(new ArrayList<Integer>());
        var waiting = new ArrayList<Thread>();
        turns.take();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiting.add(waits(() -> {
                turns.take();
                served.add(number);
                turns.giveBack(1);
            }));
        }
        turns.giveBack(1);
        turns.take();
        assertThat(served).containsExactly(0, 1, 2, 3, 4);
        turns.giveBack(1);
        for (Thread thread : waiting) {
            thread.join();
        }
    }

    /** Someone who waits for both cannot be served as long as one of them is taken. */
    @Test
    void whoFindsOneFreeGoesAheadForAWhile() throws Exception {
        var turns = new Turns(2, clock::get);
        turns.take();
        turns.take();
        Thread both = waits(() -> turns.takeInOrder(2));
        clock.set(Turns.WHILE - 1);
        turns.giveBack(1);
        turns.take();
        clock.set(Turns.WHILE);
        turns.giveBack(1);
        Thread one = waits(turns::take);
        turns.giveBack(1);
        both.join();
        assertThat(one.isAlive()).isTrue();
        turns.giveBack(2);
        one.join();
    }

    private static Thread waits(Runnable work) throws InterruptedException {
        var thread = new Thread(work);
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        return thread;
    }
}
