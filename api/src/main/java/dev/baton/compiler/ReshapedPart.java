package dev.baton.compiler;

import dev.baton.Shape;
import dev.baton.compiler.Part.Range;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * The same elements in another shape. A place in row-major order is a number whose digits are the indices of the dimensions, and
 * a part says of each digit which values it may have: digits are joined and cut until they are those of the other shape.
 */
final class ReshapedPart {

    /** What is left of the digits, the last one first. Each is a plain range. */
    private final Deque<Range> digits = new ArrayDeque<>();

    private ReshapedPart(Part part) {
        for (Range range : part.ranges()) {
            push(Range.whole(range.size() / range.period()));
            push(Range.of(range.period(), range.start(), range.end()));
        }
    }

    /** The part of a value of this shape that has the same elements in the same order; null where there is none. */
    static Part of(Part part, Shape shape) {
        if (part.elements() == 0) {
            return null;
        }
        var rest = new ReshapedPart(part);
        var ranges = new ArrayList<Range>();
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            Range range = rest.next(shape.size(axis));
            // To take one with periods needs a dimension more.
            if (range == null || !range.isPlain() && shape.rank() == Shape.MAX_RANK) {
                return null;
            }
            ranges.add(range);
        }
        Collections.reverse(ranges);
        return new Part(List.copyOf(ranges));
    }

    private void push(Range digit) {
        if (digit.size() == 1) {
            return;
        }
        boolean joins = digit.isWhole() && !digits.isEmpty() && digits.peek().isWhole();
        digits.push(joins ? Range.whole(digits.pop().size() * digit.size()) : digit);
    }

    /** Takes the last digits, which are those of a dimension of this size; null where none are. */
    private Range next(long size) {
        Range range = Range.whole(1);
        while (range != null && range.size() < size) {
            Range digit = digits.pop();
            long left = size / range.size();
            if (digit.size() > left) {
                digit = size % range.size() == 0 ? cut(digit, left) : null;
            }
            range = digit == null ? null : join(digit, range);
        }
        return range != null && range.size() == size ? range : null;
    }

    /** The lower part of a digit, of so many values; the upper one is left. Null where it cannot be cut there. */
    private Range cut(Range digit, long size) {
        if (digit.size() % size != 0) {
            return null;
        }
        long upper = digit.start() / size;
        boolean isWhole = digit.start() % size == 0 && digit.end() % size == 0;
        if (!isWhole && upper != (digit.end() - 1) / size) {
            return null;
        }
        digits.push(Range.of(digit.size() / size, upper, isWhole ? digit.end() / size : upper + 1));
        return isWhole ? Range.whole(size) : Range.of(size, digit.start() - upper * size, digit.end() - upper * size);
    }

    /** A digit and what is below it; null where their values are no range. */
    private static Range join(Range digit, Range below) {
        long size = digit.size() * below.size();
        if (digit.isWhole()) {
            return new Range(size, below.period(), below.start(), below.end());
        } else if (!below.isPlain()) {
            return null;
        } else if (below.isWhole()) {
            return Range.of(size, digit.start() * below.size(), digit.end() * below.size());
        }
        long first = digit.start() * below.size();
        return digit.count() == 1 ? Range.of(size, first + below.start(), first + below.end()) : null;
    }
}
