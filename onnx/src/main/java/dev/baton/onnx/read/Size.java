package dev.baton.onnx.read;

import dev.baton.Dim;

/**
 * One integer of those that shapes are made of: a number, perhaps negative, or a dimension with symbols.
 *
 * @param dim null for a number
 */
record Size(long number, Dim dim) {

    static Size of(long number) {
        return new Size(number, null);
    }

    static Size of(Dim dim) {
        return dim.isFixed() ? of(dim.size()) : new Size(0, dim);
    }

    boolean isNumber() {
        return dim == null;
    }

    /** As a dimension; a number has to be at least 0. */
    Dim asDim() {
        return isNumber() ? Dim.of(number) : dim;
    }

    /** The product, or null where it is none of these. */
    Size times(Size other) {
        if (isNumber() && other.isNumber()) {
            return of(Math.multiplyExact(number, other.number));
        }
        boolean negative = isNumber() && number < 0 || other.isNumber() && other.number < 0;
        return negative ? null : of(asDim().times(other.asDim()));
    }

    /** The quotient where it is whole, or null. */
    Size dividedBy(Size other) {
        if (isNumber() && other.isNumber()) {
            // Towards zero, as the format has it; both are exact then.
            return other.number == 0 ? null : of(number / other.number);
        }
        if (isNumber() || other.isNumber() && (other.number <= 0 || dim.factor() % other.number != 0)) {
            return null;
        }
        if (other.isNumber()) {
            return of(new Dim(dim.factor() / other.number, dim.symbols()));
        }
        return dim.equals(other.dim) ? of(1) : null;
    }

    /** The sum or difference, or null where it has no form here. */
    Size plus(Size other, int sign) {
        if (isNumber() && other.isNumber()) {
            return of(Math.addExact(number, sign * other.number));
        }
        if (other.isNumber() && other.number == 0) {
            return this;
        }
        if (sign > 0 && isNumber() && number == 0) {
            return other;
        }
        if (!isNumber() && !other.isNumber() && dim.symbols().equals(other.dim.symbols())) {
            long factor = dim.factor() + sign * other.dim.factor();
            return factor < 0 ? null : of(new Dim(factor, dim.symbols()));
        }
        return null;
    }
}
