package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/guide.md and docs/report.md, as they stand there: compiled and run. */
class GuideTest {

    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("public class (\\w+)");

    @TempDir
    private Path folder;

    /** Compiles the program of this name, runs it with the folder as its argument, and gives what it printed. */
    private String run(String name) throws Exception {
        Path source = folder.resolve(name + ".java");
        Files.writeString(source, program(name));
        var messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        messages,
                        messages,
                        "-Xlint:all,-processing,-path",
                        "-Werror",
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString());
        assertThat(status).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        var printed = new ByteArrayOutputStream();
        PrintStream out = System.out;
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {folder.toString()});
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static String program(String name) throws IOException {
        return programs().stream()
                .filter(program -> nameOf(program).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> programs() throws IOException {
        Path docs = Path.of("..", "docs");
        String pages = Files.readString(docs.resolve("guide.md")) + Files.readString(docs.resolve("report.md"));
        return PROGRAM.matcher(pages).results().map(match -> match.group(1)).toList();
    }

    private static String nameOf(String program) {
        var matcher = NAME.matcher(program);
        assertThat(matcher.find()).as(program).isTrue();
        return matcher.group(1);
    }

    @Test
    void lastingGoesOnWhereItWas() throws Exception {
        assertThat(run("Lasting")).contains("epoch 1/5  loss ", "epoch 5/5  loss ");
        assertThat(folder.resolve("run")).isDirectoryContaining("glob:**step-000000000125.safetensors");
        // It is done: nothing is left to learn.
        assertThat(run("Lasting")).isEmpty();
        Files.delete(folder.resolve("run").resolve("step-000000000125.safetensors"));
        assertThat(run("Lasting")).containsOnlyOnce("epoch ").contains("epoch 5/5  loss ");
    }

    @Test
    void seeingItLearn() throws Exception {
        assertThat(run("Rings"))
                .contains(
                        "    rate        loss     gained",
                        "chaotic",
                        "recommended: ",
                        "step 1: the loss of its batch went from ",
                        "example 2, class ",
                        "step 100: the loss of its batch went from ",
                        "the worst answer: example ",
                        "epoch 2/2  loss ");
    }

    @Test
    void aModelInAService() throws Exception {
        assertThat(run("Fruit")).contains("9 g, 2.1 cm: cherry (", "1400 g, 19 cm: melon (", "melons: 50");
    }

    @Test
    void weightsThatOthersHaveTrained() throws Exception {
        assertThat(run("Foreign")).contains("weight: ", "3.0", "4.0");
    }

    @Test
    void theReport() throws Exception {
        assertThat(run("Circles")).contains("epoch 3/3  loss ");
        assertThat(folder.resolve("run.html")).content().contains("inside", "<title>circles</title>");
    }

    @Test
    void smallerAndFaster() throws Exception {
        assertThat(run("Smaller"))
                .startsWith("rings-int8.safetensors: 3 products of int8")
                .contains("accuracy", "times as fast", "in the middle: ring 0");
        assertThat(folder.resolve("rings-int8.safetensors")).isNotEmptyFile();
    }

    /** A program that no test runs would be found here. */
    @Test
    void noneIsForgotten() throws IOException {
        assertThat(programs())
                .extracting(GuideTest::nameOf)
                .containsExactly(
                        "Gates", "Album", "Flats", "Saved", "Fruit", "Foreign", "Lasting", "Rings", "Rhyme", "Curve",
                        "Smaller", "Circles");
    }

    @Test
    void aLayerOfOnesOwn() throws Exception {
        assertThat(run("Gates"))
                .startsWith(String.join(
                        System.lineSeparator(),
                        "content.weight [3, 2]",
                        "content.bias [2]",
                        "gate.weight [3, 2]",
                        "gate.bias [2]",
                        // Two layers of 3 * 2 + 2, and an input of 2 * 3.
                        "gradient check, 22 elements:"));
    }

    @Test
    void picturesFromAFolder() throws Exception {
        for (String name : List.of("train/day", "train/night", "test/day", "test/night")) {
            Path of = Files.createDirectories(folder.resolve(name));
            for (int i = 0; i < 8; i++) {
                var picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
                picture.setRGB(i, i, 0xFFFFFF);
                ImageIO.write(picture, "png", of.resolve(i + ".png").toFile());
            }
        }
        Files.writeString(folder.resolve("train/day/note.txt"), "no picture");
        String printed = run("Album");
        assertThat(printed)
                .contains(
                        "skipped 1 that are no pictures that can be read",
                        "16 pictures of 8 x 8 pixels, 2 classes: day, night",
                        "epoch 2/2  loss ");
    }

    @Test
    void pricesFromATable() throws Exception {
        var rows = new StringBuilder("id,rooms,town,rent\n");
        for (int i = 0; i < 300; i++) {
            // Ulm costs 300 a room, Rom 500; some rows do not say how many rooms, and cost as much as three.
            boolean ulm = i % 2 == 0;
            int rooms = 1 + i % 5;
            boolean gap = i % 50 == 2;
            rows.append(i).append(',').append(gap ? "?" : rooms).append(',').append(ulm ? "Ulm" : "Rom");
            rows.append(',').append((gap ? 3 : rooms) * (ulm ? 300 : 500)).append('\n');
        }
        Files.writeString(folder.resolve("flats.csv"), rows);
        String printed = run("Flats");
        assertThat(printed).contains("epoch 20/20  loss ", "3 rooms in Ulm: ");
        assertThat(Double.parseDouble(printed.strip().replaceFirst("(?s).*3 rooms in Ulm: ", "")))
                .isBetween(800.0, 1000.0);
    }

    @Test
    void aModelThatIsSaved() throws Exception {
        assertThat(run("Saved").lines()).containsExactly("1 xor 0 = 1", "1 xor 1 = 0");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).contains("xor.safetensors");
        }
    }

    @Test
    void aModelThatWrites() throws Exception {
        List<String> lines = run("Rhyme").lines().toList();
        assertThat(lines).hasSize(3);
        // Whatever "row, " is followed by, it is of the text.
        String rhyme = "row, row, row your boat, gently down the stream. ".repeat(3);
        assertThat(rhyme).contains(lines.get(0));
        assertThat(lines.get(0)).hasSize(20);
        assertThat(lines.get(1)).isEqualTo("STOP_TOKEN:  down the stream");
        assertThat(lines.get(2)).isEqualTo("STOP_TOKEN: , gently down the stream");
    }

    @Test
    void aStepThatIsAnyFunction() throws Exception {
        List<String> lines = run("Curve").lines().toList();
        assertThat(lines).hasSize(5);
        double first = Double.parseDouble(lines.get(0).replaceFirst(".*loss ", ""));
        double last = Double.parseDouble(lines.get(3).replaceFirst(".*loss ", ""));
        assertThat(last).isLessThan(first).isLessThan(0.05);
        assertThat(lines.get(4)).isEqualTo("written [64, 1]");
    }
}
