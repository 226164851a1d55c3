package dev.baton.data;

import dev.baton.Shape;

/** Rows of numbers in memory, each with numbers to be predicted. */
record NumberRows(float[][] inputs, float[][] targets) implements NumberSource {

    /** Checks them all. */
    static NumberRows of(float[][] inputs, float[][] targets) {
        FiniteRows.require(inputs, "value");
        FiniteRows.requireAsMany(inputs, targets.length, "targets");
        FiniteRows.require(targets, "target");
        return new NumberRows(inputs, targets);
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
    public Shape targetShape() {
        return Shape.of(targets[0].length);
    }

    @Override
    public void read(int example, float[] values) {
        System.arraycopy(inputs[example], 0, values, 0, values.length);
    }

    @Override
    public void readTarget(int example, float[] values) {
        System.arraycopy(targets[example], 0, values, 0, values.length);
    }
}
