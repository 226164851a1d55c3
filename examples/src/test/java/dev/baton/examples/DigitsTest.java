package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void learnsAndSaysSo() {
        assertThat(run("digits", "--backend", "reference", "--epochs", "5", "--limit", "1000")).isZero();
        assertThat(out.toString()).contains("epoch 5/5  loss").contains("right is").containsPattern("weights: sha256 [0-9a-f]{64}");
        var accuracy = java.util.regex.Pattern.compile("test accuracy: (0\\.\\d{4})").matcher(out.toString());
        assertThat(accuracy.find()).isTrue();
        assertThat(Double.parseDouble(accuracy.group(1))).isGreaterThan(0.85);
    }

    @Test
    void badDataIsNamed(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("optdigits.tra"), "0,".repeat(63) + "17,3\n");
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString().strip()).endsWith("optdigits.tra, line 1, field 64: '17' is no whole number from 0 to 16");
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("cannot read " + folder.resolve("optdigits.tra"));
    }

    @Test
    void wrongUsageIsStatusTwo() {
        assertThat(run("digits", "--epochs", "many")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("digits", "--backend", "nonsense")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no backend named 'nonsense'");
    }
}
