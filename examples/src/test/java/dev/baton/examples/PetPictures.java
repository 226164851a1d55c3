package dev.baton.examples;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures that a network soon tells apart: birds are mostly blue, cats red and dogs green. */
final class PetPictures {

    private PetPictures() {}

    /** A folder for each part and class: 40 pictures of each to learn from, and 10 to be asked about. */
    static void write(Path folder) throws IOException {
        String[] classes = {"bird", "cat", "dog"};
        var random = new Random(1);
        for (String part : new String[] {"train", "test"}) {
            for (int label = 0; label < 3; label++) {
                Path of = Files.createDirectories(folder.resolve(part).resolve(classes[label]));
                for (int i = 0; i < (part.equals("train") ? 40 : 10); i++) {
                    var picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                    for (int pixel = 0; pixel < 32 * 32; pixel++) {
                        int colour = random.nextInt(1 << 24) & 0x7F7F7F | 0x80 << 8 * label;
                        picture.setRGB(pixel % 32, pixel / 32, colour);
                    }
                    ImageIO.write(picture, "png", of.resolve(i + ".png").toFile());
                }
            }
        }
    }
}
