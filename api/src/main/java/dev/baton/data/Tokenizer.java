package dev.baton.data;

/** Makes numbers of texts, 0 to {@link #size} - 1, and texts of numbers. */
public interface Tokenizer {

    /** The number of tokens that there are. */
    int size();

    /**
     * The tokens of a text.
     *
     * @throws dev.baton.DataException if a part of it is no token
     */
    int[] encode(String text);

    /**
     * The text that tokens stand for.
     *
     * @throws dev.baton.DataException if one is none
     */
    String decode(int... tokens);
}
