package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
