package dev.baton.examples;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.cost.Cost;
import dev.baton.data.Batch;
import dev.baton.data.Text;
import dev.baton.infer.Quantization;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
import dev.baton.io.ModelInfo;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.optim.AdamW;
import dev.baton.optim.Parameters;
import dev.baton.optim.Schedule;
import dev.baton.report.Exam;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import dev.baton.train.ObservedLoop;
import dev.baton.train.Summary;
import dev.baton.train.TrainStep;
import dev.baton.train.TrainingListener;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A small GPT learns to write like a text, one character after the other. Sizes, schedule, decay and clipping are those of nanoGPT's
 * configuration for a CPU (https://github.com/karpathy/nanoGPT), whose README gives a validation loss of 1.88 on
 * Shakespeare.
 */
@Command(
        name = "shakespeare",
        description = "Learns to write like a text, character by character; --limit counts characters.",
        mixinStandardHelpOptions = true)
final class Shakespeare extends CommonOptions implements Callable<Integer> {

    private static final int CONTEXT = 64;
    private static final int BATCH = 12;
    private static final int STEPS = 2000;
    private static final int WARM_UP = 100;

    /** Twice nanoGPT's, which is for larger networks: with 1e-3 this one is at 1.91 after as many steps. */
    private static final double RATE = 2e-3;

    private static final int REPORTS = 8;
    private static final int SHORTEST_INTERVAL = 50;
    private static final int BATCHES_TO_ESTIMATE = 20;
    private static final int SHOWN = 160;

    /** Below 1, likely characters become likelier still. */
    private static final double TEMPERATURE = 0.8;

    private static final String WHERE =
            "shakespeare needs a text: --data FILE, in UTF-8. A file of Shakespeare's plays (1.1 MB) "
                    + "is at https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt";

    @Option(names = "--data", paramLabel = "FILE", description = "the text, in UTF-8")
    private Path data;

    @Mixin
    private ViewOptions views;

    @Mixin
    private Billing billing;

    @Mixin
    private Quantizing quantizing;

    private final long start = System.nanoTime();

    @Override
    public Integer call() {
        apply();
        views.check(commandLine(), json);
        if (data == null) {
            throw new DataException(WHERE);
        }
        Text all = Text.read(data);
        Text text = limit == null ? all : all.part(0, Math.min(limit, all.size()));
        // As nanoGPT cuts it: what comes last is never learnt from.
        int learnt = (int) (text.size() * 9L / 10);
        if (text.size() - learnt <= CONTEXT) {
            throw new DataException(
                    data + " has " + text.size() + " characters; a tenth is held out to measure the loss on, "
                            + "which takes more than " + CONTEXT + ": at least " + 10 * (CONTEXT + 1));
        }
        Text train = text.part(0, learnt);
        Text validation = text.part(learnt, text.size());

        var model = Gpt.of(text.alphabetSize())
                .context(CONTEXT)
                .layers(4)
                .heads(4)
                .width(128)
                .withoutBias()
                .build();
        Loss loss = Losses.crossEntropy();
        long steps = steps(STEPS, Math.max(1, train.size() / ((long) BATCH * CONTEXT)));
        var optimizer = AdamW.of(rate(steps))
                .betas(0.9, 0.99)
                .weightDecay(0.1)
                .group(Parameters.vectors(), group -> group.weightDecay(0))
                .clipNorm(1);

        var cost = Cost.of(model, DType.INT32, Shape.of(CONTEXT))
                .loss(loss)
                .targets(DType.INT32, Shape.of(CONTEXT))
                .optimizer(optimizer)
                .batch(BATCH);
        try (var session = session();
                var step = TrainStep.of(session, model, loss, optimizer);
                var evaluation = Evaluation.of(session, model);
                var shown = views) {
            var summary = Summary.of(model, DType.INT32, Shape.of(CONTEXT));
            begin(
                    session,
                    start -> start.add("parameters", summary.parameters()).add("operations", summary.operations()),
                    summary);
            TrainingListener told = billing.after(warnings(), out(), json);
            told = shown.with(told, commandLine(), session.device(), exam(text));
            shown.begin(commandLine(), summary);
            billing.begin(session, cost, steps * BATCH, Epochs.of(1), shown.report());
            var random = new SplittableRandom(seed);
            var tried = estimate(validation);
            long interval = Math.max(SHORTEST_INTERVAL, steps / REPORTS);
            // What a listener sees as an epoch is what lies between two reports.
            var loop = ObservedLoop.of(session, model, step, told, (int) ((steps + interval - 1) / interval));
            for (long done = 0; done < steps; ) {
                int next = (int) Math.min(interval, steps - done);
                loop.begin(next);
                for (int i = 0; i < next; i++) {
                    loop.run(train.windows(BATCH, CONTEXT, random));
                }
                done += next;
                // Marked where somebody wants to see the answers.
                loop.measure(evaluation, tried, List.of());
                double validationLoss = evaluation.loss(tried, loss);
                EpochResult result = loop.end(Map.of("validation loss", validationLoss));
                report(done, steps, result.loss(), validationLoss);
                sample(done, written(session, model, text, seed + done));
            }
            billing.end();
            // Every character of the held-out tenth once, but for less than a window at its end.
            var inOrder = validation.windowsInOrder(BATCH * 4, CONTEXT);
            double last = evaluation.loss(inOrder, loss);
            if (quantizing.isWanted()) {
                var quantization = Quantization.of(session, model)
                        .calibration(train.windowsInOrder(BATCH * 4, CONTEXT))
                        .test(inOrder, loss)
                        .info(ModelInfo.of().tokenizer(text.tokenizer()));
                quantizing.run(quantization, out(), json);
            }
            finish(last, "sha256 " + Fingerprint.of(session, model));
        }
        return 0;
    }

    /** Up to the full rate along a line, then down to a tenth of it along half a cosine. */
    private static Schedule rate(long steps) {
        long warmUp = Math.max(1, Math.min(WARM_UP, steps / 10));
        return Schedule.linear(RATE / (warmUp + 1), RATE, warmUp)
                .then(warmUp, Schedule.cosine(RATE, RATE / 10, Math.max(1, steps - warmUp)));
    }

    /** Questions and answers as the characters that they are. */
    private static Exam exam(Text text) {
        return Exam.texts(text::decode)
                .classes(IntStream.range(0, text.alphabetSize())
                        .mapToObj(text::decode)
                        .toList());
    }

    /** The same windows at every report, so that what changes is the model. */
    private static List<Batch> estimate(Text validation) {
        var random = new SplittableRandom(0);
        return Stream.generate(() -> validation.windows(BATCH, CONTEXT, random))
                .limit(BATCHES_TO_ESTIMATE)
                .toList();
    }

    /** Lets the model write. It goes on from half of what it can look back at, wherever it cannot see more. */
    private static String written(Session session, Gpt model, Text text, long seed) {
        var written = new int[SHOWN + 1];
        try (var generator = TextGenerator.of(session, model)) {
            for (int i = 1; i < written.length; ) {
                var sampling =
                        Sampling.of().temperature(TEMPERATURE).seed(seed + i).atMost(written.length - i);
                int[] seen = Arrays.copyOfRange(written, Math.max(0, i - CONTEXT / 2), i);
                int[] more = generator.generate(seen, sampling).tokens();
                System.arraycopy(more, 0, written, i, more.length);
                i += more.length;
            }
        }
        return text.decode(Arrays.copyOfRange(written, 1, written.length));
    }

    private void report(long step, long steps, double loss, double validationLoss) {
        double seconds = (System.nanoTime() - start) / 1e9;
        double tokensPerSecond = step * BATCH * CONTEXT / seconds;
        double left = seconds / step * (steps - step);
        if (json) {
            out().println(new JsonLine("progress")
                    .add("step", step)
                    .add("steps", steps)
                    .add("loss", loss)
                    .add("validationLoss", validationLoss)
                    .add("tokensPerSecond", tokensPerSecond)
                    .add("secondsLeft", left));
        } else {
            out().printf(
                            Locale.ROOT,
                            "step %,d/%,d  loss %.4f  validation loss %.4f  %,.0f tokens/s  %.0f s left%n",
                            step,
                            steps,
                            loss,
                            validationLoss,
                            tokensPerSecond,
                            left);
        }
    }

    private void sample(long step, String sample) {
        if (json) {
            out().println(new JsonLine("sample").add("step", step).add("text", sample));
        } else {
            sample.lines().forEach(line -> out().println(("  " + line).stripTrailing()));
        }
    }

    private void finish(double validationLoss, String weights) {
        if (json) {
            out().println(new JsonLine("result")
                    .add("validationLoss", validationLoss)
                    .add("weights", weights));
        } else {
            out().printf(Locale.ROOT, "validation loss: %.4f%n", validationLoss);
            out().println("weights: " + weights);
        }
    }
}
