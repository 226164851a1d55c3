package dev.baton.examples;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.LeakyReLU;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.nn.Sigmoid;
import dev.baton.optim.Adam;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Parameters;
import dev.baton.report.Exam;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Evaluation;
import dev.baton.train.ObservedLoop;
import dev.baton.train.StepInputs;
import dev.baton.train.Summary;
import dev.baton.train.TrainStep;
import dev.baton.train.TrainingListener;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Two networks learn against each other. A forger draws digits on order and never sees a genuine one; an expert is shown
 * digits, genuine and forged, and says which are which. Whatever the expert goes by, the forger learns to get right, until
 * the expert can do little but guess: then its loss is 2 ln 2 = 1.386, and the forger's is ln 2 = 0.693. Together they are a
 * generative adversarial network (Goodfellow et al. 2014); both know which digit was ordered (Mirza and Osindero 2014).
 */
@Command(
        name = "forge",
        description = "Two networks against each other: one forges digits, one tells them from genuine ones (a GAN).",
        mixinStandardHelpOptions = true)
final class Forge extends CommonOptions implements Callable<Integer> {

    private static final int EPOCHS = 150;
    private static final int BATCH = 64;
    private static final int REPORTS = 8;
    private static final int SHORTEST_INTERVAL = 50;
    private static final int SHOWN = 5;
    private static final int JUDGED = 1000;

    private static final int PIXELS = DigitFiles.SIDE * DigitFiles.SIDE;
    private static final int DIGITS = 10;

    /** How many random numbers come with an order: what makes one 3 differ from the next. */
    private static final int NOISE = 32;

    private static final int ORDER = NOISE + DIGITS;

    // The names of what the steps are run with.
    private static final String GENUINE = "genuine";
    private static final String ORDERS = "orders";

    // The names of what they hand out beside the loss.
    private static final String KNOWN = "genuine known";
    private static final String CAUGHT = "forged caught";

    @Option(names = "--data", paramLabel = "DIR", description = "a folder with optdigits.tra and optdigits.tes")
    private Path data;

    @Mixin
    private ViewOptions views;

    private final long start = System.nanoTime();

    /** Orders [N, 42] -> pictures [N, 64]. */
    private final Layer forger = new Forger().named("forger");

    /** Pictures and the digits that they should show, [N, 74] -> how genuine they look [N, 1]: above 0 is a yes. */
    private final Layer expert = Sequential.of(
                    new Linear(PIXELS + DIGITS, 256),
                    new LeakyReLU(0.2),
                    new Dropout(0.3),
                    new Linear(256, 256),
                    new LeakyReLU(0.2),
                    new Dropout(0.3),
                    new Linear(256, 1))
            .named("expert");

    /** From how much ink, between none and full, to the grey values of the files. */
    private static final class Forger extends Layer {

        private final Layer ink = child(
                "ink",
                Sequential.of(
                        new Linear(ORDER, 256),
                        new ReLU(),
                        new Linear(256, 256),
                        new ReLU(),
                        new Linear(256, PIXELS),
                        new Sigmoid()));

        @Override
        public Tensor forward(Tensor orders) {
            return trace(ink, orders).add(DigitFiles.PAPER);
        }
    }

    /** The expert's step: what is genuine shall be a yes, what is forged a no. The forger takes part and does not learn. */
    private Tensor expertLoss(StepInputs inputs) {
        Tensor genuine = opinion(inputs.get(GENUINE), inputs.get(ORDERS));
        Tensor forged = opinion(forged(inputs), inputs.get(ORDERS));
        shareAboveZero(genuine).watch(KNOWN);
        shareAboveZero(forged.negate()).watch(CAUGHT);
        return yes(genuine).add(no(forged));
    }

    /** The forger's step: what is forged shall be a yes. The gradient comes back through the expert, who does not learn. */
    private Tensor forgerLoss(StepInputs inputs) {
        return yes(opinion(forged(inputs), inputs.get(ORDERS)));
    }

