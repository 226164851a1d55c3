package dev.baton.cost;

import dev.baton.BatonException;
import java.util.Locale;

/**
 * How devices that train together exchange what they have learnt, and how long that takes. It is not hidden behind computing.
 *
 * <p>A ring adds gradients up among devices that all send at once (Patarasuk and Yuan 2009). On Spark weights go from the
 * driver to the workers as a broadcast, and what these bring goes back through a tree of depth 2: both pass the driver's
 * link, which is what bounds the number of workers.
 *
 * @param spark whether Spark carries it; else a ring
 * @param steps how many steps a worker makes by itself from one exchange to the next; 1 for one after every step
 * @param latency seconds that a stage of Spark takes however little it carries; 0 for a ring
 */
public record Communication(boolean spark, int steps, double latency) {

    /** A broadcast travels in blocks of this size (spark.broadcast.blockSize). */
    private static final double BLOCK = 4 << 20;

    public Communication {
        if (steps < 1) {
            throw new BatonException("devices exchange what they have learnt after at least one step, not " + steps);
        }
        if (!(latency >= 0 && latency < Double.POSITIVE_INFINITY)) {
            throw new BatonException("the latency of a stage is at least 0 seconds and finite, not " + latency);
        }
    }

    /** Gradients over a ring, after every step. */
    public static Communication ring() {
        return new Communication(false, 1, 0);
    }

    /**
     * Weights and gradients over Spark, after every step.
     *
     * @param latency seconds that a stage takes however little it carries, such as a job that does nothing: some tens of
     *     milliseconds on a cluster that is near
     */
    public static Communication spark(double latency) {
        return new Communication(true, 1, latency);
    }

    /** The same, but only after so many steps, which each worker makes by itself. */
    public Communication after(int steps) {
        return new Communication(spark, steps, latency);
    }

    /**
     * Seconds of communication for one step: a share of an exchange, where there is one only after several.
     *
     * @param bytes of all gradients, which are as many as those of the weights
     * @param devices how many train together
     * @param link bytes a second that one sends, and receives at the same time
     * @throws BatonException if there are no bytes or no devices
     */
    public double seconds(double bytes, int devices, double link) {
        if (devices < 1 || !(bytes > 0)) {
            throw new BatonException(
                    "at least one device exchanges more than 0 bytes, not " + devices + " and " + bytes);
        }
        if (devices == 1 && !spark) {
            return 0;
        }
        double exchange = spark
                ? broadcast(bytes, devices, link) + aggregation(bytes, devices, link)
                : ring(bytes, devices, link);
        return exchange / steps;
    }

    /**
     * The share of a run's time that is communication, from 0 to 1.
     *
     * @param step seconds that a device computes a step
     */
    public double share(double step, double bytes, int devices, double link) {
        double communicating = seconds(bytes, devices, link);
        return communicating / (step + communicating);
    }

    /**
     * How many times as many examples a second learn from some devices as one by itself does, without any communication:
     * each has a batch of the same size, so that their joint batch grows with their number.
     *
     * @param step seconds that a device computes a step
     */
    public double speedUp(double step, double bytes, int devices, double link) {
        return devices * step / (step + seconds(bytes, devices, link));
    }

    /** Every device sends and receives 2 (K - 1) / K times the gradients. */
    private static double ring(double bytes, double devices, double link) {
        return 2 * (devices - 1) / devices * bytes / link;
    }

    /** Blocks that workers pass on to each other while more of them come, as a pipelined tree: a torrent at its best. */
    private static double broadcast(double bytes, int devices, double link) {
        double block = Math.min(bytes, BLOCK);
        double blocks = Math.ceil(bytes / block);
        return (blocks + levels(devices) - 1) * block / link;
    }

    /** The levels of a tree in which everybody who has a block gives it to one other: of one device 1. */
    private static int levels(int devices) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(devices);
    }

    /**
     * As {@code SparkSource} does it: partitions side by side, as many as the power of two at or above the square root of
     * all, are added up by a worker, as long as that makes fewer transfers; the driver takes the rest one after the other.
     */
    private double aggregation(double bytes, int devices, double link) {
        int run = 1;
        while ((long) run * run < devices) {
            run *= 2;
        }
        int sums = (devices + run - 1) / run;
        return devices <= run + sums
                ? latency + devices * bytes / link
                : 2 * latency + (double) (run + sums) * bytes / link;
    }

    /** For instance {@code Spark, every 20 steps, 0.050 s a stage}. */
    @Override
    public String toString() {
        String often = steps == 1 ? "every step" : "every " + steps + " steps";
        return spark ? String.format(Locale.ROOT, "Spark, %s, %.3f s a stage", often, latency) : "a ring, " + often;
    }
}
