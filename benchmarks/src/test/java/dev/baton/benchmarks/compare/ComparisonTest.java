package dev.baton.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole comparisons, in a folder where Baton is not built and the peers are a script. */
class ComparisonTest {

    private static final Machine MACHINE = new Machine("a processor", 2, "24 GiB", "Linux", "a JVM 17", "abc1234");

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void results() {
        file = folder.resolve("results.json");
    }

    /** The whole table's row of one workload, so that it is measured under every condition. */
    private Results compare(String script, int rounds, String... peers) throws Exception {
        return compare(script, new Settings(List.of("mlp-train"), List.of(peers), rounds, 3, true, "-Dx=1", 60));
    }

    private Results compare(String script, Settings settings) throws Exception {
        Path run = Files.createDirectories(folder.resolve("peers")).resolve("run.sh");
        Files.writeString(run, "#!/bin/sh\n" + script);
        assertThat(run.toFile().setExecutable(true)).isTrue();
        var runner = new Runner(folder, folder.resolve("logs"), settings);
        return new Comparison(settings, runner, file, Instant.EPOCH, MACHINE, null).run();
    }

    /** Prints a line of the protocol whose version tells what the script was given. */
    private static String line(String version) {
        return "echo '{\"peer\":\"'$1'\",\"version\":\"'\"" + version
                + "\"'\",\"workload\":\"'$2'\",\"metric\":\"train\","
                + "\"unit\":\"samples/s\",\"median\":5,\"min\":4,\"max\":6,\"threads\":3,\"others\":0}'\n";
    }

    @Test
    void everyPeerIsMeasuredInEachRoundAndCondition() throws Exception {
        Results results = compare(line("1.0"), 2, "pytorch", "djl");
        assertThat(results.measurements())
                .extracting(each -> each.round() + " " + each.condition() + " " + each.framework())
                .containsExactly(
                        "1 quiet pytorch",
                        "1 quiet djl",
                        "1 busy core pytorch",
                        "1 busy core djl",
                        "1 footprint pytorch",
                        "1 footprint djl",
                        "2 quiet djl",
                        "2 quiet pytorch",
                        "2 busy core djl",
                        "2 busy core pytorch",
                        "2 footprint djl",
                        "2 footprint pytorch");
        assertThat(Results.read(file)).isEqualTo(results);
    }

    @Test
    void theHeapIsThatOfTheConditionAndItsOptionsComeLast() throws Exception {
        Results results = compare(line("$THREADS/$HEAP/$JAVA_OPTS"), 1, "djl");
        assertThat(results.measurements())
                .extracting(Measurement::version)
                .containsExactly(
                        "3/-Xms1g -Xmx4g/-Dx=1",
                        "3/-Xms1g -Xmx4g/-Dx=1",
                        "3/-XX:+UseSerialGC -Xms16m -Xmx4g/-Dx=1 -Dbench.warm=0.5 -Dbench.round=0.5 -Dbench.rounds=1");
    }

    @Test
    void whatFailsIsNotRunAgainAndStopsNobody() throws Exception {
        Results results = compare(
                "echo $1 >> " + folder.resolve("started") + "\n" + line("1.0")
                        + "[ $1 = djl ] || { echo 'Error: no library' >&2; exit 1; }",
                2,
                "pytorch",
                "djl");
        assertThat(results.failures())
                .filteredOn(failure -> failure.framework().equals("pytorch"))
                .hasSize(3)
                .allSatisfy(failure -> assertThat(failure.reason()).isEqualTo("Error: no library"));
        assertThat(Files.readAllLines(folder.resolve("started")))
                .filteredOn("pytorch"::equals)
                .hasSize(3);
        assertThat(results.measured()).containsExactly("djl");
    }

    @Test
    void whatBatonAloneHasIsAskedOfNobodyElse() throws Exception {
        Results results =
                compare(line("1.0"), new Settings(List.of("cnn-train-bfloat16"), List.of("djl"), 1, 3, true, "", 60));
        assertThat(results.measurements()).isEmpty();
        assertThat(results.failures())
                .extracting(failure -> failure.framework() + " " + failure.workload())
                .containsExactly("baton cnn-train-bfloat16");
    }

    @Test
    void batonFailsLikeTheOthers() throws Exception {
        Results results = compare(line("1.0"), 1, "djl");
        assertThat(results.failures())
                .extracting(Failure::toString)
                .startsWith(
                        "baton, mlp-train (quiet): Error: Could not find or load main class dev.baton.benchmarks.Main");
        assertThat(results.table()).first().satisfies(row -> {
            assertThat(row.baton()).isNull();
            assertThat(row.peer()).isEqualTo("djl");
        });
    }

    @Test
    void whatTakesTooLongIsEndedWithAllThatItStarted() throws Exception {
        Path id = folder.resolve("id");
        var settings = new Settings(List.of("mlp-train"), List.of("djl"), 1, 3, false, "", 3);
        Results results = compare("sleep 1000 &\necho $! > " + id + "\nwait\n", settings);
        assertThat(results.failures()).extracting(Failure::reason).contains("it took more than 3 s (LIMIT sets that)");
        assertThat(ends(Long.parseLong(Files.readString(id).trim()))).isTrue();
    }

    private static boolean ends(long process) throws InterruptedException {
        for (int i = 0; i < 100 && ProcessHandle.of(process).isPresent(); i++) {
            Thread.sleep(100);
        }
        return ProcessHandle.of(process).isEmpty();
    }
}
