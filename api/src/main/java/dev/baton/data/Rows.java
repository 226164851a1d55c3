package dev.baton.data;

import dev.baton.DataException;
import dev.baton.Shape;

/** Rows of numbers in memory. */
record Rows(float[][] inputs, int[] labels, int classes) implements ExampleSource {

    /** Checks them all. */
    static Rows of(float[][] inputs, int[] labels, int classes) {
        if (inputs.length == 0) {
            throw new DataException("there are no examples");
        }
        if (classes < 1) {
            throw new DataException("examples are of at least one class, not of " + classes);
        }
        if (inputs.length != labels.length) {
            throw new DataException(inputs.length + " examples have " + labels.length + " labels");
        }
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] == null || inputs[i].length == 0) {
                throw new DataException("example " + i + " has no values");
            }
            if (inputs[i].length != inputs[0].length) {
                throw new DataException(
                        "example " + i + " has " + inputs[i].length + " values, example 0 has " + inputs[0].length);
            }
            for (int j = 0; j < inputs[i].length; j++) {
                if (!Float.isFinite(inputs[i][j])) {
                    throw new DataException(
                            "example " + i + ", value " + j + " is " + inputs[i][j] + ", not a finite number");
                }
            }
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new DataException("example " + i + " has label " + labels[i] + "; with " + classes
                        + " classes, labels are 0 to " + (classes - 1));
            }
        }
        return new Rows(inputs, labels, classes);
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