    private Tensor forged(StepInputs inputs) {
        return Layer.trace(forger, inputs.get(ORDERS));
    }

    private Tensor opinion(Tensor pictures, Tensor orders) {
        Tensor digits = orders.slice(1, NOISE, ORDER);
        return Layer.trace(expert, Tensor.concat(1, pictures, digits));
    }

    private static Tensor yes(Tensor opinions) {
        return Losses.binaryCrossEntropy().of(opinions, opinions.fullLike(1));
    }

    private static Tensor no(Tensor opinions) {
        return Losses.binaryCrossEntropy().of(opinions, opinions.fullLike(0));
    }

    private static Tensor shareAboveZero(Tensor opinions) {
        return opinions.fullLike(0).lessThan(opinions).cast(DType.FLOAT32).mean();
    }

    @Override
    public Integer call() {
        apply();
        views.checkWithoutAnswers(commandLine());
        Examples all = DigitFiles.read(data, "optdigits.tra");
        Examples genuine = limit == null ? all : all.part(0, Math.min(limit, all.size()));
        Examples test = DigitFiles.read(data, "optdigits.tes");
        // Little momentum: the opponent moves too, and what was right a while ago is wrong by now.
        Optimizer adam = Adam.of(5e-4).betas(0.5, 0.999);

        try (var session = session();
                var expertStep = TrainStep.of(session, this::expertLoss, adam.freeze(Parameters.of(forger)));
                var forgerStep = TrainStep.of(session, this::forgerLoss, adam.freeze(Parameters.of(expert)));
                var forgeries = Evaluation.of(session, forger);
                var shown = views) {
            introduce(session);
            // The page shows how the forger learns, and how the two stand.
            TrainingListener told = shown.with(warnings(), commandLine(), session.device(), Exam.numbers());
            shown.begin(commandLine(), Summary.of(forger, Shape.of(ORDER)));
            Batches batches = genuine.shuffled(seed).batched(BATCH);
            long steps = steps((long) EPOCHS * batches.count(), batches.count());
            long interval = Math.max(SHORTEST_INTERVAL, steps / REPORTS);
            int reports = (int) ((steps + interval - 1) / interval);
            // The better the expert, the larger the forger's loss.
            var loop =
                    ObservedLoop.of(session, forger, forgerStep, told, reports).lossMayGrow();
            learn(batches, steps, interval, expertStep, loop, forgeries);
            finish(session, Verdict.of(session, genuine, test, forged(forgeries, JUDGED)));
        }
        return 0;
    }

    private void learn(
            Batches batches,
            long steps,
            long interval,
            TrainStep expertStep,
            ObservedLoop forgerLoop,
            Evaluation forgeries) {
        var random = new SplittableRandom(seed);
        Score score = null;
        long step = 0;
        for (int epoch = 0; step < steps; epoch++) {
            for (Batch batch : batches.epoch(epoch)) {
                if (step == steps) {
                    break;
                }
                if (step % interval == 0) {
                    score = new Score();
                    forgerLoop.begin((int) Math.min(interval, steps - step));
                }
                // The forger has an order for each genuine digit of the batch.
                var inputs = Map.of(
                        GENUINE, batch.inputs(), ORDERS, orders(batch.targets().toIntArray(), random));
                score.expertLoss += expertStep.run(inputs).loss();
                score.known += expertStep.watched(KNOWN).get(0);
                score.caught += expertStep.watched(CAUGHT).get(0);
                score.forgerLoss += forgerLoop.run(inputs).loss();
                score.steps++;
                step++;
                if (step % interval == 0 || step == steps) {
                    forgerLoop.end(score.metrics());
                    report(step, steps, score);
                    show(forged(forgeries, DIGITS), step / interval % 2 == 1 ? 0 : SHOWN);
                }
            }
        }
    }

    /** What is added up from one report to the next. */
    private static final class Score {
        private int steps;
        private double expertLoss;
        private double forgerLoss;
        private double known;
        private double caught;

