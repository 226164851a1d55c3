package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.runtime.Opened;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanesTest {

    /** Who hands the only lane back and asks again at once stands behind those who were there before. */
    @Test
    void whoWaitsIsServedInOrder() throws Exception {
        // What a lane computes with is nothing to those who wait for it.
        var lanes = new Lanes(null, List.of(), Opened.here("test"));
        var served = Collections.synchronizedList(new ArrayList<Integer>());
        var threads = new ArrayList<Thread>();
        Lane lane = lanes.take();
        for (int i = 0; i < 5; i++) {
            int number = i;
            var thread = new Thread(() -> {
                Lane own = lanes.take();
                served.add(number);
                lanes.giveBack(own);
            });
            threads.add(thread);
            thread.start();
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        lanes.giveBack(lane);
        lane = lanes.take();
        assertThat(served).containsExactly(0, 1, 2, 3, 4);
        lanes.giveBack(lane);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
