package dev.baton.examples;

import dev.baton.NDArray;
import dev.baton.Seeds;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Shuffle;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Tunes that the program makes: four bars, each a question of four notes and its answer, the same four notes one step
 * lower. The notes of a question nobody can know; those of an answer follow from what was heard. Notes are those of two
 * octaves of C major, by their number.
 */
final class Tunes {

    static final int PITCHES = 15;
    static final int BAR = 8;
    static final int LENGTH = 4 * BAR;

    /** Of what is heard of a tune, and of what follows. */
    static final Shape SHAPE = Shape.of(LENGTH - 1);

    private static final int QUESTION = BAR / 2;

    /** In ABC notation. */
    private static final String[] NAMES = {"C", "D", "E", "F", "G", "A", "B", "c", "d", "e", "f", "g", "a", "b", "c'"};

    private final int[][] tunes;

    private Tunes(int[][] tunes) {
        this.tunes = tunes;
    }

    /** So many tunes; the same for the same seed. */
    static Tunes of(long seed, int count) {
        var random = new SplittableRandom(seed);
        return new Tunes(IntStream.range(0, count).mapToObj(i -> tune(random)).toArray(int[][]::new));
    }

    private static int[] tune(SplittableRandom random) {
        var tune = new int[LENGTH];
        int pitch = random.nextInt(4, 11);
        for (int note = 0; note < LENGTH; note++) {
            if (isAnswer(note)) {
                tune[note] = tune[note - QUESTION] - 1;
            } else {
                // One or two steps up or down, within what an answer can reach.
                int step = random.nextInt(1, 3) * (random.nextBoolean() ? 1 : -1);
                pitch = pitch + step < 1 || pitch + step >= PITCHES ? pitch - step : pitch + step;
                tune[note] = pitch;
            }
        }
        return tune;
    }

    /** Whether the rule says which note this is. */
    static boolean isAnswer(int note) {
        return note % BAR >= QUESTION;
    }

    int count() {
        return tunes.length;
    }

    int[] tune(int index) {
        return tunes[index];
    }

    /** The first tunes. */
    Tunes first(int count) {
        return new Tunes(Arrays.copyOf(tunes, count));
    }

    /** The numbers of the tunes in the order of an epoch. */
    int[] order(long seed, int epoch) {
        return Shuffle.order(tunes.length, Seeds.random(seed, epoch));
    }

    /** Some tunes as int32 [N, 31]: what is heard, and at each note the one that follows. */
    Batch batch(int... indices) {
        int steps = LENGTH - 1;
        var heard = new int[indices.length * steps];
        var following = new int[heard.length];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(tunes[indices[i]], 0, heard, i * steps, steps);
            System.arraycopy(tunes[indices[i]], 1, following, i * steps, steps);
        }
        Shape shape = Shape.of(indices.length, steps);
        return new Batch(NDArray.of(shape, heard), NDArray.of(shape, following));
    }

    /** All tunes as a batch. */
    Batch all() {
        return batch(IntStream.range(0, tunes.length).toArray());
    }

    /** One tune as a batch. */
    static Batch heard(int[] tune) {
        return new Tunes(new int[][] {tune}).all();
    }

    /** Some notes of a tune by name. */
    static String names(int[] tune, int from, int to) {
        return IntStream.range(from, to).mapToObj(note -> NAMES[tune[note]]).collect(Collectors.joining(" "));
    }
}
