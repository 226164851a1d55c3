package dev.baton.cost;

import java.util.Locale;

/**
 * Training beside answering: why a model is trained on large machines and asked on small ones.
 *
 * @param study a training run
 * @param exam one answer by itself
 */
public record StudyAgainstExam(Estimate study, Estimate exam) {

    /** Operations of one training example. */
    public double studyOperations() {
        return study.operations() / study.examples();
    }

    /** Device seconds of one training example. */
    public double studySeconds() {
        return study.seconds() / study.examples() * study.hardware().devices();
    }

    /** Joules of one training example. */
    public double studyJoules() {
        return study.joules() / study.examples();
    }

    /** How many answers take as many operations as the training run. */
    public double answers() {
        return study.operations() / exam.operations();
    }

    /** A table of two lines, then what they say. */
    @Override
    public String toString() {
        String format = "%-22s %12s %12s %12s %12s%n";
        return String.format(Locale.ROOT, format, "", "operations", "memory", "time", "energy")
                + String.format(
                        Locale.ROOT,
                        format,
                        "one training example",
                        Figures.quantity(studyOperations()),
                        Figures.bytes(study.memory()),
                        Figures.time(studySeconds()),
                        Figures.energy(studyJoules()))
                + String.format(
                        Locale.ROOT,
                        format,
                        "one answer",
                        Figures.quantity(exam.operations()),
                        Figures.bytes(exam.memory()),
                        Figures.time(exam.seconds()),
                        Figures.energy(exam.joules()))
                + String.format(
                        Locale.ROOT,
                        "one training example (in a batch of %,d a device) = %.1f answers; training = %s answers",
                        study.step().batch(),
                        studyOperations() / exam.operations(),
                        Figures.quantity(answers()));
    }
}
