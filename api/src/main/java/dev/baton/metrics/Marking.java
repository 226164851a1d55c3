package dev.baton.metrics;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Marks a model's answers to the same examples, epoch after epoch. What it remembers of an example is one number an epoch;
 * questions are kept for the answers that are shown alone.
 */
public final class Marking {

    private static final int PARTS = 20;

    private final NumberLoss numberLoss;
    private final int shown;
    private final SortedSet<Integer> watched;
    private final List<float[]> earlier = new ArrayList<>();
    private float[] losses = new float[0];
    private int count;
    private Best worst;
    private Best improved;
    private TreeMap<Integer, MarkedAnswer> seen;
    private ConfusionMatrix confusion;

    /** How wrong answers are that are numbers. */
    public enum NumberLoss {
        /** The mean of the squared distances. */
        SQUARED_DISTANCE,
        /** Answers are logits of what is true with a probability, the target. */
        BINARY_CROSS_ENTROPY,
        /** Answers are logits of classes, targets the shares of each. */
        CROSS_ENTROPY
    }

    /** The answers that are largest by something, at most a given number. */
    private static final class Best {

        private final int most;
        private final ToDoubleFunction<MarkedAnswer> size;
        private final PriorityQueue<MarkedAnswer> answers;

        Best(int most, ToDoubleFunction<MarkedAnswer> size) {
            this.most = most;
            this.size = size;
            this.answers = new PriorityQueue<>(Comparator.comparingDouble(size));
        }

        boolean takes(double candidate) {
            return most > 0 && (answers.size() < most || candidate > size.applyAsDouble(answers.peek()));
        }

        void add(MarkedAnswer answer) {
            if (answers.size() == most) {
                answers.poll();
            }
            answers.add(answer);
        }

        List<MarkedAnswer> largestFirst() {
            return answers.stream()
                    .sorted(Comparator.comparingDouble(size).reversed().thenComparingInt(MarkedAnswer::example))
                    .toList();
        }
    }

    /**
     * @param shown how many of the worst answers, and of the most improved ones, a paper shows
     * @param watched the numbers of examples, from 0, that every paper shows; those that there are not are left out
     */
    public Marking(int shown, List<Integer> watched) {
        this(shown, watched, NumberLoss.SQUARED_DISTANCE);
    }

    /** The same for answers that are numbers of another kind. */
    public Marking(int shown, List<Integer> watched, NumberLoss numberLoss) {
        this.numberLoss = numberLoss;
        this.shown = shown;
        this.watched = new TreeSet<>(watched);
        begin();
    }

    private void begin() {
        count = 0;
        worst = new Best(shown, Marking::ranked);
        improved = new Best(shown, MarkedAnswer::improvement);
        seen = new TreeMap<>();
        confusion = new ConfusionMatrix();
    }

    /** An answer that is no number is worse than any other. */
    private static double ranked(MarkedAnswer answer) {
        return ranked(answer.loss());
    }

    private static double ranked(double loss) {
        return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
    }

    /**
     * Marks the answers to the next examples. Where targets are int32 they are classes, and answers logits for each;
     * otherwise both are numbers. Of a sequence, places whose label is no class are left out.
     *
     * @param questions [N, ...]
     * @param answers [N, C] or [N, ..., C] for classes, otherwise of as many elements as the targets
     * @param targets [N] or [N, ...]
     * @throws ShapeException if answers and targets do not go together
     * @throws dev.baton.DataException if the only label of an example is no class
     */
    public void add(NDArray questions, NDArray answers, NDArray targets) {
        int examples = (int) questions.shape().size(0);
        if (count + examples > losses.length) {
            losses = Arrays.copyOf(losses, Math.max(count + examples, 2 * losses.length));
        }
        if (targets.dtype() == DType.INT32) {
            boolean one = targets.shape().rank() == 1;
            var classes = new ClassAnswers("marked paper", answers, targets, !one);
            if (one) {
                confusion.add(answers, targets);
            }
            for (int i = 0; i < examples; i++) {
                markClasses(questions, classes, i, classes.count() / examples, one);
            }
        } else {
            if (answers.size() != targets.size()) {
                throw new ShapeException("marked paper: answers " + answers.shape() + " and targets " + targets.shape()
                        + " have different numbers of elements");
            }
            for (int i = 0; i < examples; i++) {
                markNumbers(questions, answers, targets, i, targets.size() / examples);
            }
        }
    }

