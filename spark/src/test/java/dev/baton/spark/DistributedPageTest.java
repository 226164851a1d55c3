package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/distributed.md, as it stands there: compiled, and run in a process of its own. */
class DistributedPageTest {

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
                DistributedPage.digits().toString(),
                folder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    @Test
    void theProgramLearnsAndAnswers() throws Exception {
        DistributedPage.compile(folder);
        String printed = run();
        assertThat(printed)
                .contains("worker ", " (executor driver), cpu: ", "epoch 20/20  loss ", "40 steps, each ", "right: ");
        assertThat(DistributedPage.share(printed)).isGreaterThan(0.94);
        assertThat(folder.resolve("run")).isDirectoryContaining("glob:**step-000000000040.safetensors");
    }
}
