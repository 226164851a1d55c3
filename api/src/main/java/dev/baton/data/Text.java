package dev.baton.data;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;

/**
 * A text as tokens, one a character. The alphabet is every character that occurs, in the order of Unicode; a token is a
 * character's place in it. A model is shown windows of the text, and what would be right is the character after each.
 * Immutable; a part shares the alphabet.
 */
public final class Text {

    private final int[] alphabet;
    private final int[] tokens;

    private Text(int[] alphabet, int[] tokens) {
        this.alphabet = alphabet;
        this.tokens = tokens;
    }

    /**
     * A text in memory.
     *
     * @throws DataException if it is empty
     */
    public static Text of(String text) {
        return of(text, "the text");
    }

    private static Text of(String text, String what) {
        int[] characters = text.codePoints().toArray();
        if (characters.length == 0) {
            throw new DataException(what + " is empty");
        }
        int[] alphabet = Arrays.stream(characters).sorted().distinct().toArray();
        int[] tokens = Arrays.stream(characters)
                .map(character -> Arrays.binarySearch(alphabet, character))
                .toArray();
        return new Text(alphabet, tokens);
    }

    /**
     * The text of a file in UTF-8.
     *
     * @throws DataException if it cannot be read, is empty, or is not UTF-8, naming the first byte that is not
     */
    public static Text read(Path file) {
        try {
            return of(decode(Files.readAllBytes(file), file), file.toString());
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e, e);
        }
    }

    private static String decode(byte[] bytes, Path file) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        var from = ByteBuffer.wrap(bytes);
        var to = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(from, to, true);
        if (result.isError()) {
            throw new DataException(
                    file + " is not UTF-8: byte " + from.position() + " is " + (bytes[from.position()] & 0xff));
        }
        return to.flip().toString();
    }

    /** The number of characters. */
    public int size() {
        return tokens.length;
    }

    /** The number of different characters, which is the number of tokens that there are. */
    public int alphabetSize() {
        return alphabet.length;
    }

    /**
     * The tokens of other characters.
     *
     * @throws DataException if one is not in the alphabet
     */
    public int[] encode(String characters) {
        int[] found = characters.codePoints().toArray();
        for (int i = 0; i < found.length; i++) {
            int token = Arrays.binarySearch(alphabet, found[i]);
            if (token < 0) {
                throw new DataException("the text's alphabet of " + alphabet.length + " characters has no '"
                        + Character.toString(found[i]) + "'");
            }
            found[i] = token;
        }
        return found;
    }

    /** The characters of tokens. */
    public String decode(int... tokens) {
        var text = new StringBuilder();
        for (int token : tokens) {
            text.appendCodePoint(alphabet[token]);
        }
        return text.toString();
    }

    /**
     * The characters from one position to another, without the last; tokens mean the same as here.
     *
     * @throws DataException if there are none
     */
    public Text part(int from, int to) {
        if (from < 0 || from >= to || to > size()) {
            throw new DataException("there are no characters " + from + " to " + to + " of " + size());
        }
        return new Text(alphabet, Arrays.copyOfRange(tokens, from, to));
    }

    /**
     * Windows that begin anywhere.
     *
     * @param count how many
     * @param length of each
     * @param random where they begin; every window is equally likely
     * @return int32 tokens [count, length], and the token after each, of the same shape
     * @throws DataException if the text is shorter than a window and the character after it
     */
    public Batch windows(int count, int length, SplittableRandom random) {
        requireWindow(length);
        return batch(random.ints(count, 0, size() - length).toArray(), length);
    }

    /**
     * Windows one after the other from the start, as many as there are room for; what is left at the end is less than a
     * window and the character after it.
     *
     * @param count how many there are in a batch; the last one may be smaller
     * @param length of each
     * @throws DataException if the text is shorter than a window and the character after it
     */
    public Iterable<Batch> windowsInOrder(int count, int length) {
        requireWindow(length);
        int all = (size() - 1) / length;
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < all;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                var starts = new int[Math.min(count, all - next)];
                for (int i = 0; i < starts.length; i++) {
                    starts[i] = next++ * length;
                }
                return batch(starts, length);
            }
        };
    }

    private void requireWindow(int length) {
        if (size() <= length) {
            throw new DataException("the text has " + size() + " characters; a window of " + length
                    + " and the character after it need " + (length + 1));
        }
    }

    private Batch batch(int[] starts, int length) {
        var inputs = new int[starts.length * length];
        var targets = new int[starts.length * length];
        for (int i = 0; i < starts.length; i++) {
            System.arraycopy(tokens, starts[i], inputs, i * length, length);
            System.arraycopy(tokens, starts[i] + 1, targets, i * length, length);
        }
        var shape = Shape.of(starts.length, length);
        return new Batch(NDArray.of(shape, inputs), NDArray.of(shape, targets));
    }
}
