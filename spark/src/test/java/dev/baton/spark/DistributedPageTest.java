package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/distributed.md, as it stands there: compiled, and run in a process of its own. */
class DistributedPageTest {

    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private String run() throws Exception {
        Path output = folder.resolve("output");
        var command = new ArrayList<>(StandaloneCluster.java());
        command.addAll(List.of(
                "-Dspark.master=local[3]",
                "-Dspark.ui.enabled=false",
                "-Dspark.sql.warehouse.dir=" + folder.resolve("warehouse").toUri(),
                "-cp",
                folder + File.pathSeparator + System.getProperty("java.class.path"),
                "DigitsOnSpark",
                Path.of(OpticalDigits.class
                                .getResource("/dev/baton/examples/optdigits")
                                .toURI())
                        .toString(),
                folder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    private void compile() throws IOException {
        Matcher programs = PROGRAM.matcher(Files.readString(Path.of("..", "docs", "distributed.md")));
        assertThat(programs.find()).isTrue();
        Path source = folder.resolve("DigitsOnSpark.java");
        Files.writeString(source, programs.group(1));
        assertThat(programs.find()).as("more than one program").isFalse();
        var messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, messages, messages, "-cp", System.getProperty("java.class.path"), source.toString());
        assertThat(status).as(messages.toString(StandardCharsets.UTF_8)).isZero();
    }

    @Test
    void theProgramLearnsAndAnswers() throws Exception {
        compile();
        String printed = run();
        assertThat(printed)
                .contains("worker ", " (executor driver), cpu: ", "epoch 20/20  loss ", "40 steps, each ", "right: ");
        Matcher right = Pattern.compile("right: (\\d+) of 1797").matcher(printed);
        assertThat(right.find()).isTrue();
        assertThat(Integer.parseInt(right.group(1))).isGreaterThan(1797 * 94 / 100);
        assertThat(folder.resolve("run")).isDirectoryContaining("glob:**step-000000000040.safetensors");
    }
}
