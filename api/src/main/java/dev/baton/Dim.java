package dev.baton;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * One dimension of a shape: a fixed size, or a factor times symbols whose sizes are put in later ({@code N},
 * {@code 64*N}).
 *
 * @param factor the fixed part, at least 0
 * @param symbols the symbols it is multiplied by, sorted; empty for a fixed size
 */
public record Dim(long factor, List<String> symbols) {

    public Dim {
        if (factor < 0) {
            throw new ShapeException("a dimension cannot be negative: " + factor);
        }
        symbols = factor == 0 ? List.of() : List.copyOf(symbols);
    }

    /** A fixed size. */
    public static Dim of(long size) {
        return new Dim(size, List.of());
    }

    /** A size that is known only when a plan is compiled, such as {@code N} for the batch. */
    public static Dim symbol(String name) {
        if (name.isBlank()) {
            throw new ShapeException("a symbolic dimension needs a name");
        }
        return new Dim(1, List.of(name));
    }

    /** Whether the size is known. */
    public boolean isFixed() {
        return symbols.isEmpty();
    }

    /**
     * The size.
     *
     * @throws ShapeException if this dimension is symbolic
     */
    public long size() {
        if (!isFixed()) {
            throw new ShapeException("the size of dimension " + this + " is not known while tracing");
        }
        return factor;
    }

    /** Whether this is the fixed size 1, which broadcasts. */
    public boolean isOne() {
        return isFixed() && factor == 1;
    }

    /** The product of two dimensions. */
    public Dim times(Dim other) {
        var all = new ArrayList<>(symbols);
        all.addAll(other.symbols);
        Collections.sort(all);
        return new Dim(Math.multiplyExact(factor, other.factor), all);
    }

    /**
     * The quotient of two dimensions, or null where the division leaves a remainder.
     */
    public Dim dividedBy(Dim other) {
        var rest = new ArrayList<>(symbols);
        for (String symbol : other.symbols) {
            if (!rest.remove(symbol)) {
                return null;
            }
        }
        return other.factor == 0 || factor % other.factor != 0 ? null : new Dim(factor / other.factor, rest);
    }

    /** This dimension with the given sizes in the place of their symbols. */
    public Dim bind(Map<String, Long> sizes) {
        long product = factor;
        var rest = new ArrayList<String>();
        for (String symbol : symbols) {
            Long size = sizes.get(symbol);
            if (size == null) {
                rest.add(symbol);
            } else {
                product = Math.multiplyExact(product, size);
            }
        }
        return new Dim(product, rest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dim dim && dim.factor == factor && dim.symbols.equals(symbols);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(factor) + symbols.hashCode();
    }

    @Override
    public String toString() {
        if (isFixed()) {
            return Long.toString(factor);
        }
        String product = String.join("*", symbols);
        return factor == 1 ? product : factor + "*" + product;
    }
}
