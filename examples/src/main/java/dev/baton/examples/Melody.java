package dev.baton.examples;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.cost.Cost;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metric;
import dev.baton.optim.AdamW;
import dev.baton.optim.Schedule;
import dev.baton.report.Exam;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import dev.baton.train.ObservedLoop;
import dev.baton.train.Summary;
import dev.baton.train.TrainStep;
import dev.baton.train.TrainingListener;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A network with a memory learns to answer musical questions, from tunes that the program makes. */
@Command(
        name = "melody",
        description = "Learns to answer musical questions, from tunes that it makes itself (an LSTM).",
        mixinStandardHelpOptions = true)
final class Melody extends CommonOptions implements Callable<Integer> {

    private static final int EPOCHS = 6;
    private static final int TUNES = 2048;
    private static final int TEST_TUNES = 256;
    private static final int BATCH = 32;
    private static final int SHOWN = 3;

    /** The share of the answers' notes that the network would have played; what a question asks nobody can know. */
    private static final Metric ANSWERS = new Metric() {
        @Override
        public String name() {
            return "accuracy";
        }

        @Override
        public Meter meter() {
            return new Meter() {
                private int right;
                private int all;

                @Override
                public void add(NDArray scores, NDArray following) {
                    for (int i = 0; i < following.size(); i++) {
                        // Target i of a tune is its note i + 1.
                        if (Tunes.isAnswer(i % (Tunes.LENGTH - 1) + 1)) {
                            right += best(scores, i) == following.get(i) ? 1 : 0;
                            all++;
                        }
                    }
                }

                @Override
                public double value() {
                    return (double) right / all;
                }
            };
        }
    };

    @Mixin
    private ViewOptions views;

    @Mixin
    private Billing billing;

    @Override
    public Integer call() {
        apply();
        views.check(commandLine(), json);
        Tunes all = Tunes.of(seed, TUNES);
        Tunes train = limit == null ? all : all.first(Math.min(limit, TUNES));
        Tunes held = Tunes.of(seed + 1_000_003, TEST_TUNES);
        Tunes test = Tunes.of(seed + 2_000_003, TEST_TUNES);
        var model = new Composer(Tunes.PITCHES, Tunes.BAR, 32, 96);
        int batches = (train.count() + BATCH - 1) / BATCH;
        long steps = steps((long) EPOCHS * batches, batches);
        int epochs = (int) ((steps + batches - 1) / batches);
        var rate = Schedule.cosine(1e-2, steps).warmUp(Math.min(batches, steps));
        var loss = Losses.crossEntropy();
        var optimizer = AdamW.of(rate).weightDecay(0.01);
        var cost = Cost.of(model, DType.INT32, Tunes.SHAPE)
                .loss(loss)
                .targets(DType.INT32, Tunes.SHAPE)
                .optimizer(optimizer)
                .batch(BATCH);
        try (var session = session();
                var progress = progress(BATCH, epochs);
                var step = TrainStep.of(session, model, loss, optimizer);
                var evaluation = Evaluation.of(session, model);
                var shown = views) {
            var summary = Summary.of(model, DType.INT32, Tunes.SHAPE);
            begin(session, start -> start.add("parameters", summary.parameters()), summary);
            TrainingListener told = billing.after(progress, out(), json);
            told = shown.with(told, commandLine(), session.device(), exam());
            shown.begin(commandLine(), summary);
            billing.begin(session, cost, train.count(), Epochs.of(epochs).atMostSteps(steps), shown.report());
            var loop = ObservedLoop.of(session, model, step, told, epochs);
            for (int epoch = 1; epoch <= epochs; epoch++) {
                int last = (int) Math.min(batches, steps - (long) (epoch - 1) * batches);
                int[] order = train.order(seed, epoch);
                int learnt = Math.min(order.length, last * BATCH);
                loop.begin(last);
                for (int first = 0; first < learnt; first += BATCH) {
                    loop.run(train.batch(Arrays.copyOfRange(order, first, Math.min(learnt, first + BATCH))));
                }
                loop.end(loop.measure(evaluation, List.of(held.all()), List.of(ANSWERS)));
            }
            billing.end();
            finish(session, model, evaluation, test);
        }
        return 0;
    }

    /** Questions are what is heard; right is, for each note, the one that follows. */
    private static Exam exam() {
        List<String> names = IntStream.range(0, Tunes.PITCHES)
                .mapToObj(pitch -> Tunes.names(new int[] {pitch}, 0, 1) + " ")
                .toList();
        return Exam.texts(names::get).classes(names);
    }

    private void finish(Session session, Composer model, Evaluation evaluation, Tunes test) {
        double accuracy =
                evaluation.measure(List.of(test.all()), List.of(ANSWERS)).get(ANSWERS.name());
        String weights = "sha256 " + Fingerprint.of(session, model);
        if (json) {
            out().println(new JsonLine("result").add("testAccuracy", accuracy).add("weights", weights));
            return;
        }
        for (int i = 0; i < SHOWN; i++) {
            int[] tune = test.tune(i);
            int[] continued = compose(evaluation, Arrays.copyOf(tune, Tunes.BAR / 2), Tunes.BAR, null);
            out().println("  asked " + Tunes.names(tune, 0, Tunes.BAR / 2) + "  answered "
                    + Tunes.names(continued, Tunes.BAR / 2, Tunes.BAR) + ", right is "
                    + Tunes.names(tune, Tunes.BAR / 2, Tunes.BAR));
        }
        int[] own = compose(evaluation, new int[] {7}, Tunes.LENGTH, new SplittableRandom(seed));
        String[] bars = IntStream.range(0, Tunes.LENGTH / Tunes.BAR)
                .mapToObj(bar -> Tunes.names(own, bar * Tunes.BAR, (bar + 1) * Tunes.BAR))
                .toArray(String[]::new);
        out().println("  a tune of its own (ABC notation): " + String.join(" | ", bars));
        out().printf(Locale.ROOT, "test accuracy: %.4f%n", accuracy);
        out().println("weights: " + weights);
    }

    private static int best(NDArray scores, int row) {
        int best = 0;
        for (int pitch = 1; pitch < Tunes.PITCHES; pitch++) {
            if (score(scores, row, pitch) > score(scores, row, best)) {
                best = pitch;
            }
        }
        return best;
    }

    private static double score(NDArray scores, int row, int pitch) {
        return scores.get(row * Tunes.PITCHES + pitch);
    }

    /**
     * Goes on from some notes, note after note: with the most probable one, or with one drawn by its probability.
     *
     * @param random draws; null for the most probable notes
     */
    private static int[] compose(Evaluation evaluation, int[] begun, int length, SplittableRandom random) {
        // What is heard later changes nothing before: the notes to come may be any.
        int[] tune = Arrays.copyOf(begun, Tunes.LENGTH);
        for (int note = begun.length; note < length; note++) {
            NDArray scores = evaluation.answers(Tunes.heard(tune));
            tune[note] = random == null ? best(scores, note - 1) : drawn(scores, note - 1, random);
        }
        return tune;
    }

    private static int drawn(NDArray scores, int row, SplittableRandom random) {
        var weights = new double[Tunes.PITCHES];
        Arrays.setAll(weights, pitch -> Math.exp(score(scores, row, pitch) - score(scores, row, best(scores, row))));
        double left = random.nextDouble() * Arrays.stream(weights).sum();
        int pitch = 0;
        while (pitch < weights.length - 1 && left >= weights[pitch]) {
            left -= weights[pitch++];
        }
        return pitch;
    }
}
