package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.io.Checkpoint;
import dev.baton.io.Weights;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.PlateauSchedule;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {

    private static final int EXAMPLES = 22;
    private static final Epochs LENGTH = Epochs.of(3).atMostSteps(14);

    @TempDir
    private Path folder;

    /** As when the power goes: nothing after this step happens. */
    private static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What a run left behind. */
    private record Outcome(Map<String, List<Float>> variables, List<String> epochs) {}

    private static Examples examples() {
        var random = new Random(3);
        var inputs = new float[EXAMPLES][5];
        var labels = new int[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            for (int j = 0; j < 5; j++) {
                inputs[i][j] = (float) random.nextGaussian();
            }
            labels[i] = inputs[i][0] > 0 ? 1 : 0;
        }
        return Examples.of(inputs, labels, 2);
    }

    /** Five batches an epoch, of other values in each. */
    private static Batches training(int size) {
        return examples()
                .shuffled(7)
                .augmented(9, (from, to, random) -> {
                    for (int i = 0; i < from.length; i++) {
                        to[i] = from[i] + 0.1f * (float) random.nextDouble();
                    }
                })
                .batched(size);
    }

    private static Layer model() {
        return Sequential.of(new Linear(5, 6), new BatchNorm(6), new ReLU(), new Dropout(0.3), new Linear(6, 2));
    }

    /** Falls with almost every epoch. */
    private static PlateauSchedule plateau() {
        return PlateauSchedule.of(0.05).factor(0.5).patience(0).higherIsBetter();
    }

    /**
     * One process: it trains until it is done, or until the power is cut after a step.
     *
     * @param checkpoints null for none
     */
    private static Outcome process(Checkpoints checkpoints, boolean resume, LongPredicate cutAfter) {
        PlateauSchedule rate = plateau();
        var told = new ArrayList<String>();
        var steps = new long[1];
        Layer model = model();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {
                rate.observe(result.metric("accuracy"));
                told.add(result.epoch() + " " + result.loss() + " " + result.metrics());
            }

            @Override
            public void resumed(long step, String difference) {
                assertThat(difference).isEmpty();
                steps[0] = step;
            }

            @Override
            public void batch(int epoch, int batch, int batches, float loss) {
                if (cutAfter.test(++steps[0])) {
                    throw new PowerCut();
                }
            }
        };
        try (var session = Session.open("reference", 5);
                var trainer = trainer(session, model, AdamW.of(rate), checkpoints, listener)) {
            Batches validation = examples().batched(8);
            if (resume) {
                trainer.resume(training(5), validation, LENGTH);
            } else {
                trainer.fit(training(5), validation, LENGTH);
            }
            return new Outcome(values(session), told);
        }
    }

    private static Trainer trainer(
            Session session, Layer model, Optimizer optimizer, Checkpoints checkpoints, TrainingListener listener) {
        Trainer.Builder builder = Trainer.of(session, model)
                .loss(Losses.crossEntropy())
                .optimizer(optimizer)
                .metric(Metrics.accuracy())
                .listener(listener);
        return (checkpoints == null ? builder : builder.checkpoints(checkpoints)).build();
    }

    private static Map<String, List<Float>> values(Session session) {
        var values = new LinkedHashMap<String, List<Float>>();
        for (String name : session.variables()) {
            var floats = new ArrayList<Float>();
            for (float value : session.value(name).toFloatArray()) {
                floats.add(value);
            }
            values.put(name, floats);
        }
        return values;
    }

    private List<Path> files(Path in) throws IOException {
        try (Stream<Path> all = Files.list(in)) {
            return all.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void goesOnToTheLastBitWhereverItWasCutOff() {
        Outcome whole = process(null, false, step -> false);
        assertThat(whole.epochs()).hasSize(3);
        for (int cut = 1; cut <= 14; cut++) {
            for (int every : new int[] {0, 1, 3}) {
                long last = cut;
                Checkpoints checkpoints = Checkpoints.in(folder.resolve(cut + "-" + every));
                Checkpoints wanted = every == 0 ? checkpoints : checkpoints.everySteps(every);
                assertThatThrownBy(() -> process(wanted, false, step -> step == last))
                        .isInstanceOf(PowerCut.class);
                Outcome resumed = process(wanted, true, step -> false);
                assertThat(resumed.variables())
                        .as("cut after step %d, saved every %d", cut, every)
                        .isEqualTo(whole.variables());
                assertThat(whole.epochs()).endsWith(resumed.epochs().toArray(String[]::new));
            }
        }
    }

    @Test
    void aRunThatIsDoneIsNotTrainedAgain() {
        Checkpoints checkpoints = Checkpoints.in(folder);
        Outcome whole = process(checkpoints, true, step -> false);
        Outcome again = process(checkpoints, true, step -> {
            throw new AssertionError("step " + step);
        });
        assertThat(again.epochs()).isEmpty();
        assertThat(again.variables()).isEqualTo(whole.variables());
    }

    @Test
    void theLastOnesAreKept() throws IOException {
        Files.createDirectories(folder);
        Path left = Files.writeString(
                folder.resolve("step-000000000003.safetensors.01234567-89ab-cdef-0123-456789abcdef.part"), "cut");
        Path other = Files.writeString(folder.resolve("notes.txt"), "mine");
        process(Checkpoints.in(folder).everySteps(2).keep(4), false, step -> false);
        assertThat(files(folder).stream().map(file -> file.getFileName().toString()))
                .containsExactly(
                        "step-000000000008.safetensors",
                        "step-000000000010.safetensors",
                        "step-000000000012.safetensors",
                        "step-000000000014.safetensors");
        assertThat(left).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void stopsAfterTheStepAndSaves() {
        Outcome whole = process(null, false, step -> false);
        Checkpoints checkpoints = Checkpoints.in(folder);
        PlateauSchedule rate = plateau();
        var reference = new Trainer[1];
        try (var session = Session.open("reference", 5);
                var trainer = trainer(session, model(), AdamW.of(rate), checkpoints, new TrainingListener() {
                    @Override
                    public void epoch(EpochResult result) {
                        rate.observe(result.metric("accuracy"));
                    }

                    @Override
                    public void batch(int epoch, int batch, int batches, float loss) {
                        if (epoch == 2 && batch == 3) {
                            reference[0].stop();
                        }
                    }
                })) {
            reference[0] = trainer;
            assertThat(trainer.fit(training(5), examples().batched(8), LENGTH)).hasSize(1);
            assertThat(trainer.wasStopped()).isTrue();
        }
        assertThat(folder.resolve("step-000000000008.safetensors")).exists();
        assertThat(process(checkpoints, true, step -> false).variables()).isEqualTo(whole.variables());
    }

    /** A run without a schedule that is told anything. */
    private static Map<String, List<Float>> plain(
            Checkpoints checkpoints, boolean resume, Epochs length, long order, List<String> differences) {
        try (var session = Session.open("reference", 5);
                var trainer = trainer(session, model(), Sgd.of(0.1).momentum(0.9), checkpoints, new TrainingListener() {
                    @Override
                    public void epoch(EpochResult result) {}

                    @Override
                    public void resumed(long step, String difference) {
                        differences.add(difference);
                    }
                })) {
            Batches training = examples().shuffled(order).batched(5);
            Batches validation = examples().batched(8);
            if (resume) {
                trainer.resume(training, validation, length);
            } else {
                trainer.fit(training, validation, length);
            }
            return values(session);
        }
    }

    @Test
    void aLongerRunGoesOnInTheMiddleOfAnEpochAndSaysThatItIsLonger() {
        var differences = new ArrayList<String>();
        var whole = plain(null, false, Epochs.of(4), 7, differences);
        Checkpoints checkpoints = Checkpoints.in(folder);
        Epochs cut = Epochs.of(4).atMostSteps(12);
        plain(checkpoints, false, cut, 7, differences);
        assertThat(plain(checkpoints, true, cut, 7, differences))
                .as("nothing is left to learn")
                .isEqualTo(plain(checkpoints, true, cut, 7, differences));
        assertThat(differences).containsExactly("", "");
        assertThat(plain(checkpoints, true, Epochs.of(4), 7, differences)).isEqualTo(whole);
        assertThat(differences)
                .last()
                .isEqualTo(
                        "the run was to last 4 epochs, at most 12 steps and is to last 4 epochs now: a learning rate "
                                + "that follows the length is another one");
    }

    @Test
    void anotherOrderOrScheduleIsRefused() {
        Checkpoints checkpoints = Checkpoints.in(folder);
        plain(checkpoints, false, Epochs.of(1), 7, new ArrayList<>());
        assertThatThrownBy(() -> plain(checkpoints, true, Epochs.of(2), 8, new ArrayList<>()))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("shuffled, order 7", "shuffled, order 8");
        Checkpoints told = Checkpoints.in(folder.resolve("told"));
        process(told, false, step -> false);
        assertThatThrownBy(() -> {
                    try (var session = Session.open("reference", 5);
                            var trainer = trainer(session, model(), AdamW.of(0.1), told, result -> {})) {
                        trainer.resume(training(5), examples().batched(8), LENGTH);
                    }
                })
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a schedule that follows a metric");
        assertThat(plateau().warmUp(3).then(5, Schedule.constant(1)).told())
                .as("schedules that are made of one know it")
                .hasSize(1);
    }

    @Test
    void aRunThatIsStoppedBeforeItBeginsHasNothingToSave() throws IOException {
        try (var session = Session.open("reference", 5);
                var trainer = trainer(session, model(), Sgd.of(0.1), Checkpoints.in(folder), result -> {})) {
            trainer.stop();
            assertThat(trainer.fit(training(5), examples().batched(8), LENGTH)).isEmpty();
            assertThat(trainer.wasStopped()).isTrue();
            assertThat(files(folder)).isEmpty();
            assertThat(trainer.fit(training(5), examples().batched(8), LENGTH)).hasSize(3);
            assertThat(trainer.wasStopped()).isFalse();
        }
    }

    @Test
    void aRunThatTakesTooLongIsStopped() throws IOException {
        try (var session = Session.open("reference", 5);
                var trainer = Trainer.of(session, model())
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(0.1))
                        .checkpoints(Checkpoints.in(folder))
                        .listener(result -> {})
                        .timeLimit(Duration.ofNanos(1))
                        .build()) {
            assertThat(trainer.fit(training(5), examples().batched(8), LENGTH)).isEmpty();
            assertThat(trainer.wasStopped()).isTrue();
        }
        try (var session = Session.open("reference", 5)) {
            var builder = Trainer.of(session, model());
            assertThatThrownBy(() -> builder.timeLimit(Duration.ZERO))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("a time limit is longer than nothing, not PT0S");
        }
    }

    @Test
    void aDamagedOneSaysWhatIsLeft() throws IOException {
        Checkpoints checkpoints = Checkpoints.in(folder);
        process(checkpoints, false, step -> false);
        Path last = folder.resolve("step-000000000014.safetensors");
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length - 3] ^= 1;
        Files.write(last, bytes);
        assertThatThrownBy(() -> process(checkpoints, true, step -> false))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        last + ": the checkpoint is damaged: what it holds does not match its checksum. Without this "
                                + "file, resume goes on from step-000000000010.safetensors");
        Files.delete(last);
        process(checkpoints, true, step -> false);
    }

    @Test
    void oneRunAtATimeAndNoneOverAnother() {
        Checkpoints checkpoints = Checkpoints.in(folder);
        process(checkpoints, false, step -> false);
        assertThatThrownBy(() -> process(checkpoints, false, step -> false))
                .isInstanceOf(StateException.class)
                .hasMessage(
                        folder + " has the checkpoints of a run, the last of which is step-000000000014.safetensors: "
                                + "go on with resume, or name another folder");
        Checkpoints shared = Checkpoints.in(folder.resolve("shared"));
        process(shared, false, step -> {
            if (step == 1) {
                assertThatThrownBy(() -> process(shared, true, other -> false))
                        .isInstanceOf(StateException.class)
                        .hasMessage("another run writes its checkpoints to " + shared.folder()
                                + ": wait until it is done, or name another folder");
            }
            return false;
        });
        try (var session = Session.open("reference");
                var trainer = trainer(session, model(), Sgd.of(0.1), null, result -> {})) {
            assertThatThrownBy(() -> trainer.resume(training(5), examples().batched(8), LENGTH))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("Checkpoints.in(folder)");
        }
    }

    @Test
    void anotherRunsCheckpointIsRefusedInWords() throws IOException {
        Checkpoints checkpoints = Checkpoints.in(folder);
        process(checkpoints, false, step -> step > 14);
        String file = folder.resolve("step-000000000014.safetensors").toString();
        refuses(
                checkpoints,
                5,
                Sequential.of(new Linear(5, 2)),
                AdamW.of(plateau()),
                5,
                file,
                "another model",
                "'0.weight' is float32[5, 6] in the checkpoint and float32[5, 2] here");
        refuses(checkpoints, 5, model(), Sgd.of(Schedule.constant(0.1)), 5, file, "in the checkpoint alone");
        refuses(checkpoints, 6, model(), AdamW.of(plateau()), 5, file, "the run began with seed 5", "seed 6");
        refuses(checkpoints, 5, model(), AdamW.of(plateau()), 4, file, "5 batches of 5", "6 batches of 4");
    }

    private static void refuses(
            Checkpoints in, long seed, Layer model, Optimizer optimizer, int batch, String file, String... words) {
        try (var session = Session.open("reference", seed);
                var trainer = trainer(session, model, optimizer, in, result -> {})) {
            assertThatThrownBy(() -> trainer.resume(training(batch), examples().batched(8), LENGTH))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageContainingAll(words);
        }
    }

    @Test
    void whatIsNoWholeCheckpointIsRefused() throws IOException {
        Path file = folder.resolve("one.safetensors");
        new Checkpoint(Map.of("w", NDArray.of(new float[] {1, 2, 3})), Map.of("steps", "12")).write(file);
        assertThat(Checkpoint.read(file).texts()).containsExactly(Map.entry("steps", "12"));
        byte[] bytes = Files.readAllBytes(file);
        var random = new Random(1);
        for (int i = 0; i < 8 * bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i / 8] ^= (byte) (1 << i % 8);
            Files.write(file, flipped);
            // A name or a number may change its value, but none may be believed.
            assertThatThrownBy(() -> Checkpoint.read(file)).isInstanceOf(DataException.class);
        }
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Checkpoint.read(file)).isInstanceOf(DataException.class);
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            Files.write(file, noise);
            assertThatThrownBy(() -> Checkpoint.read(file)).isInstanceOf(DataException.class);
        }
    }

    @Test
    void weightsAloneAndNewerFormatsAreNamed() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        try (var session = Session.open("reference")) {
            Weights.save(session, model(), file);
        }
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + ": this is no checkpoint but a file of arrays alone, as weights are saved");
        new Checkpoint(Map.of(), Map.of()).write(file);
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, text.replace("\"version\":\"1\"", "\"version\":\"7\""), StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + ": a newer version of Baton wrote this checkpoint, in format 7; this one reads "
                        + "formats up to 1: use the version that wrote it, or a later one");
        assertThatThrownBy(() -> new Checkpoint(Map.of(), Map.of("version", "2")))
                .isInstanceOf(BatonException.class);
    }
}
