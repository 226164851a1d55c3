package dev.baton.spark;

import dev.baton.distributed.Contribution;
import java.io.Serializable;

/**
 * What some partitions bring to a step, and how long the slowest of them took to compute it.
 */
record Timed(Contribution sum, long nanoseconds) implements Serializable {

    Timed plus(Timed other) {
        return new Timed(sum.plus(other.sum), Math.max(nanoseconds, other.nanoseconds));
    }
}
