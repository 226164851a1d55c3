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
 * A text as tokens: one a character, or those of a {@link Tokenizer}. The alphabet is then every character that occurs, in
 * the order of Unicode, and a token is a character's place in it. A model is shown windows of the text, and what would be
 * right is the token after each. Immutable; a part shares the alphabet.
 */
public final class Text {

    private final Tokenizer tokenizer;
    private final int[] tokens;

    private Text(Tokenizer tokenizer, int[] tokens) {
        this.tokenizer = tokenizer;
        this.tokens = tokens;
    }

    /**
     * A text in memory.
     *
     * @throws DataException if it is empty
     */
    public static Text of(String text) {
        return of(text, Characters.of(text));
    }

    /**
     * A text in memory, in the tokens of a tokenizer.
     *
     * @throws DataException if it is empty, or a part of it is no token
     */
    public static Text of(String text, Tokenizer tokenizer) {
        return new Text(tokenizer, tokenizer.encode(requireText(text, "the text")));
    }

    private static String requireText(String text, String what) {
        if (text.isEmpty()) {
            throw new DataException(what + " is empty");
        }
        return text;
    }

    /**
     * The text of a file in UTF-8.
     *
     * @throws DataException if it cannot be read, is empty, or is not UTF-8, naming the first byte that is not
     */
    public static Text read(Path file) {
        try {
            String text = requireText(decode(Files.readAllBytes(file), file), file.toString());
            return of(text, Characters.of(text));
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

    /** The number of tokens in the text: of characters, where these are the tokens. */
    public int size() {
        return tokens.length;
    }

    /** What makes tokens of texts here. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The number of different tokens that there are. */
    public int alphabetSize() {
        return tokenizer.size();
    }

    /**
     * The tokens of another text.
     *
     * @throws DataException if a part of it is none
     */
    public int[] encode(String text) {
        return tokenizer.encode(text);
    }

    /** The text that tokens stand for. */
    public String decode(int... tokens) {
        return tokenizer.decode(tokens);
    }

    /**
     * The tokens from one position to another, without the last; they mean the same as here.
     *
     * @throws DataException if there are none
     */
    public Text part(int from, int to) {
        if (from < 0 || from >= to || to > size()) {
            throw new DataException("there are no tokens " + from + " to " + to + " of " + size());
        }
        return new Text(tokenizer, Arrays.copyOfRange(tokens, from, to));
    }

    /**
     * Windows that begin anywhere.
     *
     * @param count how many
     * @param length of each
     * @param random where they begin; every window is equally likely
     * @return int32 tokens [count, length], and the token after each, of the same shape
     * @throws DataException if the text is shorter than a window and the token after it
     */
    public Batch windows(int count, int length, SplittableRandom random) {
        requireWindow(length);
        return batch(random.ints(count, 0, size() - length).toArray(), length);
    }

    /**
     * Windows one after the other from the start, as many as there are room for; what is left at the end is less than a
     * window and the token after it.
     *
     * @param count how many there are in a batch; the last one may be smaller
     * @param length of each
     * @throws DataException if the text is shorter than a window and the token after it
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
            throw new DataException("the text has " + size() + " tokens; a window of " + length
                    + " and the token after it need " + (length + 1));
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
