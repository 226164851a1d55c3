package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tars of pictures: what they hold, and what is wrong with them. */
class PictureTarTest {

    private static final int BLOCK = 512;

    @TempDir
    private Path folder;

    private PictureFolder pictures;

    @BeforeEach
    void writePictures() throws IOException {
        pictures = PictureFolder.ofCatsAndDogs(folder.resolve("pictures"));
    }

    private static void assertFails(Path tar, String start) {
        assertThatThrownBy(() -> PictureReader.ofFolders().read(tar, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(tar + start);
    }

    @ParameterizedTest
    @CsvSource({"set.tar,set/,set/", "set.tar.gz,set/,set/", "set.tgz,'',''", "set.tar,./,''"})
    void aTarHoldsWhatItsFolderHolds(String name, String prefix, String prefixOfNames) throws IOException {
        Pictures fromFolder = PictureReader.ofFolders().read(pictures.root(), "train");
        Pictures fromTar = PictureReader.ofFolders().read(pictures.tar(folder.resolve(name), prefix), "train");
        assertThat(fromTar).hasToString(fromFolder.toString());
        for (int i = 0; i < fromFolder.size(); i++) {
            assertThat(fromTar.name(i)).isEqualTo(prefixOfNames + fromFolder.name(i));
            assertThat(fromTar.label(i)).isEqualTo(fromFolder.label(i));
        }
        Normalisation normalisation = fromFolder.normalisation();
        assertThat(fromTar.normalisation()).isEqualTo(normalisation);
        assertThat(fromTar.examples(normalisation).input(7))
                .isEqualTo(fromFolder.examples(normalisation).input(7));
    }

    /** Wherever it is cut, between files or within one. */
    @Test
    void oneThatIsCutShortIsNamed() throws IOException {
        Path tar = pictures.tar(folder.resolve("set.tar"), "");
        byte[] whole = Files.readAllBytes(tar);
        long entries = 0;
        try (Stream<Path> files = Files.walk(pictures.root())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entries += BLOCK + (Files.size(file) + BLOCK - 1) / BLOCK * BLOCK;
            }
        }
        // Two blocks of zeros are the end; what follows is padding.
        for (int length = 0; length < entries + 2 * BLOCK; length += BLOCK) {
            Path cut = Files.write(folder.resolve("cut.tar"), Arrays.copyOf(whole, length));
            assertFails(cut, " is no tar, or is ");
        }
        byte[] compressed = Files.readAllBytes(pictures.tar(folder.resolve("set.tar.gz"), ""));
        for (int length = 0; length < compressed.length; length += 97) {
            Path cut = Files.write(folder.resolve("cut.tar.gz"), Arrays.copyOf(compressed, length));
            assertFails(cut, " is no tar, or is ");
        }
    }

    @Test
    void oneThatIsDamagedIsNamed() throws IOException {
        Path tar = pictures.tar(folder.resolve("set.tar"), "");
        byte[] bytes = Files.readAllBytes(tar);
        bytes[100] ^= 0x55;
        Files.write(tar, bytes);
        assertFails(tar, " is no tar, or is damaged");
    }

    /** Records of CIFAR-10 have no checksum of their own, and its tar ends in padding that need not be read. */
    @Test
    void aPixelThatChangedInACompressedTarIsNoticed() throws IOException {
        var records = new byte[3 * 3073];
        new Random(1).nextBytes(records);
        records[0] = records[3073] = records[2 * 3073] = 3;
        var cifar = new PictureFolder(folder.resolve("cifar"));
        cifar.write("data_batch_1.bin", records);
        Path tar = cifar.tar(folder.resolve("cifar.tar.gz"), "");
        assertThat(PictureReader.ofFolders().read(tar, "train").size()).isEqualTo(3);
        byte[] whole = Files.readAllBytes(tar);
        // Random bytes are stored as they are: find one that can be another without gzip itself failing.
        int changed = whole.length / 2;
        whole[changed] ^= 1;
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(whole))) {
            assertThat(stream.readNBytes(BLOCK + records.length)).hasSize(BLOCK + records.length);
        }
        Files.write(tar, whole);
        assertFails(tar, " is no tar, or is damaged or cut short, at or after data_batch_1.bin");
    }

    @Test
    void aLinkIsNamed() throws IOException {
        Path tar = folder.resolve("links.tar");
        try (var archive = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
            var link = new TarArchiveEntry("train/cat/link.png", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("elsewhere");
            archive.putArchiveEntry(link);
            archive.closeArchiveEntry();
        }
        assertFails(tar, ", train/cat/link.png is a link, and links are not followed");
    }
}
