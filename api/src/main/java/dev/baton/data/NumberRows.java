package dev.baton.data;

import dev.baton.Shape;

/** Rows of numbers in memory, each with numbers to be predicted. */
final class NumberRows extends Rows implements NumberSource {

    private final float[][] targets;

    NumberRows(float[][] inputs, float[][] targets) {
        super(inputs);
        requireAsMany(targets.length, "targets");
        requireFinite(targets, "target");
        this.targets = targets;
    }

    @Override
    public Shape targetShape() {
        return Shape.of(targets[0].length);
    }

    @Override
    public void readTarget(int example, float[] values) {
        System.arraycopy(targets[example], 0, values, 0, values.length);
    }
}
