package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewOptionsTest extends ExampleTest {

    @TempDir
    private Path folder;

    @Test
    void aRunSaysWhereItIsToBeSeen() {
        assertThat(run("digits", "--backend", "reference", "--epochs", "1", "--limit", "100", "--live"))
                .isZero();
        assertThat(err.toString()).containsPattern("live view: http://127\\.0\\.0\\.1:\\d+/");
    }

    @Test
    void saysWhatIsWrongWithAPort() {
        assertThat(run("digits", "--live", "70000")).isEqualTo(2);
        assertThat(err.toString())
                .contains("Invalid value for option '--live': PORT or HOST:PORT, a port from 0 to 65535, not '70000'");
    }

    @Test
    void wrongAnswersAreDrawnInTheTerminalToo() {
        assertThat(run("digits", "--backend", "reference", "--epochs", "1", "--limit", "100", "--marked"))
                .isZero();
        assertThat(out.toString()).containsPattern("answer \\d, right is \\d   +answer \\d, right is \\d");
    }

    @Test
    void markedAnswersAreNotForPrograms() {
        assertThat(run("digits", "--marked", "--json")).isEqualTo(2);
        assertThat(err.toString()).contains("--marked prints text for people: leave it out, or --json");
    }

    @Test
    void whatARunCosts_isSaidBeforeIt_afterIt_andInTheReport() {
        Path file = folder.resolve("run.html");

        assertThat(run(
                        "digits",
                        "--backend",
                        "reference",
                        "--epochs",
                        "2",
                        "--limit",
                        "300",
                        "--bill",
                        "--report",
                        file.toString()))
                .isZero();
        // 270 pictures in batches of 64, twice.
        assertThat(out.toString())
                .contains("training: 10 steps, 540 examples")
                .containsPattern("predicted +measured +error")
                .containsPattern("steps +10 +10");
        assertThat(file).content().containsPattern("predicted +measured +error");
    }

    @Test
    void whatARunCosts_forPrograms() {
        assertThat(run("digits", "--backend", "reference", "--epochs", "1", "--limit", "300", "--bill", "--json"))
                .isZero();
        assertThat(out.toString())
                .containsPattern("\"event\":\"estimate\",\"parameters\":85002,")
                .containsPattern("\"event\":\"bill\",\"steps\":5,\"seconds\":[0-9.E-]+,\"joules\":");
    }

    @Test
    void saysThatAPortIsTaken() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(other.getLocalPort());

            assertThat(run("digits", "--backend", "reference", "--epochs", "1", "--limit", "100", "--live", port))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("the live view cannot be shown at localhost, port " + port);
        }
    }

    @Test
    void saysWhereNoReportCanBe() {
        String file = folder.resolve("missing").resolve("run.html").toString();

        assertThat(run("digits", "--backend", "reference", "--epochs", "1", "--limit", "100", "--report", file))
                .isEqualTo(1);
        assertThat(err.toString()).contains("cannot write the report " + file + ": there is no folder");
    }

    @Test
    void loopsThatAreWrittenByHandAreShownToo() {
        Path file = folder.resolve("melody.html");
        Path log = folder.resolve("melody.jsonl");

        assertThat(run(
                        "melody",
                        "--backend",
                        "cpu",
                        "--epochs",
                        "2",
                        "--limit",
                        "64",
                        "--marked",
                        "--bill",
                        "--report",
                        file.toString(),
                        "--log",
                        log.toString()))
                .as(err.toString())
                .isZero();
        // 64 tunes in batches of 32, twice; of the four steps the second and the fourth are examined.
        assertThat(out.toString()).contains("training: 4 steps, 128 examples").containsPattern("answer ([A-Ga-g]'? )+");
        assertThat(file)
                .content()
                .contains("\"steps\":[2,4]", "\"memory\"", "LSTM", "accuracy")
                .containsPattern("predicted +measured +error");
        assertThat(log).content().containsPattern("\"step\":4");
    }

    @Test
    void theForgersRunIsShown() {
        Path file = folder.resolve("forge.html");

        assertThat(run("forge", "--backend", "cpu", "--steps", "5", "--limit", "320", "--report", file.toString()))
                .as(err.toString())
                .isZero();
        assertThat(file).content().contains("forger.ink.0", "genuine known", "forged caught", "\"steps\":[2,4]");
    }

    @Test
    void whereNothingIsRightOrWrong_nothingIsMarked() {
        assertThat(run("forge", "--marked")).isEqualTo(2);
        assertThat(err.toString()).contains("--marked: there is no right answer here");
    }

    @Test
    void pricesAreInDollars() throws Exception {
        Path file = folder.resolve("prices.html");

        assertThat(run(
                        "prices",
                        "--backend",
                        "reference",
                        "--epochs",
                        "1",
                        "--limit",
                        "40",
                        "--report",
                        file.toString()))
                .isZero();
        assertThat(file).content().contains("dollars", "body-style");
    }
}
