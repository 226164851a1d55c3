package dev.baton.examples;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.cost.Cost;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import dev.baton.data.picture.Normalisation;
import dev.baton.data.picture.PictureEncoder;
import dev.baton.data.picture.PictureReader;
import dev.baton.data.picture.Pictures;
import dev.baton.data.picture.RandomCrop;
import dev.baton.data.picture.RandomFlip;
import dev.baton.infer.Quantization;
import dev.baton.io.ModelInfo;
import dev.baton.loss.Losses;
import dev.baton.metrics.ConfusionMatrix;
import dev.baton.metrics.Metrics;
import dev.baton.model.ResNet;
import dev.baton.nn.Layer;
import dev.baton.optim.Parameters;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.report.Exam;
import dev.baton.runtime.Session;
import dev.baton.train.Evaluation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A network learns to tell cats, dogs and birds apart, or all ten classes of CIFAR-10: colour pictures of 32 x 32. */
@Command(
        name = "pets",
        description = "Learns to tell pictures of birds, cats and dogs apart (CIFAR-10).",
        mixinStandardHelpOptions = true)
final class Pets extends CommonOptions implements Callable<Integer> {

    private static final List<String> CIFAR10 =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
    private static final List<String> PETS = List.of("bird", "cat", "dog");

    private static final int SIDE = 32;
    private static final int EVALUATED = 250;

    /**
     * How a network is trained.
     *
     * @param rate the highest learning rate
     * @param smoothing of the labels
     * @param heldOut one of so many pictures is never learnt from
     */
    private record Recipe(int epochs, int batch, double rate, double smoothing, int heldOut) {}

    private static final Recipe SHORT = new Recipe(24, 32, 0.05, 0.1, 20);

    /** For a network that is small for its task: ResNet-20 does not learn its pictures by heart, and is not smoothed. */
    private static final Recipe LONG = new Recipe(72, 128, 0.1, 0, 50);

    private static final String WHERE =
            "pets needs pictures: --data PATH, a folder or a tar with train/CLASS/*.jpg and test/CLASS/*.jpg, or with "
                    + "CIFAR-10's binary files; those are at https://www.cs.toronto.edu/~kriz/cifar.html (the binary version, "
                    + "162 MB, taken as it is: cifar-10-binary.tar.gz)";

    @Option(names = "--data", paramLabel = "PATH", description = "a folder, .tar or .tar.gz with pictures")
    private Path data;

    @Option(
            names = "--classes",
            paramLabel = "NAMES",
            defaultValue = "pets",
            description =
                    "pets (bird, cat, dog), all (the ten of CIFAR-10, with ResNet-20), or names with commas (${DEFAULT-VALUE})")
    private String classes;

    @Option(names = "--skip-broken", description = "leave out, and count, files that cannot be used")
    private boolean skipBroken;

    @Option(names = "--model", paramLabel = "FILE", description = "keep the model in this file; 'answer' asks it")
    private Path kept;

    @Mixin
    private RunOptions run;

    @Mixin
    private Quantizing quantizing;

