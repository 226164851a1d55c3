package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.io.Checkpoint;
import dev.baton.loss.Loss;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.Marking;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Session;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Training one step at a time: go a step, look at what it changed, go back exactly. For finding out, not for speed: every
 * variable is copied to the host before a step.
 *
 * <pre>{@code
 * try (var steps = StepByStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1)).following(examples)) {
 *     System.out.println(steps.next(batch));
 *     steps.answers().forEach(System.out::println);
 *     steps.back();
 * }
 * }</pre>
 */
public final class StepByStep implements AutoCloseable {

    private static final int REMEMBERED = 10;

    private final Session session;
    private final TrainStep step;
    private final Evaluation evaluation;
    private final Deque<Moment> moments = new ArrayDeque<>();
    private Batch followed;
    private int remembered = REMEMBERED;

    /** Before a step: all that it depends on, the answers to what is followed, and what it then changed. */
    private static final class Moment {

        private final Checkpoint checkpoint;
        private final List<MarkedAnswer> answers;
        private LossChange change;

        Moment(Checkpoint checkpoint, List<MarkedAnswer> answers) {
            this.checkpoint = checkpoint;
            this.answers = answers;
        }
    }

    /**
     * A weight that the last step moved.
     *
     * @param parameter its name
     * @param index one number for each dimension
     * @param before its value before the step
     * @param after its value after it
     */
    public record MovedWeight(String parameter, List<Long> index, double before, double after) {

        /** For instance {@code 0.weight [3, 17]: 0.0412 -> 0.0391}. */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %s: %.4g -> %.4g", parameter, index, before, after);
        }
    }

    /**
     * The answer to an example before and after the last step.
     *
     * @param before with the weights before it
     * @param after with the weights as they are now
     */
    public record MovedAnswer(MarkedAnswer before, MarkedAnswer after) {

        /** For instance {@code example 3, class 2: 0.41 -> 0.46}; the loss where the answer is not one of some classes. */
        @Override
        public String toString() {
            if (before instanceof MarkedAnswer.OfClass was && after instanceof MarkedAnswer.OfClass is) {
                return String.format(
                        Locale.ROOT,
                        "example %d, class %d: %.2f -> %.2f",
                        is.example(),
                        is.right(),
                        was.probability(),
                        is.probability());
            }
            return String.format(
                    Locale.ROOT, "example %d: loss %.4g -> %.4g", after.example(), before.loss(), after.loss());
        }
    }

    private StepByStep(Session session, TrainStep step, Evaluation evaluation) {
        this.session = session;
        this.step = step;
        this.evaluation = evaluation;
    }

    /** Steps of a model with one input and one loss. */
    public static StepByStep of(Session session, Layer model, Loss loss, Optimizer optimizer) {
        return new StepByStep(session, TrainStep.of(session, model, loss, optimizer), Evaluation.of(session, model));
    }

    /**
     * Follows the answers to some examples, which need not be learnt from.
     *
     * @throws StateException after a step: what it changed in their answers would not be known
     */
    public StepByStep following(Batch examples) {
        if (step.steps() > 0) {
            throw new StateException("say before the first step which examples are followed");
        }
        followed = examples;
        return this;
    }

    /** Remembers so many steps to go back; 10 unless changed. Each takes as much heap as all variables. */
    public StepByStep remembering(int steps) {
        if (steps < 1) {
            throw new BatonException("at least one step is remembered, not " + steps);
        }
        remembered = steps;
        return this;
    }

    /**
     * Goes one step.
     *
     * @return what it changed
     * @throws dev.baton.NotFiniteException if the loss or a gradient is not finite; no weight has changed
     * @throws dev.baton.DataException if the batch cannot be used; no weight has changed
     */
    public LossChange next(Batch batch) {
        step.prepare(batch);
        var moment = new Moment(step.checkpoint(Map.of()), marked());
        moment.change = step.examine(batch);
        while (moments.size() >= remembered) {
            moments.removeFirst();
        }
        moments.addLast(moment);
        return moment.change;
    }

    /**
     * Goes one step back: every variable, the number of steps and so all randomness are as they were.
     *
     * @throws StateException if there is no step to go back, or none that is remembered
     */
    public void back() {
        step.restore(last().checkpoint);
        moments.removeLast();
    }

    private Moment last() {
        if (moments.isEmpty()) {
            throw new StateException(
                    step.steps() == 0
                            ? "there was no step yet: go one with next(batch)"
                            : "the last " + remembered + " steps are remembered and were all taken back: "
                                    + "remembering(n) keeps more");
        }
        return moments.getLast();
    }

    /** How many steps there were, those that were taken back not counted. */
    public long steps() {
        return step.steps();
    }

    /**
     * The weights that the last step moved most, the farthest first.
     *
     * @param count how many at most
     */
    public List<MovedWeight> movedMost(int count) {
        Moment moment = last();
        var farthest = new PriorityQueue<>(Comparator.comparingDouble(StepByStep::distance));
        for (LossChange.Part part : moment.change.parameters()) {
            NDArray before = moment.checkpoint.variables().get(part.name());
            NDArray after = session.value(part.name());
            for (int i = 0; i < before.size(); i++) {
                double distance = Math.abs(after.get(i) - before.get(i));
                boolean isTaken = farthest.size() < count || (count > 0 && distance > distance(farthest.peek()));
                if (distance > 0 && isTaken) {
                    if (farthest.size() == count) {
                        farthest.poll();
                    }
                    farthest.add(new MovedWeight(part.name(), before.shape().index(i), before.get(i), after.get(i)));
                }
            }
        }
        return farthest.stream()
                .sorted(Comparator.comparingDouble(StepByStep::distance).reversed())
                .toList();
    }

    private static double distance(MovedWeight weight) {
        return Math.abs(weight.after() - weight.before());
    }

    /** How the answers to the examples that are followed moved in the last step, in their order. */
    public List<MovedAnswer> answers() {
        List<MarkedAnswer> before = last().answers;
        List<MarkedAnswer> after = marked();
        return IntStream.range(0, Math.min(before.size(), after.size()))
                .mapToObj(i -> new MovedAnswer(before.get(i), after.get(i)))
                .toList();
    }

    private List<MarkedAnswer> marked() {
        if (followed == null) {
            return List.of();
        }
        var marking =
                new Marking(0, IntStream.range(0, (int) followed.size()).boxed().toList());
        marking.add(followed.inputs(), evaluation.answers(followed), followed.targets());
        return marking.paper(1).watched();
    }

    /** Ends it; the weights stay in the session as they are. Closing twice does nothing. */
    @Override
    public void close() {
        step.close();
        evaluation.close();
    }
}
