package dev.baton.data;

import dev.baton.DataException;
import java.util.Arrays;

/** A token for each character of an alphabet, which is in the order of Unicode. Immutable. */
public final class Characters implements Tokenizer {

    private final int[] alphabet;

    private Characters(int[] alphabet) {
        this.alphabet = alphabet;
    }

    /**
     * The characters that occur in a text.
     *
     * @throws DataException if it is empty
     */
    public static Characters of(String text) {
        if (text.isEmpty()) {
            throw new DataException("the text is empty");
        }
        return new Characters(text.codePoints().sorted().distinct().toArray());
    }

    /** All characters, in the order of their tokens; {@link #of} makes the same of it. */
    public String alphabet() {
        return new String(alphabet, 0, alphabet.length);
    }

    @Override
    public int size() {
        return alphabet.length;
    }

    @Override
    public int[] encode(String text) {
        int[] found = text.codePoints().toArray();
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

    @Override
    public String decode(int... tokens) {
        var text = new StringBuilder();
        for (int token : tokens) {
            if (token < 0 || token >= alphabet.length) {
                throw new DataException("there is no token " + token + ": there are " + alphabet.length + ", from 0");
            }
            text.appendCodePoint(alphabet[token]);
        }
        return text.toString();
    }

    /** For instance {@code 65 characters}. */
    @Override
    public String toString() {
        return alphabet.length + " characters";
    }
}