    @Override
    public Integer call() {
        apply();
        if (data == null) {
            throw new DataException(WHERE);
        }
        List<String> chosen = chosen();
        PictureReader reader = PictureReader.of(chosen)
                .leavingOut(
                        CIFAR10.stream().filter(name -> !chosen.contains(name)).toList())
                .ofSize(SIDE, SIDE);
        if (skipBroken) {
            reader = reader.skipping(this::warn);
        }
        Pictures pictures = reader.read(data, "train");
        Pictures unseen = reader.read(data, "test");
        Normalisation normalisation = pictures.normalisation();
        Examples all = pictures.examples(normalisation);
        Examples known = limit == null ? all : all.part(0, Math.min(limit, all.size()));
        boolean ten = chosen.equals(CIFAR10);
        Recipe recipe = ten ? LONG : SHORT;
        // The last ones are never learnt from: their accuracy after each epoch shows how well the network does on
        // pictures that it has not seen, and leaves the test pictures for the end.
        int learnt = Math.max(1, known.size() * (recipe.heldOut() - 1) / recipe.heldOut());
        Examples held = known.part(Math.min(learnt, known.size() - 1), known.size());
        var batches = known.part(0, learnt)
                .shuffled(seed)
                .augmented(seed, new RandomFlip(known.shape()).then(new RandomCrop(known.shape(), 4)))
                .batched(recipe.batch());

        Layer model = ten ? ResNet.cifar20(chosen.size()) : new PetNet(chosen.size());
        var length = epochs(recipe.epochs());
        var optimizer = Sgd.of(Schedule.oneCycle(recipe.rate(), Math.max(4, length.steps(batches))))
                .momentum(0.9)
                .nesterov()
                .weightDecay(5e-4)
                .group(Parameters.vectors(), group -> group.weightDecay(0));
        var loss = Losses.crossEntropy().labelSmoothing(recipe.smoothing());
        var cost = Cost.of(model, known.shape()).loss(loss).optimizer(optimizer).batch(recipe.batch());
        try (var session = session();
                var progress = progress(recipe.batch(), length.begun(batches));
                var trainer = run.trainer(session, model, progress, exam(pictures.classes(), normalisation))
                        .loss(loss)
                        .optimizer(optimizer)
                        .metric(Metrics.accuracy())
                        .build()) {
            introduce(session, trainer.summary(batches), start -> start.add("pictures", pictures.size()), pictures);
            if (run.train(session, trainer, cost, batches, held.batched(EVALUATED), length)) {
                var info = ModelInfo.of()
                        .labels(pictures.classes())
                        .texts(PictureEncoder.of(pictures, normalisation).texts());
                if (kept != null) {
                    trainer.save(kept, info);
                }
                if (quantizing.isWanted()) {
                    var quantization = Quantization.of(session, model)
                            .calibration(known.part(0, learnt).batched(EVALUATED))
                            .test(unseen.examples(normalisation).batched(EVALUATED), loss)
                            .metric(Metrics.accuracy())
                            .info(info);
                    quantizing.run(quantization, out(), json);
                }
                finish(session, model, unseen, normalisation);
            }
        }
        return 0;
    }

    private List<String> chosen() {
        return switch (classes) {
            case "pets" -> PETS;
            case "all" -> CIFAR10;
            default -> Arrays.stream(classes.split(",")).map(String::strip).toList();
        };
    }

    private static Exam exam(List<String> classes, Normalisation normalisation) {
        float[] mean = normalisation.mean();
        float[] deviation = normalisation.deviation();
        return Exam.pictures(SIDE, SIDE, (channel, value) -> value * deviation[channel] + mean[channel])
                .classes(classes);
    }

    private void warn(String skipped) {
        if (json) {
            out().println(new JsonLine("warning").add("message", skipped));
        } else {
            out().println("warning: " + skipped);
        }
    }

    private void finish(Session session, Layer model, Pictures unseen, Normalisation normalisation) {
        var matrix = new ConfusionMatrix(unseen.classes());
        try (var evaluation = Evaluation.of(session, model)) {
            for (Batch batch : unseen.examples(normalisation).batched(EVALUATED)) {
                // Each picture is looked at twice, the second time in the mirror, and both views count.
                NDArray logits = evaluation.answers(batch.inputs());
                NDArray mirrored = evaluation.answers(mirrored(batch.inputs()));
                matrix.add(sum(logits, mirrored), batch.targets());
            }
        }
        String weights = "sha256 " + Fingerprint.of(session, model);
        if (json) {
            out().println(new JsonLine("result")
                    .add("testAccuracy", matrix.value())
                    .add("weights", weights));
        } else {
            out().println("answers to the test pictures of each class");
            out().println(matrix);
            out().printf(Locale.ROOT, "test accuracy: %.4f%n", matrix.value());
            out().println("weights: " + weights);
        }
    }

    private static NDArray sum(NDArray a, NDArray b) {
        float[] sums = a.toFloatArray();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (float) b.get(i);
        }
        return NDArray.of(a.shape(), sums);
    }

    private static NDArray mirrored(NDArray pictures) {
        float[] values = pictures.toFloatArray();
        var turned = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int column = i % SIDE;
            turned[i] = values[i - column + SIDE - 1 - column];
        }
        return NDArray.of(pictures.shape(), turned);
    }
}
