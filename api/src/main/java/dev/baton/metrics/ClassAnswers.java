package dev.baton.metrics;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;

/** Answers for classes, [..., C], beside the right ones, int32 [...]: record by record. */
final class ClassAnswers {

    private final NDArray answers;
    private final NDArray labels;
    private final int classes;

    /**
     * @param metric whose answers they are, for messages
     * @throws ShapeException if the shapes or types do not go together
     * @throws DataException if a label is no class
     */
    ClassAnswers(String metric, NDArray answers, NDArray labels) {
        this(metric, answers, labels, false);
    }

    /**
     * @param areLeftOut whether records whose label is no class are no mistake: their answers are not looked at
     */
    ClassAnswers(String metric, NDArray answers, NDArray labels, boolean areLeftOut) {
        int rank = answers.shape().rank();
        boolean fits = rank >= 2
                && labels.dtype() == DType.INT32
                && Shape.of(answers.shape().dims().subList(0, rank - 1)).equals(labels.shape());
        if (!fits) {
            throw new ShapeException(metric + ": takes answers [..., C] and int32 labels [...], not " + answers.dtype()
                    + answers.shape() + " and " + labels.dtype() + labels.shape());
        }
        this.answers = answers;
        this.labels = labels;
        this.classes = (int) answers.shape().size(rank - 1);
        for (int i = 0; i < count(); i++) {
            double label = labels.get(i);
            if (!areLeftOut && !isClass(i)) {
                throw new DataException(metric + ": record " + i + " of the batch has label " + (long) label
                        + "; the answers are for " + classes + " classes, labels are 0 to " + (classes - 1));
            }
        }
    }

    int count() {
        return (int) labels.size();
    }

    int classes() {
        return classes;
    }

    boolean isClass(int record) {
        return labels.get(record) >= 0 && labels.get(record) < classes;
    }

    int label(int record) {
        return (int) labels.get(record);
    }

    double answer(int record, int label) {
        return answers.get(record * classes + label);
    }

    /** The class with the largest answer, the first of equal ones; -1 where an answer is NaN. */
    int largest(int record) {
        int largest = 0;
        for (int c = 0; c < classes; c++) {
            if (Double.isNaN(answer(record, c))) {
                return -1;
            }
            if (answer(record, c) > answer(record, largest)) {
                largest = c;
            }
        }
        return largest;
    }

    /** How many classes come before a record's right one; all where an answer is NaN. */
    int before(int record) {
        int right = label(record);
        int before = 0;
        for (int c = 0; c < classes; c++) {
            double answer = answer(record, c);
            if (Double.isNaN(answer)) {
                return classes;
            }
            double ofRight = answer(record, right);
            before += answer > ofRight || (answer == ofRight && c < right) ? 1 : 0;
        }
        return before;
    }

    /** The logarithm of the probability that the answers, as logits, give a class. */
    double logProbability(int record, int label) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            highest = Math.max(highest, answer(record, c));
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += StrictMath.exp(answer(record, c) - highest);
        }
        return answer(record, label) - highest - StrictMath.log(sum);
    }
}
