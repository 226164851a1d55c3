package dev.baton.cost;

import dev.baton.BatonException;
import dev.baton.runtime.Session;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run is planned for: a number of equal devices that train together, each on its part of every batch.
 *
 * @param name in words
 * @param peak operations a second, by the arithmetic of products; a device without one is not asked for it
 * @param arithmetic that products compute with
 * @param bandwidth of the memory, bytes a second
 * @param memory bytes of a device
 * @param watts that a device takes at full load
 * @param devices how many
 * @param link bytes a second that a device sends to another, and receives at the same time
 * @param speed what was measured of it; null where the figures are those of a data sheet
 */
public record Hardware(
        String name,
        Map<Arithmetic, Double> peak,
        Arithmetic arithmetic,
        double bandwidth,
        double memory,
        double watts,
        int devices,
        double link,
        MeasuredSpeed speed) {

    public Hardware {
        peak = Map.copyOf(peak);
        if (devices < 1) {
            throw new BatonException("a run has at least one device, not " + devices);
        }
        if (!(bandwidth > 0 && memory > 0 && watts > 0 && link > 0)) {
            throw new BatonException("bandwidth, memory, power and link of " + name + " are above 0, not " + bandwidth
                    + ", " + memory + ", " + watts + " and " + link);
        }
        if (speed == null && !peak.containsKey(arithmetic)) {
            throw new BatonException(
                    name + " has no peak rate of " + arithmetic + "; it has those of " + new TreeMap<>(peak).keySet());
        }
    }

    /**
     * A device by its name: {@code V100}, {@code A100}, {@code H100}, {@code H200}, {@code B200}, {@code TPU v4}, {@code
     * TPU v5p}, {@code laptop} or {@code phone}; upper case and spaces do not matter.
     *
     * @throws BatonException if there is none of this name
     */
    public static Hardware named(String name) {
        return Profiles.named(name);
    }

    /** This machine with the best backend, measured for at most ten seconds. It knows nothing of any model. */
    public static Hardware thisMachine() {
        try (var session = Session.open()) {
            return of(session);
        }
    }

    /**
     * The device of a session, measured as {@link #thisMachine} does. Memory and power are those of the processor: for a
     * GPU say its power with {@link #watts}.
     *
     * @throws BatonException if the session has several devices or products of bfloat16
     */
    public static Hardware of(Session session) {
        return ThisMachine.measure(session);
    }

    /** So many of them. */
    public Hardware devices(int count) {
        return new Hardware(name, peak, arithmetic, bandwidth, memory, watts, count, link, speed);
    }

    /**
     * With products of another arithmetic.
     *
     * @throws BatonException if the device has none
     */
    public Hardware arithmetic(Arithmetic other) {
        return new Hardware(name, peak, other, bandwidth, memory, watts, devices, link, speed);
    }

    /** With another bandwidth between devices, in bytes a second. */
    public Hardware link(double bytesPerSecond) {
        return new Hardware(name, peak, arithmetic, bandwidth, memory, watts, devices, bytesPerSecond, speed);
    }

    /** With another power, such as one that was measured. */
    public Hardware watts(double power) {
        return new Hardware(name, peak, arithmetic, bandwidth, memory, power, devices, link, speed);
    }

    /** Whether its speed was measured, not read from a data sheet. */
    public boolean isMeasured() {
        return speed != null;
    }

    /** The peak rate of its arithmetic, operations a second. */
    double rate() {
        return peak.get(arithmetic);
    }

    /** One line. */
    @Override
    public String toString() {
        String rate = isMeasured()
                ? "measured: " + speed
                : String.format(Locale.ROOT, "peak %s operations/s of %s", Figures.quantity(rate()), arithmetic);
        String together = devices == 1
                ? ""
                : String.format(Locale.ROOT, ", %,d of them, link %s a second", devices, Figures.bytes(link));
        return String.format(
                Locale.ROOT,
                "%s: %s, memory %s at %s a second, %.0f W%s%s",
                name,
                rate,
                Figures.bytes(memory),
                Figures.bytes(bandwidth),
                watts,
                isMeasured() ? " assumed" : "",
                together);
    }
}
