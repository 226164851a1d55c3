package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that train and are killed at moments that nobody chose. How often, {@code -Dkills=50} says; few times
 * unless it does.
 */
class KilledTest {

    private static final int KILLS = Integer.getInteger("kills", 4);
    private static final Pattern WEIGHTS = Pattern.compile("weights: (sha256 [0-9a-f]{64})");

    @TempDir
    private Path folder;

    private void writePictures() throws IOException {
        var random = new Random(1);
        for (String part : new String[] {"train", "test"}) {
            for (String label : new String[] {"bird", "cat", "dog"}) {
                Path of = Files.createDirectories(folder.resolve(part).resolve(label));
                for (int i = 0; i < (part.equals("train") ? 60 : 2); i++) {
                    var picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                    for (int pixel = 0; pixel < 32 * 32; pixel++) {
                        picture.setRGB(pixel % 32, pixel / 32, random.nextInt(1 << 24));
                    }
                    ImageIO.write(picture, "png", of.resolve(i + ".png").toFile());
                }
            }
        }
    }

    private Process start(Path output, String... more) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "pets",
                "--data",
                folder.toString(),
                "--epochs",
                "16"));
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static String weights(Path output) throws IOException {
        String text = Files.readString(output);
        Matcher found = WEIGHTS.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }

    @Test
    void aKilledRunGoesOnToTheSameWeights() throws Exception {
        writePictures();
        Path output = folder.resolve("output.txt");
        long began = System.nanoTime();
        assertThat(start(output).waitFor()).as(Files.readString(output)).isZero();
        long milliseconds = (System.nanoTime() - began) / 1_000_000;
        String undisturbed = weights(output);

        var random = new Random();
        Path checkpoints = folder.resolve("run");
        int killed = 0;
        int done = 0;
        while (killed < KILLS) {
            Process process =
                    start(output, "--checkpoint", checkpoints.toString(), "--checkpoint-steps", "1", "--resume");
            // Sometimes before it has begun, mostly while it learns and saves.
            if (process.waitFor(random.nextLong(milliseconds), TimeUnit.MILLISECONDS)) {
                assertThat(process.exitValue()).as(Files.readString(output)).isZero();
                assertThat(weights(output)).isEqualTo(undisturbed);
                delete(checkpoints);
                done++;
            } else {
                process.destroyForcibly().waitFor();
                killed++;
            }
        }
        assertThat(start(output, "--checkpoint", checkpoints.toString(), "--resume")
                        .waitFor())
                .as(Files.readString(output))
                .isZero();
        assertThat(weights(output)).as("after %d runs", done).isEqualTo(undisturbed);
    }

    @Test
    void aStoppedRunSavesAndSaysHowToGoOn() throws Exception {
        writePictures();
        Path output = folder.resolve("output.txt");
        assertThat(start(output).waitFor()).as(Files.readString(output)).isZero();
        String undisturbed = weights(output);
        Path checkpoints = folder.resolve("run");
        Process process = start(output, "--checkpoint", checkpoints.toString());
        while (process.isAlive() && !Files.readString(output).contains("epoch 1/16")) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        // Another signal than Ctrl-C, which processes in the background may not get, and the same way out.
        process.destroy();
        process.waitFor();
        assertThat(Files.readString(output))
                .contains("stopped, and saved in " + checkpoints + "; to go on: the same command with --resume");
        assertThat(start(output, "--checkpoint", checkpoints.toString(), "--resume")
                        .waitFor())
                .as(Files.readString(output))
                .isZero();
        assertThat(Files.readString(output)).contains("goes on after step ");
        assertThat(weights(output)).isEqualTo(undisturbed);
    }

    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
    }
}
