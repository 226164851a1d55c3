package dev.baton.examples;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.nn.Parameter;
import dev.baton.optim.AdamW;
import dev.baton.optim.Schedule;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Evaluation;
import dev.baton.train.TrainStep;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;

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

    /** Every note counts alike, whatever tune it is in. */
    private static final Loss NEXT_NOTE =
            (scores, following) -> Losses.crossEntropy().of(scores, following.reshape(-1));

    @Override
    public Integer call() {
        apply();
        Tunes all = Tunes.of(seed, TUNES);
        Tunes train = limit == null ? all : all.first(Math.min(limit, TUNES));
        Tunes held = Tunes.of(seed + 1_000_003, TEST_TUNES);
        Tunes test = Tunes.of(seed + 2_000_003, TEST_TUNES);
        var model = new Composer(Tunes.PITCHES, Tunes.BAR, 32, 96);
        int batches = (train.count() + BATCH - 1) / BATCH;
        long steps = steps((long) EPOCHS * batches, batches);
        int epochs = (int) ((steps + batches - 1) / batches);
        var rate = Schedule.cosine(1e-2, steps).warmUp(Math.min(batches, steps));
        try (var session = session();
                var progress = progress(BATCH, epochs);
                var step =
                        TrainStep.of(session, model, NEXT_NOTE, AdamW.of(rate).weightDecay(0.01));
                var evaluation = Evaluation.of(session, model)) {
            introduce(session, model);
            for (int epoch = 1; epoch <= epochs; epoch++) {
                long start = System.nanoTime();
                int last = (int) Math.min(batches, steps - (long) (epoch - 1) * batches);
                double loss = epoch(train, step, progress, epoch, last);
                double seconds = (System.nanoTime() - start) / 1e9;
                progress.epoch(new EpochResult(
                        epoch,
                        epochs,
                        loss,
                        Map.of("accuracy", accuracy(evaluation, held)),
                        Math.min(train.count(), last * BATCH) / seconds,
                        Duration.ZERO,
                        List.of(),
                        Duration.ofMillis((long) (seconds * 1e3 * (epochs - epoch)))));
            }
            finish(session, model, evaluation, test);
        }
        return 0;
    }

    /** One pass over the tunes, or the first batches of one; gives their mean loss. */
    private double epoch(Tunes train, TrainStep step, Progress progress, int epoch, int batches) {
        int[] order = train.order(seed, epoch);
        int learnt = Math.min(order.length, batches * BATCH);
        double sum = 0;
        for (int batch = 0; batch < batches; batch++) {
            int[] indices = Arrays.copyOfRange(order, batch * BATCH, Math.min(learnt, (batch + 1) * BATCH));
            float loss = step.run(train.batch(indices)).loss();
            sum += loss * indices.length;
            progress.batch(epoch, batch + 1, batches, loss);
        }
        return sum / learnt;
    }

    private void introduce(Session session, Composer model) {
        long parameters = model.parameters().stream()
                .map(Parameter::shape)
                .mapToLong(Shape::size)
                .sum();
        if (json) {
            out().println(new JsonLine("start")
                    .add("backend", session.backend())
                    .add("device", session.device())
                    .add("parameters", parameters));
        } else {
            out().println("backend " + session.backend() + ", device " + session.device());
            out().printf(Locale.ROOT, "a composer of %,d parameters%n", parameters);
        }
    }

    private void finish(Session session, Composer model, Evaluation evaluation, Tunes test) {
        double accuracy = accuracy(evaluation, test);
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

    /** The share of the answers' notes that the network would have played. */
    private static double accuracy(Evaluation evaluation, Tunes tunes) {
        Batch batch = tunes.batch(IntStream.range(0, tunes.count()).toArray());
        NDArray scores = evaluation.answers(batch);
        int right = 0;
        int all = 0;
        for (int i = 0; i < batch.targets().size(); i++) {
            // Target i of a tune is its note i + 1.
            if (Tunes.isAnswer(i % (Tunes.LENGTH - 1) + 1)) {
                right += best(scores, i) == batch.targets().get(i) ? 1 : 0;
                all++;
            }
        }
        return (double) right / all;
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
