package dev.baton.data;

import dev.baton.DataException;
import dev.baton.Shape;

/** Rows of numbers in memory, each of a class. */
record ClassRows(float[][] inputs, int[] labels, int classes) implements ClassSource {

    /** Checks them all. */
    static ClassRows of(float[][] inputs, int[] labels, int classes) {
        FiniteRows.require(inputs, "value");
        if (classes < 1) {
            throw new DataException("examples are of at least one class, not of " + classes);
        }
        FiniteRows.requireAsMany(inputs, labels.length, "labels");
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new DataException("example " + i + " has label " + labels[i] + "; with " + classes
                        + " classes, labels are 0 to " + (classes - 1));
            }
        }
        return new ClassRows(inputs, labels, classes);
    }

    @Override
    public int size() {
        return inputs.length;
    }

    @Override
    public Shape shape() {
        return Shape.of(inputs[0].length);
    }

    @Override
    public int label(int example) {
        return labels[example];
    }

    @Override
    public void read(int example, float[] values) {
        System.arraycopy(inputs[example], 0, values, 0, values.length);
    }
}
