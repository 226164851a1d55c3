package dev.baton.examples;

import dev.baton.cost.Cost;
import dev.baton.data.Examples;
import dev.baton.infer.Predictor;
import dev.baton.io.ModelInfo;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Schedule;
import dev.baton.report.Exam;
import dev.baton.runtime.Session;
import dev.baton.train.Evaluation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A network learns to read handwritten digits: pictures of 8 x 8 grey values, ten classes. */
@Command(
        name = "digits",
        description = "Learns to read handwritten digits (8 x 8 pictures).",
        mixinStandardHelpOptions = true)
public final class Digits extends CommonOptions implements Callable<Integer> {

    private static final int EPOCHS = 60;
    private static final int BATCH = 64;
    private static final int SHOWN = 3;

    @Option(names = "--data", paramLabel = "DIR", description = "a folder with optdigits.tra and optdigits.tes")
    private Path data;

    @Option(names = "--model", paramLabel = "FILE", description = "keep the model in this file; 'answer' asks it")
    private Path kept;

    @Mixin
    private RunOptions run;

    /** Tells the digits of {@link DigitFiles} apart: [N, 64] to logits [N, 10]. */
    public static Layer network() {
        return Sequential.of(
                new Linear(64, 256),
                new ReLU(),
                new Dropout(0.1),
                new Linear(256, 256),
                new ReLU(),
                new Dropout(0.1),
                new Linear(256, 10));
    }

    @Override
    public Integer call() {
        apply();
        Examples all = DigitFiles.read(data, "optdigits.tra");
        Examples known = limit == null ? all : all.part(0, Math.min(limit, all.size()));
        // The last tenth is never learnt from: its accuracy after each epoch shows how well the network does on digits
        // that it has not seen, and leaves the test file for the end.
        int learnt = Math.max(1, known.size() * 9 / 10);
        Examples train = known.part(0, learnt);
        Examples held = known.part(Math.min(learnt, known.size() - 1), known.size());
        Examples test = DigitFiles.read(data, "optdigits.tes");

        var model = network();
        var length = epochs(EPOCHS);
        var batches = train.shuffled(seed)
                .augmented(seed, new Distortion(DigitFiles.SIDE, DigitFiles.PAPER))
                .batched(BATCH);
        var rate = Schedule.cosine(3e-3, length.steps(batches)).warmUp(batches.count());
        var loss = Losses.crossEntropy().labelSmoothing(0.1);
        var optimizer = AdamW.of(rate).weightDecay(0.05);
        var cost = Cost.of(model, train.shape()).loss(loss).optimizer(optimizer).batch(BATCH);
        try (var session = session();
                var progress = progress(BATCH, length.begun(batches));
                var trainer = run.trainer(session, model, progress, exam())
                        .loss(loss)
                        .optimizer(optimizer)
                        .metric(Metrics.accuracy())
                        .build()) {
            introduce(session, trainer.summary(batches), start -> start);
            if (run.train(session, trainer, cost, batches, held.batched(256), length)) {
                if (kept != null) {
                    trainer.save(
                            kept, ModelInfo.of().labels(DigitFiles.LABELS).standardizer(DigitFiles.standardizer()));
                }
                finish(session, model, test);
            }
        }
        return 0;
    }

    private static Exam exam() {
        return Exam.pictures(DigitFiles.SIDE, DigitFiles.SIDE, (channel, value) -> 1 - (value - DigitFiles.PAPER));
    }

    private void finish(Session session, Layer model, Examples test) {
        double accuracy;
        try (var evaluation = Evaluation.of(session, model)) {
            accuracy = evaluation.accuracy(test.batched(256));
        }
        String weights = "sha256 " + Fingerprint.of(session, model);
        if (json) {
            out().println(new JsonLine("result").add("testAccuracy", accuracy).add("weights", weights));
        } else {
            show(out(), test, session, model);
            out().printf(Locale.ROOT, "test accuracy: %.4f%n", accuracy);
            out().println("weights: " + weights);
        }
    }

    /** Draws the first test digits with the answers. */
    private static void show(PrintWriter out, Examples test, Session session, Layer model) {
        try (var predictor = Predictor.of(session, model)) {
            for (int i = 0; i < SHOWN; i++) {
                float[] pixels = test.input(i);
                DigitDrawing.of(pixels).forEach(out::println);
                out.println("  answer " + predictor.classOf(pixels) + ", right is " + test.label(i));
            }
        }
    }
}
