package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NotFiniteException;
import dev.baton.data.Batch;
import dev.baton.io.Checkpoint;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Schedule;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Finds a learning rate by trying: the same start, the same batches and the same random numbers with many rates, each for
 * a few steps. Every variable is afterwards as it was before; those of the optimizer come into being, as in its first step.
 *
 * <pre>{@code
 * System.out.println(LearningRateFinder.of(session, model, Losses.crossEntropy(), AdamW::of).find(batches));
 * }</pre>
 */
public final class LearningRateFinder {

    /** An update that gains less than this share of what was promised gains next to nothing. */
    private static final double LEAST_GAINED = 0.1;

    /** A loss that ends so much of itself above that without learning has grown. */
    private static final double GROWN = 0.1;

    /** A loss that is at any step so much of itself above the highest without learning has leapt. */
    private static final double LEAPT = 1;

    private final Session session;
    private final Layer model;
    private final Loss loss;
    private final Function<Schedule, Optimizer> optimizer;
    private double lowest = 1e-5;
    private double highest = 10;
    private int perDecade = 2;
    private int steps = 50;

    private LearningRateFinder(Session session, Layer model, Loss loss, Function<Schedule, Optimizer> optimizer) {
        this.session = session;
        this.model = model;
        this.loss = loss;
        this.optimizer = optimizer;
    }

    /**
     * For a model with one input and one loss.
     *
     * @param optimizer for a schedule, such as {@code AdamW::of} or {@code rate -> Sgd.of(rate).momentum(0.9)}
     */
    public static LearningRateFinder of(
            Session session, Layer model, Loss loss, Function<Schedule, Optimizer> optimizer) {
        return new LearningRateFinder(session, model, loss, optimizer);
    }

    /** The lowest and the highest rate; 1e-5 and 10 unless changed. */
    public LearningRateFinder between(double lowest, double highest) {
        if (!(lowest > 0 && lowest < highest && highest < Double.POSITIVE_INFINITY)) {
            throw new BatonException("rates lie between two positive numbers, not " + lowest + " and " + highest);
        }
        this.lowest = lowest;
        this.highest = highest;
        return this;
    }

    /** How many rates there are from one to ten times as much; 2 unless changed. */
    public LearningRateFinder perDecade(int rates) {
        this.perDecade = requirePositive("rates a decade", rates);
        return this;
    }

    /** How many steps each rate has; 50 unless changed. */
    public LearningRateFinder steps(int steps) {
        this.steps = requirePositive("steps", steps);
        return this;
    }

    private static int requirePositive(String what, int count) {
        if (count < 1) {
            throw new BatonException("at least one of the " + what + " is needed, not " + count);
        }
        return count;
    }

    /**
     * Tries the rates.
     *
     * @param batches to learn from; taken anew from the beginning where there are fewer than steps
     * @throws DataException if there is no batch, or one cannot be used
     */
    public LearningRates find(Iterable<Batch> batches) {
        List<Batch> learnt = first(batches);
        var rate = new double[1];
        try (var step = TrainStep.of(session, model, loss, optimizer.apply(number -> rate[0]))) {
            step.prepare(learnt.get(0));
            Checkpoint start = step.checkpoint(Map.of());
            var trials = new ArrayList<LearningRates.Trial>();
            try {
                // Batches differ: what their losses are without learning is what those with it are held against.
                LearningRates.Trial still = run(step, learnt, 0);
                for (double one : rates()) {
                    rate[0] = one;
                    step.restore(start);
                    trials.add(run(step, learnt, one));
                }
                return new LearningRates(steps, still.loss(), judged(trials, still));
            } finally {
                step.restore(start);
            }
        }
    }

    private List<Batch> first(Iterable<Batch> batches) {
        var first = new ArrayList<Batch>();
        Iterator<Batch> all = batches.iterator();
        while (first.size() < steps && all.hasNext()) {
            first.add(all.next());
        }
        if (first.isEmpty()) {
            throw new DataException("there are no batches to try learning rates on");
        }
        return first;
    }

    private List<Double> rates() {
        var rates = new ArrayList<Double>();
        int count = (int) Math.ceil(perDecade * StrictMath.log10(highest / lowest) - 1e-9);
        for (int i = 0; i < count; i++) {
            rates.add(lowest * StrictMath.pow(10, (double) i / perDecade));
        }
        rates.add(highest);
        return rates;
    }

    /** One rate, not yet compared with the others. */
    private LearningRates.Trial run(TrainStep step, List<Batch> batches, double rate) {
        var losses = new double[steps];
        var gained = new double[steps];
        int done = 0;
        try {
            for (; done < steps; done++) {
                LossChange change = step.examine(batches.get(done % batches.size()));
                losses[done] = change.before();
                // What is too small to be measured is a small step.
                gained[done] = change.isMeasurable() ? change.measured() / change.predicted() : 1;
            }
        } catch (NotFiniteException e) {
            // That is an answer too: the losses end here.
            Arrays.fill(losses, done, steps, Double.NaN);
        }
        int tenth = Math.max(1, steps / 10);
        return new LearningRates.Trial(
                rate,
                mean(Arrays.copyOfRange(losses, steps - tenth, steps)),
                done < steps
                        ? Double.POSITIVE_INFINITY
                        : Arrays.stream(losses).max().orElseThrow(),
                median(Arrays.copyOf(gained, done)),
                LearningRates.Verdict.RIGHT);
    }

    private static double mean(double[] numbers) {
        return Arrays.stream(numbers).average().orElse(Double.NaN);
    }

    /** NaN counts as the largest, and where there are no numbers. */
    private static double median(double[] numbers) {
        Arrays.sort(numbers);
        return numbers.length == 0 ? Double.NaN : numbers[numbers.length / 2];
    }

    private static List<LearningRates.Trial> judged(List<LearningRates.Trial> trials, LearningRates.Trial still) {
        double lowestLoss = trials.stream()
                .filter(trial -> !isChaotic(trial, still))
                .mapToDouble(LearningRates.Trial::loss)
                .min()
                .orElse(still.loss());
        double half = (still.loss() + lowestLoss) / 2;
        return trials.stream()
                .map(trial -> new LearningRates.Trial(
                        trial.rate(),
                        trial.loss(),
                        trial.highest(),
                        trial.gained(),
                        isChaotic(trial, still)
                                ? LearningRates.Verdict.CHAOTIC
                                : trial.loss() < half ? LearningRates.Verdict.RIGHT : LearningRates.Verdict.SLOW))
                .toList();
    }

    /** Whatever is NaN is chaotic. */
    private static boolean isChaotic(LearningRates.Trial trial, LearningRates.Trial still) {
        boolean isCalm = trial.loss() <= still.loss() + GROWN * Math.abs(still.loss())
                && trial.highest() <= still.highest() + LEAPT * Math.abs(still.highest())
                && trial.gained() >= LEAST_GAINED;
        return !isCalm;
    }
}
