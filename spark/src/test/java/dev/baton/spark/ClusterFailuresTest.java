package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.train.Epochs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Processes that are killed with signal 9 at moments that nobody chose, and workers that cannot take part. */
@Tag("cluster")
class ClusterFailuresTest {

    private static final int WORKERS = 3;
    private static final int KILLS = 10;

    private static StandaloneCluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        cluster = StandaloneCluster.start(Path.of("target/cluster-failures"), WORKERS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Trains on a context and saves the model. */
    private static byte[] train(
            JavaSparkContext context, Synchronization way, Recipe.Maker<Optimizer> optimizer, int steps, Path file)
            throws IOException {
        Recipe recipe = TrainingTask.DIGITS.recipe();
        try (var session = recipe.open();
                var source = SparkSource.of(
                        recipe, TrainingTask.DIGITS.training(context, WORKERS), TrainingTask.BATCH, way);
                var trainer = source.trainer(session)
                        .optimizer(optimizer.get())
                        .listener(epoch -> {})
                        .build()) {
            Examples few = TrainingTask.DIGITS.examples(OpticalDigits.TEST).part(0, 10);
            trainer.fit(source, few.batched(10), Epochs.of(1000).atMostSteps(steps));
            trainer.save(file);
        }
        return Files.readAllBytes(file);
    }

    private interface Training {
        byte[] run() throws IOException;
    }

    /** Trains until executors have been killed ten times, and compares the weights after every run. */
    private static void killed(String what, byte[] undisturbed, Training training) throws Exception {
        var kills = new AtomicInteger();
        var done = new AtomicInteger();
        var random = new Random();
        var killer = new Thread(() -> {
            try {
                while (kills.get() < KILLS) {
                    TimeUnit.MILLISECONDS.sleep(random.nextLong(200, 2500));
                    List<ProcessHandle> executors = cluster.executors();
                    if (!executors.isEmpty()) {
                        executors.get(random.nextInt(executors.size())).destroyForcibly();
                        kills.incrementAndGet();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        killer.start();
        try {
            while (killer.isAlive()) {
                assertThat(training.run()).isEqualTo(undisturbed);
                done.incrementAndGet();
            }
        } finally {
            killer.interrupt();
            killer.join();
        }
        System.out.println("measured: " + what + ": " + kills + " executors killed in " + done
                + " runs, each with the weights of the undisturbed one to the last bit");
        assertThat(kills.get()).isGreaterThanOrEqualTo(KILLS);
    }

    @Test
    void executorsThatAreKilledChangeNothing() throws Exception {
        Recipe.Maker<Optimizer> outer = () -> Sgd.of(0.7).momentum(0.9).nesterov();
        Recipe.Maker<Optimizer> own = TrainingTask.DIGITS.recipe()::newOptimizer;
        try (var context = new JavaSparkContext(cluster.configuration("killed executors"))) {
            Path file = folder.resolve("model");
            byte[] rounds = train(context, Synchronization.afterSteps(20), outer, 30, file);
            killed("rounds", rounds, () -> train(context, Synchronization.afterSteps(20), outer, 30, file));
            byte[] steps = train(context, Synchronization.everyStep(), own, 60, file);
            killed("gradients", steps, () -> train(context, Synchronization.everyStep(), own, 60, file));
        }
    }

    /** The driver's command with a configuration as system properties. */
    private Process drive(Path checkpoints, Path model, Path output) throws IOException {
        var command = new ArrayList<>(StandaloneCluster.java());
        for (Tuple2<String, String> property :
                cluster.configuration("killed driver").getAll()) {
            command.add("-D" + property._1() + "=" + property._2());
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                TrainingDriver.class.getName(),
                checkpoints.toString(),
                model.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    @Test
    void aDriverThatIsKilledGoesOn() throws Exception {
        Path output = folder.resolve("output");
        Path model = folder.resolve("model");
        assertThat(drive(folder.resolve("undisturbed"), model, output).waitFor())
                .as(Files.readString(output))
                .isZero();
        byte[] undisturbed = Files.readAllBytes(model);
        Files.delete(model);
        Path checkpoints = folder.resolve("killed");
        Process driver = drive(checkpoints, model, output);
        while (driver.isAlive() && count(checkpoints) < 2) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        driver.destroyForcibly().waitFor();
        assertThat(model).doesNotExist();
        assertThat(drive(checkpoints, model, output).waitFor())
                .as(Files.readString(output))
                .isZero();
        assertThat(Files.readAllBytes(model)).isEqualTo(undisturbed);
        System.out.println("measured: a driver was killed, and another one went on to the same weights");
    }

    private static long count(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .count();
        }
    }

    /** What happens where workers have this class path. */
    private static void refused(List<Path> classPath, String... messages) {
        Recipe recipe = TrainingTask.DIGITS.recipe();
        try (var context = new JavaSparkContext(cluster.configuration("refused", classPath))) {
            assertThatThrownBy(() -> SparkSource.of(
                            recipe, TrainingTask.DIGITS.training(context, WORKERS), 96, Synchronization.everyStep()))
                    .isInstanceOf(BatonException.class)
                    .satisfies(failure -> {
                        System.out.println("measured: refused with: "
                                + failure.getMessage().replace("\n", " | "));
                        assertThat(failure.getMessage())
                                .containsPattern("worker 127\\.0\\.0\\.1:\\d+ \\(executor \\d\\)")
                                .contains(messages);
                    });
        }
    }

    @Test
    void aWorkerWithoutABackend() {
        List<Path> without = StandaloneCluster.applicationClassPath().stream()
                .filter(entry -> !entry.toString().contains("backend-cpu"))
                .toList();
        refused(
                without,
                "no backend can run this model; found on the class path:",
                "add dev.baton:baton-backend-cpu or dev.baton:baton-backend-cuda, in the version of baton-api",
                "to bring it to the workers: spark-submit --jars or --packages");
    }

    @Test
    void aWorkerWithAnotherBaton() throws IOException {
        Path other = Files.createDirectories(folder.resolve("dev/baton/distributed"));
        Files.writeString(other.resolve("version"), "0.0.9");
        refused(before(folder), " has Baton 0.0.9, the driver has ", "they must have the same");
    }

    @Test
    void aWorkerWithAnotherSpark() throws IOException {
        Files.writeString(
                folder.resolve("spark-version-info.properties"),
                "version=3.5.1\nuser=\nrevision=\nbranch=\ndate=\nurl=\n");
        refused(before(folder), " has Spark 3.5.1 with Scala 2.13.", "; baton-spark needs Spark 4 with Scala 2.13");
    }

    @Test
    void processorsOfSeveralMachines_cannotLearnTogether() {
        Recipe recipe = TrainingTask.DIGITS.recipe();
        Examples few = TrainingTask.DIGITS.examples(OpticalDigits.TEST).part(0, 10);
        try (var context = new JavaSparkContext(cluster.configuration("together"));
                var session = recipe.open();
                var source = SparkSource.of(
                        recipe, TrainingTask.DIGITS.training(context, WORKERS), 96, Synchronization.amongWorkers(10));
                var trainer = source.trainer(session).listener(epoch -> {}).build()) {
            assertThatThrownBy(() -> trainer.fit(source, few.batched(10), Epochs.of(1)))
                    .isInstanceOf(BatonException.class)
                    .satisfies(failure -> assertThat(failure.getMessage())
                            .containsPattern("worker 127\\.0\\.0\\.1:\\d+ \\(executor \\d\\)")
                            .contains("processors add up in one process alone")
                            .contains("Synchronization.everyStep() and afterSteps(...) do without"));
        }
    }

    private static List<Path> before(Path first) {
        return Stream.concat(Stream.of(first), StandaloneCluster.applicationClassPath().stream())
                .toList();
    }
}
