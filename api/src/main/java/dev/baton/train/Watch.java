package dev.baton.train;

import dev.baton.BatonException;
import java.util.List;
import java.util.TreeSet;

/**
 * How closely a listener wants to see a run.
 *
 * @param everySteps every so many steps one is examined ({@link TrainingListener#examined}); 0 where none is
 * @param answers so many of the worst answers, and of the most improved ones, are shown after every epoch ({@link
 *     TrainingListener#marked}); 0 where none is
 * @param examples the validation examples whose answers are shown after every epoch, by their numbers from 0
 */
public record Watch(int everySteps, int answers, List<Integer> examples) {

    private static final Watch NOTHING = new Watch(0, 0, List.of());

    public Watch {
        if (everySteps < 0 || answers < 0) {
            throw new BatonException("nothing is watched less often than never: every " + everySteps + " steps, "
                    + answers + " answers");
        }
        if (examples.stream().anyMatch(example -> example < 0)) {
            throw new BatonException("examples are numbered from 0: " + examples);
        }
        examples = List.copyOf(new TreeSet<>(examples));
    }

    /** Sees the losses of steps and the metrics of epochs alone. */
    public static Watch nothing() {
        return NOTHING;
    }

    /** One step in a hundred, the eight worst and the eight most improved answers, the first four examples. */
    public static Watch usual() {
        return new Watch(100, 8, List.of(0, 1, 2, 3));
    }

    /** The same with another number of steps from one that is examined to the next. */
    public Watch everySteps(int steps) {
        return new Watch(steps, answers, examples);
    }

    /** The same with another number of the worst and of the most improved answers. */
    public Watch answers(int count) {
        return new Watch(everySteps, count, examples);
    }

    /** The same with other examples. */
    public Watch examples(List<Integer> numbers) {
        return new Watch(everySteps, answers, numbers);
    }

    /** What two listeners want to see. */
    Watch and(Watch other) {
        int steps = everySteps == 0 || other.everySteps == 0
                ? Math.max(everySteps, other.everySteps)
                : Math.min(everySteps, other.everySteps);
        var both = new TreeSet<>(examples);
        both.addAll(other.examples);
        return new Watch(steps, Math.max(answers, other.answers), List.copyOf(both));
    }

    boolean marks() {
        return answers > 0 || !examples.isEmpty();
    }
}
