package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepLogTest {

    @TempDir
    private Path folder;

    private static EpochResult result(int epoch, double accuracy) {
        return new EpochResult(
                epoch, 3, 0.5, Map.of("accuracy", accuracy), 1000, Duration.ZERO, List.of(), Duration.ZERO);
    }

    @Test
    void everyStepAndEveryEpochIsALine() throws IOException {
        Path file = folder.resolve("log.jsonl");
        Files.writeString(file, "from a run before");
        try (var log = StepLog.to(file)) {
            log.batch(1, 1, 2, 0.75f);
            log.batch(1, 2, 2, Float.NaN);
            log.epoch(result(1, 0.25));
            assertThat(Files.readAllLines(file)).as("nothing waits in memory").hasSize(3);
            log.batch(2, 1, 2, 0.1f);
        }
        assertThat(file)
                .hasContent(String.join(
                        "\n",
                        "{\"step\":1,\"epoch\":1,\"loss\":0.75}",
                        "{\"step\":2,\"epoch\":1,\"loss\":null}",
                        "{\"step\":2,\"epoch\":1,\"loss\":0.5,\"accuracy\":0.25,\"samplesPerSecond\":1000.0}",
                        "{\"step\":3,\"epoch\":2,\"loss\":0.1}"));
    }

    @Test
    void aRunThatGoesOnWritesNothingTwice() throws IOException {
        Path file = folder.resolve("log.jsonl");
        Files.writeString(
                file,
                String.join(
                        "\n",
                        "{\"step\":1,\"epoch\":1,\"loss\":0.75}",
                        "{\"step\":2,\"epoch\":1,\"loss\":0.7}",
                        "{\"step\":3,\"epoch\":1,\"loss\":0.6}",
                        "{\"step\":4,\"epo"));
        try (var log = StepLog.to(file)) {
            log.resumed(2, "");
            log.batch(1, 3, 4, 0.5f);
        }
        assertThat(file)
                .hasContent(String.join(
                        "\n",
                        "{\"step\":1,\"epoch\":1,\"loss\":0.75}",
                        "{\"step\":2,\"epoch\":1,\"loss\":0.7}",
                        "{\"step\":3,\"epoch\":1,\"loss\":0.5}"));
    }

    @Test
    void anEpochThatIsMeasuredOnceMoreIsLoggedOnce() throws IOException {
        Path file = folder.resolve("log.jsonl");
        try (var log = StepLog.to(file)) {
            log.batch(1, 1, 1, 0.75f);
            log.epoch(result(1, 0.25));
        }
        String before = Files.readString(file);
        try (var log = StepLog.to(file)) {
            log.resumed(1, "");
            log.epoch(result(1, 0.25));
            assertThat(file).hasContent(before);
            log.batch(2, 1, 1, 0.5f);
            log.epoch(result(2, 0.5));
        }
        assertThat(Files.readAllLines(file)).hasSize(4);
    }

    @Test
    void aRunThatWasNotLoggedSoFarIsLoggedFromThere() throws IOException {
        Path file = folder.resolve("new.jsonl");
        try (var log = StepLog.to(file)) {
            log.resumed(41, "");
            log.batch(3, 1, 20, 0.5f);
        }
        assertThat(file).hasContent("{\"step\":42,\"epoch\":3,\"loss\":0.5}");
    }

    @Test
    void whatCannotBeWrittenIsNamed() {
        Path file = folder.resolve("missing").resolve("log.jsonl");
        try (var log = StepLog.to(file)) {
            assertThatThrownBy(() -> log.batch(1, 1, 1, 0))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("cannot write the log " + file + ": ");
        }
    }

    @Test
    void listenersAreToldOneAfterTheOther() {
        var told = new StringBuilder();
        TrainingListener first = epoch -> told.append("first ");
        first.then(epoch -> told.append("second")).epoch(result(1, 0));
        assertThat(told).hasToString("first second");
    }
}
