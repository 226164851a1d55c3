package dev.baton.data.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A folder of small pictures for tests, and tars of it. */
record PictureFolder(Path root) {

    static final int HEIGHT = 4;
    static final int WIDTH = 6;

    /** GNU tar fills its files up to so many bytes. */
    private static final int RECORD = 10240;

    /** Ten cats and five dogs to learn from, of one colour each, and one of both to test. */
    static PictureFolder ofCatsAndDogs(Path root) throws IOException {
        var folder = new PictureFolder(root);
        for (int i = 0; i < 10; i++) {
            folder.write("train/cat/" + i + ".png", picture(HEIGHT, WIDTH, 0xFF0000 + i));
        }
        for (int i = 0; i < 5; i++) {
            folder.write("train/dog/" + i + ".png", picture(HEIGHT, WIDTH, 0x0000FF));
        }
        folder.write("test/cat/0.png", picture(HEIGHT, WIDTH, 0xFFFFFF));
        folder.write("test/dog/0.png", picture(HEIGHT, WIDTH, 0x000000));
        return folder;
    }

    /** A PNG of one colour. */
    static byte[] picture(int height, int width, int colour) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, colour);
            }
        }
        return encoded(image, "png");
    }

    static byte[] encoded(BufferedImage image, String format) throws IOException {
        var bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, bytes)) {
            throw new IOException("nothing writes " + format);
        }
        return bytes.toByteArray();
    }

    void write(String name, byte[] content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /**
     * Packs all of it.
     *
     * @param prefix what the names begin with
     */
    Path tar(Path tar, String prefix) throws IOException {
        try (OutputStream file = Files.newOutputStream(tar);
                OutputStream bytes = tar.toString().endsWith("gz") ? new GZIPOutputStream(file) : file;
                var archive = new TarArchiveOutputStream(bytes, RECORD);
                var walk = Files.walk(root)) {
            for (Path path : walk.filter(Files::isRegularFile).sorted().toList()) {
                String name = prefix + root.relativize(path).toString().replace('\\', '/');
                archive.putArchiveEntry(archive.createArchiveEntry(path, name));
                Files.copy(path, archive);
                archive.closeArchiveEntry();
            }
        }
        return tar;
    }
}