        /** What the page shows beside the forger's loss. */
        private Map<String, Double> metrics() {
            var metrics = new LinkedHashMap<String, Double>();
            metrics.put("expert's loss", expertLoss / steps);
            metrics.put(KNOWN, known / steps);
            metrics.put(CAUGHT, caught / steps);
            return metrics;
        }
    }

    /** Noise, and a 1 in the place of the digit that is ordered: [N, 42]. */
    private static NDArray orders(int[] digits, SplittableRandom random) {
        var orders = new float[digits.length][ORDER];
        for (int i = 0; i < digits.length; i++) {
            for (int j = 0; j < NOISE; j++) {
                orders[i][j] = (float) (2 * random.nextDouble() - 1);
            }
            orders[i][NOISE + digits[i]] = 1;
        }
        return NDArray.of(orders);
    }

    /** What the forger draws when 0 to 9 are ordered, over and over; the same orders each time. */
    private Examples forged(Evaluation forgeries, int count) {
        int[] digits = IntStream.range(0, count).map(i -> i % DIGITS).toArray();
        float[] pixels = forgeries
                .answers(orders(digits, new SplittableRandom(seed + 1)))
                .toFloatArray();
        float[][] pictures = IntStream.range(0, count)
                .mapToObj(i -> Arrays.copyOfRange(pixels, i * PIXELS, (i + 1) * PIXELS))
                .toArray(float[][]::new);
        return Examples.of(pictures, digits, DIGITS);
    }

    private void introduce(Session session) {
        Summary forging = Summary.of(forger, Shape.of(ORDER));
        Summary judging = Summary.of(expert, Shape.of(PIXELS + DIGITS));
        begin(
                session,
                start -> start.add("parameters", forging.parameters() + judging.parameters()),
                "the forger:",
                forging,
                "the expert:",
                judging);
    }

    private void report(long step, long steps, Score score) {
        double expertLoss = score.expertLoss / score.steps;
        double forgerLoss = score.forgerLoss / score.steps;
        double known = score.known / score.steps;
        double caught = score.caught / score.steps;
        double left = (System.nanoTime() - start) / 1e9 / step * (steps - step);
        if (json) {
            out().println(new JsonLine("progress")
                    .add("step", step)
                    .add("steps", steps)
                    .add("expertLoss", expertLoss)
                    .add("forgerLoss", forgerLoss)
                    .add("genuineKnown", known)
                    .add("forgedCaught", caught)
                    .add("secondsLeft", left));
        } else {
            line(
                    "step %,d/%,d  expert: loss %.4f, genuine known %.2f, forged caught %.2f  "
                            + "forger: loss %.4f  %.0f s left",
                    step, steps, expertLoss, known, caught, forgerLoss, left);
        }
    }

    /** Draws some forged digits. */
    private void show(Examples forged, int from) {
        if (!json) {
            float[][] digits =
                    IntStream.range(from, from + SHOWN).mapToObj(forged::input).toArray(float[][]::new);
            DigitDrawing.of(digits).forEach(out()::println);
        }
    }

    private void finish(Session session, Verdict verdict) {
        String weights = "sha256 " + Fingerprint.of(session, forger);
        if (json) {
            out().println(new JsonLine("result")
                    .add("readerAccuracy", verdict.readerAccuracy())
                    .add("readAsOrdered", verdict.asOrdered())
                    .add("variety", verdict.variety())
                    .add("weights", weights));
        } else {
            line("genuine digits read rightly by a third network: %.4f", verdict.readerAccuracy());
            line("forged digits read as the digit ordered: %.4f", verdict.asOrdered());
            line("variety of forged digits, where that of genuine ones is 1: %.2f", verdict.variety());
            line("weights: %s", weights);
        }
    }

    private void line(String format, Object... values) {
        out().println(String.format(Locale.ROOT, format, values));
    }
}
