package dev.baton.data.picture;

import static dev.baton.data.picture.PictureFolder.HEIGHT;
import static dev.baton.data.picture.PictureFolder.WIDTH;
import static dev.baton.data.picture.PictureFolder.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Batch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureReaderTest {

    @TempDir
    private Path folder;

    private PictureFolder written;
    private Path pictures;

    @BeforeEach
    void writePictures() throws IOException {
        use(PictureFolder.ofCatsAndDogs(folder.resolve("pictures")));
    }

    private void use(PictureFolder other) {
        written = other;
        pictures = other.root();
    }

    private void write(String name, byte[] content) throws IOException {
        written.write(name, content);
    }

    @Test
    void foldersAreClassesInTheOrderOfTheirNames() {
        Pictures train = PictureReader.ofFolders().read(pictures, "train");
        assertThat(train).hasToString("15 pictures of 4 x 6 pixels, 2 classes: cat, dog");
        assertThat(train.shape()).isEqualTo(Shape.of(3, HEIGHT, WIDTH));
        assertThat(train.name(0)).isEqualTo("train/cat/0.png");
        assertThat(train.label(0)).isZero();
    }

    @Test
    void picturesOnDiskAreTheSameAndLeaveNothingBehind() throws IOException {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        Pictures inMemory = PictureReader.ofFolders().read(pictures, "train");
        Pictures onDisk = PictureReader.ofFolders().onDisk(cache).read(pictures, "train");

        Normalisation normalisation = inMemory.normalisation();
        assertThat(onDisk.normalisation()).isEqualTo(normalisation);
        for (int i = 0; i < inMemory.size(); i++) {
            assertThat(onDisk.examples(normalisation).input(i))
                    .isEqualTo(inMemory.examples(normalisation).input(i));
            assertThat(onDisk.name(i)).isEqualTo(inMemory.name(i));
        }
        assertThat(cache).isEmptyDirectory();
        assertThatThrownBy(() ->
                        PictureReader.ofFolders().onDisk(folder.resolve("none")).read(pictures, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("cannot make a file for decoded pictures in " + folder.resolve("none"));
    }

    /** Every third one is a dog, wherever the data are cut. */
    @Test
    void classesComeInTurn() {
        Pictures train = PictureReader.ofFolders().read(pictures, "train");
        for (int part = 0; part < 5; part++) {
            int dogs = 0;
            for (int i = 3 * part; i < 3 * part + 3; i++) {
                dogs += train.label(i);
            }
            assertThat(dogs).isEqualTo(1);
        }
    }

    @Test
    void labelsFollowTheOrderThatWasAskedFor() {
        Pictures train = PictureReader.of(List.of("dog", "cat")).read(pictures, "train");
        assertThat(train.classes()).containsExactly("dog", "cat");
        assertThat(train.name(0)).startsWith("train/cat");
        assertThat(train.label(0)).isEqualTo(1);
    }

    @Test
    void channelsAreApartAndNormalised() {
        Pictures train =
                PictureReader.of(List.of("cat")).leavingOut(List.of("dog")).read(pictures, "train");
        assertThat(train.size()).isEqualTo(10);
        Normalisation normalisation = train.normalisation();
        assertThat(normalisation.mean()[0]).as("red, everywhere alike").isEqualTo(1);
        assertThat(normalisation.deviation()[0]).isEqualTo(1);
        assertThat(normalisation.mean()[2]).as("blue, 0 to 9").isEqualTo(4.5f / 255);
        assertThat(normalisation.deviation()[2]).isEqualTo((float) (Math.sqrt(8.25) / 255));

        Batch batch = train.examples(normalisation).batched(10).iterator().next();
        assertThat(batch.inputs().shape()).isEqualTo(Shape.of(10, 3, HEIGHT, WIDTH));
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 10; i++) {
            int blue = (i * 3 + 2) * HEIGHT * WIDTH;
            assertThat(batch.inputs().get(blue - 1)).as("red and green").isZero();
            sum += batch.inputs().get(blue);
            squares += batch.inputs().get(blue) * batch.inputs().get(blue);
        }
        assertThat(sum).isBetween(-1e-5, 1e-5);
        assertThat(squares / 10).isBetween(1 - 1e-5, 1 + 1e-5);
    }

    @Test
    void cifarsBinaryFilesAreRead() throws IOException {
        use(new PictureFolder(folder.resolve("cifar")));
        byte[] records = new byte[4 * 3073];
        new Random(1).nextBytes(records);
        for (int record = 0; record < 4; record++) {
            records[record * 3073] = (byte) (record % 2 == 0 ? 3 : 5);
        }
        write("data_batch_1.bin", records);
        write("data_batch_2.bin", records);
        write("test_batch.bin", Arrays.copyOf(records, 3073));
        for (Path path :
                List.of(pictures, written.tar(folder.resolve("cifar-10-binary.tar.gz"), "cifar-10-batches-bin/"))) {
            Pictures train = PictureReader.of(List.of("cat", "dog")).read(path, "train");
            assertThat(train).hasToString("8 pictures of 32 x 32 pixels, 2 classes: cat, dog");
            assertThat(train.name(0)).endsWith("data_batch_1.bin, record 00000");
            float[] values = train.examples(new Normalisation(new float[3], new float[] {1, 1, 1}))
                    .input(0);
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).isEqualTo((records[1 + i] & 0xFF) / 255f);
            }
            assertThat(PictureReader.of(List.of("cat")).read(path, "test").size())
                    .isEqualTo(1);
        }
        write("batches.meta.txt", "a\nb\nc\nmouse\ne\nbear\n\n".getBytes(StandardCharsets.UTF_8));
        assertThat(PictureReader.ofFolders().read(pictures, "train").classes()).containsExactly("bear", "mouse");

        write("data_batch_2.bin", Arrays.copyOf(records, 3000));
        assertThatThrownBy(() -> PictureReader.ofFolders().read(pictures, "train"))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        pictures + ", data_batch_2.bin has 3000 bytes, which is no multiple of the 3073 that a picture "
                                + "and its class take: it is cut short or something else");
        records[3073] = 17;
        write("data_batch_2.bin", records);
        assertThatThrownBy(() -> PictureReader.ofFolders().read(pictures, "train"))
                .isInstanceOf(DataException.class)
                .hasMessage(pictures + ", data_batch_2.bin, record 1 has class 17; there are 6, 0 to 5");
    }

    private String failure(PictureReader reader, Path path, String part) {
        try {
            reader.read(path, part);
        } catch (DataException e) {
            return e.getMessage();
        }
        throw new AssertionError("nothing was wrong");
    }

    private String failure() {
        return failure(PictureReader.of(List.of("cat", "dog")), pictures, "train");
    }

    @Test
    void whatIsNoPictureIsNamed() throws IOException {
        write("train/cat/3.png", "no picture".getBytes(StandardCharsets.UTF_8));
        assertThat(failure())
                .isEqualTo(pictures + ", train/cat/3.png is no picture that can be read: "
                        + "no picture format that is known begins like it");
        write("train/cat/3.png", Arrays.copyOf(picture(HEIGHT, WIDTH, 1), 50));
        assertThat(failure()).startsWith(pictures + ", train/cat/3.png is no picture that can be read: ");
        write("train/cat/3.png", new byte[0]);
        assertThat(failure()).startsWith(pictures + ", train/cat/3.png is no picture that can be read: ");
    }

    @Test
    void aPictureOfAnotherSizeIsNamed() throws IOException {
        write("train/dog/3.png", picture(5, 7, 1));
        assertThat(failure())
                .isEqualTo(pictures + ", train/dog/3.png has 5 x 7 pixels; the first picture has 4 x 6 pixels");
        assertThat(failure(PictureReader.of(List.of("cat", "dog")).ofSize(5, 7), pictures, "train"))
                .isEqualTo(pictures + ", train/cat/0.png has 4 x 6 pixels; expected are 5 x 7 pixels");
    }

    @Test
    void anUnknownClassIsNamed() throws IOException {
        write("train/cow/1.png", picture(HEIGHT, WIDTH, 1));
        assertThat(failure()).isEqualTo(pictures + ", train/cow/1.png: 'cow' is an unknown class; known are cat, dog");
        assertThat(failure(
                        PictureReader.of(List.of("cat", "horse")).leavingOut(List.of("dog", "cow")), pictures, "train"))
                .isEqualTo("there are no pictures of 'horse' in " + pictures
                        + ", train; the classes there are: cat, cow, dog");
    }

    @Test
    void whatLiesInNoClassIsNamed() throws IOException {
        write("train/read.me", new byte[] {1});
        assertThat(failure())
                .isEqualTo(pictures + ", train/read.me lies in no class's folder: train/CLASS/FILE is expected");
        Files.delete(pictures.resolve("train/read.me"));
        write("train/cat/more/1.png", picture(HEIGHT, WIDTH, 1));
        assertThat(failure()).startsWith(pictures + ", train/cat/more/1.png lies in no class's folder");
        Files.delete(pictures.resolve("train/cat/more/1.png"));
        write("train/cat/.hidden", new byte[] {1});
        assertThat(PictureReader.ofFolders().read(pictures, "train").size()).isEqualTo(15);
    }

    @Test
    void whereThereAreTwoPartsOneIsToBeChosen() {
        assertThatThrownBy(() -> PictureReader.ofFolders().read(pictures))
                .isInstanceOf(DataException.class)
                .hasMessage("folders of classes lie in more than one folder of " + pictures
                        + ": test and train; say which of them is to be read");
        assertThat(PictureReader.ofFolders().read(pictures.resolve("train")).classes())
                .containsExactly("cat", "dog");
        assertThat(failure(PictureReader.ofFolders(), pictures, "learn"))
                .isEqualTo("there are no pictures in " + pictures + ", learn");
    }

    @Test
    void whoeverWantsCanSkipThem() throws IOException {
        write("train/cat/3.png", "no picture".getBytes(StandardCharsets.UTF_8));
        write("train/cat/4.png", "no picture".getBytes(StandardCharsets.UTF_8));
        write("train/dog/3.png", picture(5, 7, 1));
        write("train/cow/1.png", picture(HEIGHT, WIDTH, 1));
        write("train/read.me", new byte[] {1});
        var warnings = new ArrayList<String>();
        Pictures train =
                PictureReader.of(List.of("cat", "dog")).skipping(warnings::add).read(pictures, "train");
        assertThat(train.size()).isEqualTo(12);
        assertThat(warnings)
                .containsExactly(
                        "skipped 1 that lie in no class's folder; the first: " + pictures
                                + ", train/read.me lies in no class's folder: train/CLASS/FILE is expected",
                        "skipped 1 that are of an unknown class; the first: " + pictures
                                + ", train/cow/1.png: 'cow' is an unknown class; known are cat, dog",
                        "skipped 2 that are no pictures that can be read; the first: " + pictures
                                + ", train/cat/3.png is no picture that can be read: no picture format that is known "
                                + "begins like it",
                        "skipped 1 that are of another size; the first: " + pictures
                                + ", train/dog/3.png has 5 x 7 pixels; the first picture has 4 x 6 pixels");
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        assertThat(failure(PictureReader.ofFolders(), nowhere, "train")).isEqualTo("there is no " + nowhere);
        Path text = Files.writeString(folder.resolve("some.txt"), "text");
        assertThat(failure(PictureReader.ofFolders(), text, "train"))
                .isEqualTo(text + " is neither a folder nor a tar (.tar, .tar.gz or .tgz)");
        assertThatThrownBy(() -> PictureReader.of(List.of("cat", "cat")))
                .isInstanceOf(DataException.class)
                .hasMessage("at least one class, and each once, not [cat, cat]");
    }

    @Test
    void whatIsAskedForByNameIsReadEvenIfItIsLeftOut() {
        var reader = PictureReader.of(List.of("cat", "dog")).leavingOut(List.of("dog"));
        assertThat(reader.read(pictures, "train")).hasToString("15 pictures of 4 x 6 pixels, 2 classes: cat, dog");
    }

    @Test
    void linksAreFollowed() throws IOException {
        Path root = Files.createSymbolicLink(folder.resolve("linked"), pictures);
        assertThat(PictureReader.ofFolders().read(root, "train").size()).isEqualTo(15);
        Files.createSymbolicLink(pictures.resolve("train/puppy"), pictures.resolve("train/dog"));
        assertThat(PictureReader.ofFolders().read(pictures, "train"))
                .hasToString("20 pictures of 4 x 6 pixels, 3 classes: cat, dog, puppy");
        Files.createSymbolicLink(pictures.resolve("train/dog/again"), pictures);
        assertThat(failure()).startsWith("cannot read " + pictures + ": FileSystemLoop, ");
    }

    @Test
    void foldersWhoseNameBeginsWithAPointAreLeftAlone() throws IOException {
        write("train/.thumbnails/1.png", new byte[] {1});
        write(".git/train/cat/1.png", new byte[] {1});
        assertThat(PictureReader.ofFolders().read(pictures, "train"))
                .hasToString("15 pictures of 4 x 6 pixels, 2 classes: cat, dog");
    }

    @Test
    void aPartIsOneFolder() {
        for (String part : List.of("", "pictures/train", "pictures\\train")) {
            assertThat(failure(PictureReader.ofFolders(), folder, part))
                    .isEqualTo("a part is the name of one folder, not '" + part
                            + "': name it alone, or read that folder itself");
        }
    }

    @Test
    void whereAllOfAClassIsSkippedTheWarningsAreHeard() throws IOException {
        for (int i = 0; i < 5; i++) {
            write("train/dog/" + i + ".png", picture(5, 7, 1));
        }
        var warnings = new ArrayList<String>();
        assertThat(failure(PictureReader.ofFolders().skipping(warnings::add), pictures, "train"))
                .isEqualTo("none of the 5 pictures of 'dog' in " + pictures + ", train can be used");
        assertThat(warnings)
                .containsExactly("skipped 5 that are of another size; the first: " + pictures
                        + ", train/dog/0.png has 5 x 7 pixels; the first picture has 4 x 6 pixels");
    }

    @Test
    void withoutAPartTheFoldersOfClassesLieTogether() throws IOException {
        use(new PictureFolder(folder.resolve("flat")));
        write("cat/1.png", picture(HEIGHT, WIDTH, 1));
        assertThat(PictureReader.ofFolders().read(pictures).classes()).containsExactly("cat");
        write("cat/old/1.png", picture(HEIGHT, WIDTH, 1));
        assertThatThrownBy(() -> PictureReader.ofFolders().read(pictures))
                .isInstanceOf(DataException.class)
                .hasMessage("folders of classes lie in more than one folder of " + pictures + ": " + pictures
                        + " itself and cat; say which of them is to be read");
    }

    @Test
    void besideCifarsFilesOthersAreLeftAlone() throws IOException {
        Path data = folder.resolve("data");
        use(new PictureFolder(data.resolve("cifar-10-batches-bin")));
        write("data_batch_1.bin", new byte[3073]);
        write("readme.html", new byte[] {1});
        assertThat(PictureReader.ofFolders().read(pictures))
                .hasToString("1 pictures of 32 x 32 pixels, 1 classes: airplane");
        assertThat(PictureReader.ofFolders().read(data, "train").size()).isEqualTo(1);
        write("test_batch.bin", new byte[3073]);
        assertThatThrownBy(() -> PictureReader.ofFolders().read(pictures))
                .isInstanceOf(DataException.class)
                .hasMessage("CIFAR-10's files in " + pictures
                        + " are those of test and train; say which of them is to be " + "read");
    }

    @Test
    void picturesAndChannelsThatAreNotThereAreNamed() {
        Pictures train = PictureReader.ofFolders().read(pictures, "train");
        for (int picture : new int[] {-1, 15}) {
            String message = "there is no picture " + picture + ": there are 15, from 0";
            assertThatThrownBy(() -> train.name(picture))
                    .isInstanceOf(DataException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> train.label(picture))
                    .isInstanceOf(DataException.class)
                    .hasMessage(message);
        }
        var ofTwo = new Normalisation(new float[2], new float[] {1, 1});
        assertThatThrownBy(() -> train.examples(ofTwo))
                .isInstanceOf(DataException.class)
                .hasMessage("the normalisation is one of 2 channels, but pictures have 3");
    }
}
