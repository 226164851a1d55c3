package dev.baton.metrics;

import dev.baton.BatonException;
import java.util.Arrays;
import java.util.List;

/**
 * How many of some numbers lie where: between the smallest and the largest, in parts of equal width.
 *
 * @param name what the numbers are
 * @param smallest the lower end of the first part
 * @param largest the upper end of the last part
 * @param counts of the finite numbers in each part, from the lowest
 * @param notFinite how many were NaN or infinite
 */
public record Histogram(String name, double smallest, double largest, List<Long> counts, long notFinite) {

    public Histogram {
        counts = List.copyOf(counts);
    }

    /**
     * The histogram of some numbers.
     *
     * @param parts how many parts it has, at least one
     */
    public static Histogram of(String name, double[] numbers, int parts) {
        if (parts < 1) {
            throw new BatonException("a histogram has at least one part, not " + parts);
        }
        double smallest = Double.POSITIVE_INFINITY;
        double largest = Double.NEGATIVE_INFINITY;
        long notFinite = 0;
        for (double number : numbers) {
            if (Double.isFinite(number)) {
                smallest = Math.min(smallest, number);
                largest = Math.max(largest, number);
            } else {
                notFinite++;
            }
        }
        var counts = new Long[parts];
        Arrays.fill(counts, 0L);
        if (notFinite == numbers.length) {
            return new Histogram(name, 0, 0, List.of(counts), notFinite);
        }
        // The distance of two numbers may be too large for a double; a part of it is not.
        double width = largest / parts - smallest / parts;
        for (double number : numbers) {
            if (Double.isFinite(number)) {
                int part = width == 0 ? 0 : (int) Math.min(parts - 1, number / width - smallest / width);
                counts[part]++;
            }
        }
        return new Histogram(name, smallest, largest, List.of(counts), notFinite);
    }

    /** How many numbers there were. */
    public long size() {
        return counts.stream().mapToLong(Long::longValue).sum() + notFinite;
    }
}
