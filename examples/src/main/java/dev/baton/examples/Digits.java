package dev.baton.examples;

import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Dropout;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Schedule;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import dev.baton.train.Summary;
import dev.baton.train.Trainer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A network learns to read handwritten digits: pictures of 8 x 8 grey values, ten classes. */
@Command(name = "digits", description = "Learns to read handwritten digits (8 x 8 pictures).", mixinStandardHelpOptions = true)
final class Digits implements Callable<Integer> {

    private static final int BATCH = 64;
    private static final int SHOWN = 3;

    @Option(names = "--backend", paramLabel = "NAME", description = "the backend; without it the best available")
    private String backend;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "everything random (${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "40", description = "passes over the data (${DEFAULT-VALUE})")
    private int epochs;

    @Option(names = "--limit", paramLabel = "N", description = "use only the first N training examples")
    private Integer limit;

    @Option(names = "--data", paramLabel = "DIR", description = "a folder with optdigits.tra and optdigits.tes")
    private Path data;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Examples all = DigitFiles.read(data, "optdigits.tra");
        Examples known = limit == null ? all : all.part(0, Math.min(limit, all.size()));
        // The last tenth is never learnt from: its accuracy after each epoch shows how well the network does on digits
        // that it has not seen, and leaves the test file for the end.
        int learnt = Math.max(1, known.size() * 9 / 10);
        Examples train = known.part(0, learnt);
        Examples held = known.part(Math.min(learnt, known.size() - 1), known.size());
        Examples test = DigitFiles.read(data, "optdigits.tes");

        var model = Sequential.of(
                new Linear(64, 128), new ReLU(),
                new Dropout(0.3),
                new Linear(128, 128), new ReLU(),
                new Dropout(0.3),
                new Linear(128, 10));

        var length = Epochs.of(epochs);
        var batches = train.shuffled(seed).batched(BATCH);
        var rate = Schedule.cosine(3e-3, (long) epochs * batches.count()).warmUp(batches.count());
        try (var session = Session.open(backend, seed);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy(0.1))
                        .optimizer(AdamW.of(rate).weightDecay(0.05))
                        .metric(Metrics.accuracy())
                        .listener(out::println)
                        .build();
                var evaluation = new Evaluation(session, model)) {
            out.println(session.device());
            out.println(Summary.of(model, Shape.of(64)));
            trainer.fit(batches, held.batched(256), length);
            show(out, test, evaluation);
            out.printf(Locale.ROOT, "test accuracy: %.4f%n", evaluation.accuracy(test.batched(256)));
            out.println("weights: sha256 " + fingerprint(session, model));
        }
        return 0;
    }

    /** Draws the first test digits with the answers. */
    private static void show(PrintWriter out, Examples test, Evaluation evaluation) {
        int[] answers = evaluation.classes(test.part(0, SHOWN).batched(SHOWN).iterator().next());
        for (int i = 0; i < SHOWN; i++) {
            float[] pixels = test.input(i);
            for (int row = 0; row < DigitFiles.SIDE; row++) {
                var line = new StringBuilder("  ");
                for (int column = 0; column < DigitFiles.SIDE; column++) {
                    float grey = pixels[row * DigitFiles.SIDE + column];
                    line.append(" .:-=+*#@".charAt(Math.round(grey * 8))).append(' ');
                }
                out.println(line.toString().stripTrailing());
            }
            out.println("  answer " + answers[i] + ", right is " + test.label(i));
        }
    }

    /** The hash of all parameters, in order, as little-endian float32. */
    private static String fingerprint(Session session, Sequential model) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : model.parameters()) {
                digest.update(session.value(parameter.name()).bytes());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
