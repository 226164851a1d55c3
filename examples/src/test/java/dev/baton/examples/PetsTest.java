package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PetsTest extends ExampleTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writePictures() throws IOException {
        PetPictures.write(folder);
    }

    @Test
    void learnsAndSaysSo() {
        assertThat(run("pets", "--data", folder.toString(), "--epochs", "12", "--threads", "2"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("120 pictures of 32 x 32 pixels, 3 classes: bird, cat, dog", "epoch 12/12  loss ")
                .containsPattern("\nclass  bird  cat  dog  precision  recall +F1\n")
                .containsPattern("\ncat +\\d+ +\\d+ +\\d+ +[01]\\.\\d{4} +[01]\\.\\d{4}  [01]\\.\\d{4}\n");
        assertThat(Double.parseDouble(found("test accuracy: ([01]\\.\\d{4})"))).isGreaterThan(0.9);
        String two = found("weights: (sha256 [0-9a-f]{64})");
        assertThat(run("pets", "--data", folder.toString(), "--epochs", "12", "--threads", "3"))
                .isZero();
        assertThat(found("weights: (sha256 .*)")).isEqualTo(two);
    }

    @Test
    void jsonLinesAreForPrograms() throws Exception {
        assertThat(run("pets", "--data", folder.toString(), "--steps", "1", "--limit", "20", "--json"))
                .isZero();
        String[] lines = out.toString().split("\\R");
        assertThat(lines).hasSize(3);
        assertThat(new ObjectMapper().readTree(lines[0]).get("pictures").asLong())
                .isEqualTo(120);
        assertThat(new ObjectMapper().readTree(lines[2]).get("testAccuracy").asDouble())
                .isBetween(0.0, 1.0);
    }

    @Test
    void withoutDataItSaysWhereThereAreSome() {
        assertThat(run("pets")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("pets needs pictures: --data PATH")
                .contains("https://www.cs.toronto.edu/~kriz/cifar.html");
    }

    @Test
    void filesThatCannotBeUsedAreNamedOrSkipped() throws IOException {
        Path broken = Files.writeString(folder.resolve("train/cat/broken.jpg"), "no picture");
        Files.createDirectories(folder.resolve("train/cow"));
        Files.copy(folder.resolve("train/cat/1.png"), folder.resolve("train/cow/1.png"));
        assertThat(run("pets", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        folder + ", train/cow/1.png: 'cow' is an unknown class; known are bird, cat, dog");
        assertThat(run("pets", "--data", folder.toString(), "--skip-broken", "--steps", "1", "--limit", "20"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "warning: skipped 1 that are of an unknown class; the first: " + folder + ", train/cow/1.png",
                        "warning: skipped 1 that are no pictures that can be read; the first: " + folder
                                + ", train/cat/" + broken.getFileName());
        assertThat(run("pets", "--data", folder.toString(), "--classes", "cat,horse"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("'cow' is an unknown class; known are cat, horse");
    }

    @Test
    void theTenClassesTakeAResNet() throws IOException {
        for (String name : new String[] {"airplane", "automobile", "deer", "frog", "horse", "ship", "truck"}) {
            for (String part : new String[] {"train", "test"}) {
                Path of = Files.createDirectories(folder.resolve(part).resolve(name));
                Files.copy(folder.resolve(part).resolve("cat/1.png"), of.resolve("1.png"));
            }
        }
        assertThat(run("pets", "--data", folder.toString(), "--classes", "all", "--steps", "1", "--limit", "8"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("127 pictures of 32 x 32 pixels, 10 classes", "layer3.2.conv2: Conv2d(64 -> 64");
    }

    /** Classes of CIFAR-10 that were not asked for may be there. */
    @Test
    void classesAreChosen() {
        assertThat(run("pets", "--data", folder.toString(), "--classes", "all")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("there are no pictures of 'airplane' in " + folder
                        + ", train; the classes there are: bird, cat, dog");
        assertThat(run("pets", "--data", folder.toString(), "--classes", "cat, dog", "--steps", "1", "--limit", "8"))
                .isZero();
        assertThat(out.toString()).contains("80 pictures of 32 x 32 pixels, 2 classes: cat, dog");
    }
}
