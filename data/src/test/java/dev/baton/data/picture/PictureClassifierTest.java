package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureClassifierTest {

    private static final Normalisation HALVES =
            new Normalisation(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.25f, 0.125f});

    @TempDir
    private Path folder;

    /** Logits are the means of the three channels. */
    private Path saved(Map<String, String> texts) {
        Path file = folder.resolve("colours.safetensors");
        var model = Sequential.of(new GlobalAveragePool(), new Linear(3, 3));
        Shape example = Shape.of(3, 4, 6);
        try (var session = Session.open("reference", 1)) {
            session.addVariables(ForwardGraph.of(model, DType.FLOAT32, example));
            session.set("1.weight", NDArray.of(Shape.of(3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1f));
            session.set("1.bias", NDArray.of(Shape.of(3), 0, 0, 0f));
            ModelInfo info = ModelInfo.of().labels("red", "green", "blue").texts(texts);
            ModelFile.save(session, model, DType.FLOAT32, example, file, info);
        }
        return file;
    }

    private static BufferedImage picture(int height, int width, int colour) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, colour);
            }
        }
        return image;
    }

    @Test
    void aPictureOfAnySizeIsNamed() throws IOException {
        var encoder = new PictureEncoder(Shape.of(3, 4, 6), HALVES);
        Path blue = Files.write(folder.resolve("blue.png"), PictureFolder.picture(40, 30, 0x0000FF));
        try (var classifier = PictureClassifier.load(saved(encoder.texts()), "reference")) {
            assertThat(classifier.encoder()).isEqualTo(encoder);
            assertThat(classifier.answer(blue).label()).isEqualTo("blue");
            assertThat(classifier.answer(picture(4, 6, 0xFF0000)).label()).isEqualTo("red");
            assertThat(classifier.answer(picture(3, 100, 0x00FF00)).label()).isEqualTo("green");
            // Shown (1, -2, -4).
            double sum = Math.exp(1) + Math.exp(-2) + Math.exp(-4);
            assertThat(classifier.answer(picture(9, 9, 0xFF0000)).probability())
                    .isCloseTo(Math.exp(1) / sum, within(1e-6));
        }
    }

    @Test
    void whatIsShownIsWhatAModelLearnsFrom() throws IOException {
        PictureFolder.ofCatsAndDogs(folder);
        Pictures pictures = PictureReader.ofFolders().read(folder, "train");
        Normalisation normalisation = pictures.normalisation();
        var examples = pictures.examples(normalisation);
        var encoder = PictureEncoder.of(pictures, normalisation);
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(encoder.input(folder.resolve(pictures.name(i)))).isEqualTo(examples.input(i));
        }
    }

    @Test
    void greyIsWhatAnEyeSeesOfTheColours() {
        var encoder = new PictureEncoder(Shape.of(1, 2, 2), new Normalisation(new float[1], new float[] {1}));
        // 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2
        assertThat(encoder.input(picture(5, 5, 0xC86432)))
                .containsExactly(124 / 255f, 124 / 255f, 124 / 255f, 124 / 255f);
    }

    @Test
    void whatIsNoPictureIsNamed() throws IOException {
        var encoder = new PictureEncoder(Shape.of(3, 4, 6), HALVES);
        Path text = Files.writeString(folder.resolve("text.jpg"), "no picture");
        assertThatThrownBy(() -> encoder.input(text))
                .isInstanceOf(DataException.class)
                .hasMessage(text + " is no picture that can be read: no picture format that is known begins like it");
        Path none = folder.resolve("none.jpg");
        assertThatThrownBy(() -> encoder.input(none))
                .isInstanceOf(DataException.class)
                .hasMessage("cannot read " + none + ": there is no such file");
        byte[] whole = PictureFolder.picture(40, 30, 0x0000FF);
        Path half = Files.write(folder.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> encoder.input(half))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(half + " is no picture that can be read: ");
    }

    @Test
    void encodersThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new PictureEncoder(Shape.of(2, 4, 6), HALVES))
                .isInstanceOf(DataException.class)
                .hasMessage("pictures are [3, H, W] or [1, H, W], not [2, 4, 6]");
        assertThatThrownBy(() -> new PictureEncoder(Shape.of(1, 4, 6), HALVES))
                .isInstanceOf(DataException.class)
                .hasMessage("the normalisation is one of 3 channels, but pictures have 1");
        assertThatThrownBy(() -> new PictureEncoder(Shape.of(4, 6), HALVES)).isInstanceOf(ShapeException.class);
        Path other = saved(new PictureEncoder(Shape.of(3, 6, 4), HALVES).texts());
        assertThatThrownBy(() -> PictureClassifier.load(other, "reference"))
                .isInstanceOf(DataException.class)
                .hasMessage(other + ": its model is shown [3, 4, 6], its encoder of pictures makes [3, 6, 4]");
        Path without = saved(Map.of());
        assertThatThrownBy(() -> PictureClassifier.load(without, "reference"))
                .isInstanceOf(DataException.class)
                .hasMessage(without + " holds a model without an encoder of pictures");
        for (String damaged : new String[] {"", "3 4", "3 4 6 1 1", "3 4 x 0 0 0 1 1 1", "3 4 6 0 0 0 1 1 0"}) {
            Path file = saved(Map.of("picture", damaged));
            assertThatThrownBy(() -> PictureEncoder.load(file))
                    .as(damaged)
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(file + ": its encoder of pictures is damaged: ");
        }
    }
}
