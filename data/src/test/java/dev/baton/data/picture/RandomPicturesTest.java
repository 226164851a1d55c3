package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.data.Augmentation;
import java.util.HashMap;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomPicturesTest {

    private static final Shape SHAPE = Shape.of(2, 3, 4);

    /** Values 1 to 24. */
    private static float[] picture() {
        var picture = new float[24];
        for (int i = 0; i < picture.length; i++) {
            picture[i] = i + 1;
        }
        return picture;
    }

    private static float[] apply(Augmentation augmentation, long seed) {
        var changed = new float[24];
        augmentation.apply(picture(), changed, new SplittableRandom(seed));
        return changed;
    }

    @Test
    void halfOfThePicturesAreTurnedOver() {
        int turned = 0;
        for (int seed = 0; seed < 1000; seed++) {
            float[] changed = apply(new RandomFlip(SHAPE), seed);
            if (changed[0] == 4) {
                turned++;
                for (int i = 0; i < 24; i++) {
                    assertThat(changed[i]).isEqualTo(i / 4 * 4 + 4 - i % 4);
                }
            } else {
                assertThat(changed).isEqualTo(picture());
            }
        }
        assertThat(turned).isBetween(420, 580);
    }

    /** What is cut is a window of the picture with a border of zeros: all 25 of them, each as often. */
    @Test
    void cropsAreWindowsOfAPaddedPicture() {
        var seen = new HashMap<String, Integer>();
        for (int seed = 0; seed < 2500; seed++) {
            float[] changed = apply(new RandomCrop(SHAPE, 2), seed);
            String text = IntStream.range(0, 24)
                    .mapToObj(i -> Integer.toString((int) changed[i]))
                    .collect(Collectors.joining(" "));
            seen.merge(text, 1, Integer::sum);
        }
        assertThat(seen).hasSize(25);
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isBetween(50, 150));
        for (int down = -2; down <= 2; down++) {
            for (int right = -2; right <= 2; right++) {
                var window = new StringBuilder();
                for (int i = 0; i < 24; i++) {
                    int row = i / 4 % 3 - down;
                    int column = i % 4 - right;
                    boolean inside = row >= 0 && row < 3 && column >= 0 && column < 4;
                    window.append(inside ? i / 12 * 12 + row * 4 + column + 1 : 0)
                            .append(' ');
                }
                assertThat(seen).containsKey(window.toString().trim());
            }
        }
    }

    @Test
    void oneAfterTheOther() {
        Augmentation more = (from, to, random) -> {
            for (int i = 0; i < from.length; i++) {
                to[i] = from[i] + 100;
            }
        };
        Augmentation twice = (from, to, random) -> {
            for (int i = 0; i < from.length; i++) {
                to[i] = 2 * from[i];
            }
        };
        float[] changed = apply(more.then(twice), 3);
        for (int i = 0; i < changed.length; i++) {
            assertThat(changed[i]).isEqualTo(2 * (picture()[i] + 100));
        }
    }

    @Test
    void whatCannotBeIsNamed() {
        assertThatThrownBy(() -> new RandomFlip(Shape.of(3, 4)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("pictures are [C, H, W], not [3, 4]");
        assertThatThrownBy(() -> new RandomCrop(SHAPE, 3))
                .isInstanceOf(DataException.class)
                .hasMessage("a picture of 3 x 4 pixels can be shifted by 1 to 2 of them, not by 3");
        assertThatThrownBy(() -> new Normalisation(new float[] {0}, new float[] {0}))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("channel 0 has the mean 0.0 and the standard deviation 0.0");
    }

    /** The missing values are a square of 3 x 3 around a pixel, as far as it lies in the picture: the same in each channel. */
    @Test
    void cutoutsAreSquaresAroundAnyPixel() {
        var centres = new HashMap<Integer, Integer>();
        for (int seed = 0; seed < 3000; seed++) {
            float[] changed = apply(new RandomCutout(SHAPE, 3), seed);
            int centre = IntStream.range(0, 12)
                    .filter(pixel -> IntStream.range(0, 24).allMatch(i -> {
                        int row = i % 12 / 4;
                        int column = i % 4;
                        boolean isCut = Math.abs(row - pixel / 4) <= 1 && Math.abs(column - pixel % 4) <= 1;
                        return changed[i] == (isCut ? 0 : i + 1);
                    }))
                    .findFirst()
                    .orElseThrow();
            centres.merge(centre, 1, Integer::sum);
        }
        assertThat(centres).hasSize(12);
        assertThat(centres.values()).allMatch(count -> count > 170 && count < 330);
        assertThatThrownBy(() -> new RandomCutout(SHAPE, 4))
                .isInstanceOf(DataException.class)
                .hasMessage("a square that is cut out of 3 x 4 pixels has a side of 1 to 3 of them, not of 4");
    }

    @Test
    void quarterTurnsMovePixelsWhereTheyBelong() {
        var rotation = new RandomRotation(Shape.of(1, 3, 3), 10);
        float[] picture = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        var turned = new float[9];
        rotation.turn(picture, turned, 0);
        assertThat(turned).isEqualTo(picture);
        rotation.turn(picture, turned, Math.PI / 2);
        assertThat(turned).usingComparatorWithPrecision(1e-5f).containsExactly(7, 4, 1, 8, 5, 2, 9, 6, 3);
        rotation.turn(picture, turned, Math.PI);
        assertThat(turned).usingComparatorWithPrecision(1e-5f).containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1);
    }

    @Test
    void anglesAreWithinBounds() {
        Shape shape = Shape.of(1, 1, 101);
        var line = new float[101];
        line[100] = 1;
        double least = 1;
        for (int seed = 0; seed < 200; seed++) {
            var turned = new float[101];
            new RandomRotation(shape, 0.5).apply(line, turned, new SplittableRandom(seed));
            // The end is 50 pixels from the middle: half a degree moves it by 0.436 of one.
            assertThat(turned[100]).isBetween(1 - 0.44f, 1f);
            least = Math.min(least, turned[100]);
        }
        assertThat(least).isLessThan(0.6);
        assertThatThrownBy(() -> new RandomRotation(shape, 200))
                .isInstanceOf(DataException.class)
                .hasMessage("a picture is turned by up to 180 degrees, not by 200.0");
    }

    @Test
    void lightChangesAllValuesAlike() {
        for (int seed = 0; seed < 100; seed++) {
            float[] changed = apply(new ColourJitter(SHAPE, 0.5, 0.2, 0), seed);
            float stretched = changed[1] - changed[0];
            float added = changed[0] - stretched;
            assertThat(stretched).isBetween(0.8f, 1.2f);
            assertThat(added).isBetween(-0.5f, 0.5f);
            for (int i = 0; i < 24; i++) {
                assertThat(changed[i]).isCloseTo(stretched * (i + 1) + added, within(1e-4f));
            }
        }
    }

    @Test
    void saturationKeepsThePixelsGrey() {
        float[] changed = apply(new ColourJitter(SHAPE, 0, 0, 1), 5);
        for (int pixel = 0; pixel < 12; pixel++) {
            assertThat(changed[pixel] + changed[pixel + 12]).isCloseTo(2 * (pixel + 1) + 12, within(1e-4f));
            assertThat(changed[pixel + 12] - changed[pixel]).isCloseTo(changed[12] - changed[0], within(1e-4f));
        }
        assertThat(changed[12] - changed[0]).isBetween(0f, 24f).isNotEqualTo(12f);
        assertThatThrownBy(() -> new ColourJitter(SHAPE, 0, 1, 0))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("brightness is at least 0");
    }
}
