package dev.baton.data;

import dev.baton.DataException;

/** Rows of numbers in memory, each of a class. */
final class ClassRows extends Rows implements ClassSource {

    private final int[] labels;
    private final int classes;

    ClassRows(float[][] inputs, int[] labels, int classes) {
        super(inputs);
        if (classes < 1) {
            throw new DataException("examples are of at least one class, not of " + classes);
        }
        requireAsMany(labels.length, "labels");
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new DataException("example " + i + " has label " + labels[i] + "; with " + classes
                        + " classes, labels are 0 to " + (classes - 1));
            }
        }
        this.labels = labels;
        this.classes = classes;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int label(int example) {
        return labels[example];
    }
}
