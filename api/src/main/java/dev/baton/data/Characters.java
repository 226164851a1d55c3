package dev.baton.data;

import dev.baton.DataException;
import java.util.Arrays;

/** A token for each character of an alphabet, which is in the order of Unicode. */
record Characters(int[] alphabet) implements Tokenizer {

    /** The characters that occur in a text. */
    static Characters of(String text) {
        return new Characters(text.codePoints().sorted().distinct().toArray());
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
}