    private void markClasses(NDArray questions, ClassAnswers answers, int i, int places, boolean one) {
        int[] counted = IntStream.range(i * places, (i + 1) * places)
                .filter(answers::isClass)
                .toArray();
        double loss = Arrays.stream(counted)
                .mapToDouble(place -> -answers.logProbability(place, answers.label(place)))
                .average()
                .orElse(0);
        int example = note(loss);
        if (!isShown(example, loss)) {
            return;
        }
        NDArray question = questions.slice(i);
        if (one) {
            int answer = answers.largest(i);
            double probability = StrictMath.exp(-loss);
            double ofAnswer = answer < 0 ? Double.NaN : StrictMath.exp(answers.logProbability(i, answer));
            int rank = answers.before(i) + 1;
            show(new MarkedAnswer.OfClass(
                    example, question, answers.label(i), answer, probability, ofAnswer, rank, loss, before(example)));
        } else {
            List<Integer> right =
                    Arrays.stream(counted).mapToObj(answers::label).toList();
            List<Integer> given =
                    Arrays.stream(counted).mapToObj(answers::largest).toList();
            show(new MarkedAnswer.OfSequence(example, question, right, given, loss, before(example)));
        }
    }

    private void markNumbers(NDArray questions, NDArray answers, NDArray targets, int i, int places) {
        NDArray answer = answers.slice(i);
        NDArray right = targets.slice(i);
        double loss = switch (numberLoss) {
            case SQUARED_DISTANCE ->
                mean(places, place -> {
                    double distance = answer.get(place) - right.get(place);
                    return distance * distance;
                });
            case BINARY_CROSS_ENTROPY -> mean(places, place -> binaryCrossEntropy(answer.get(place), right.get(place)));
            case CROSS_ENTROPY -> crossEntropy(answer, right);
        };
        int example = note(loss);
        if (isShown(example, loss)) {
            show(new MarkedAnswer.OfNumbers(example, questions.slice(i), right, answer, loss, before(example)));
        }
    }

    private static double mean(int places, IntToDoubleFunction of) {
        return IntStream.range(0, places).mapToDouble(of).sum() / places;
    }

    /** Minus the logarithm of the probability that a logit gives to what is true with a probability. */
    private static double binaryCrossEntropy(double logit, double target) {
        return Math.max(logit, 0) - logit * target + StrictMath.log1p(StrictMath.exp(-Math.abs(logit)));
    }

    private static double crossEntropy(NDArray logits, NDArray shares) {
        var all = new ClassAnswers("marked paper", row(logits), NDArray.of(Shape.of(1), 0));
        return -IntStream.range(0, shares.size())
                .mapToDouble(label -> shares.get(label) == 0 ? 0 : shares.get(label) * all.logProbability(0, label))
                .sum();
    }

    private static NDArray row(NDArray numbers) {
        return NDArray.of(Shape.of(1, numbers.size()), numbers.toFloatArray());
    }

    /** Remembers a loss; gives the number of its example. */
    private int note(double loss) {
        losses[count] = (float) loss;
        return count++;
    }

    private boolean isShown(int example, double loss) {
        double improvement = improvement(example, loss);
        return worst.takes(ranked(loss))
                || (improvement > 0 && improved.takes(improvement))
                || watched.contains(example);
    }

    private double improvement(int example, double loss) {
        float[] last = earlier.isEmpty() ? new float[0] : earlier.get(earlier.size() - 1);
        // As exactly as the earlier one was kept.
        return example < last.length ? (double) last[example] - (float) loss : 0;
    }

    private List<Double> before(int example) {
        return earlier.stream()
                .filter(epoch -> example < epoch.length)
                .map(epoch -> (double) epoch[example])
                .toList();
    }

    private void show(MarkedAnswer answer) {
        if (worst.takes(ranked(answer))) {
            worst.add(answer);
        }
        if (improvement(answer.example(), answer.loss()) > 0 && improved.takes(answer.improvement())) {
            improved.add(answer);
        }
        if (watched.contains(answer.example())) {
            seen.put(answer.example(), answer);
        }
    }

    /**
     * The paper of an epoch, whose answers were all added; those of the next epoch come after it.
     *
     * @param epoch its number, from 1
     */
    public MarkedPaper paper(int epoch) {
        float[] all = Arrays.copyOf(losses, count);
        var numbers = new double[count];
        Arrays.setAll(numbers, i -> all[i]);
        var paper = new MarkedPaper(
                epoch,
                count,
                worst.largestFirst(),
                improved.largestFirst(),
                List.copyOf(seen.values()),
                Histogram.of("losses", numbers, PARTS),
                confusion.classes() == 0 ? Optional.empty() : Optional.of(confusion));
        earlier.add(all);
        begin();
        return paper;
    }
}
