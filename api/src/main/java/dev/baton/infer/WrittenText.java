package dev.baton.infer;

import java.util.Arrays;

/**
 * What a {@link TextGenerator} has written.
 *
 * @param tokens that follow the prompt
 * @param end why there are no more
 */
public record WrittenText(int[] tokens, End end) {

    /** Why a text ends. */
    public enum End {
        /** One of {@link Sampling#stop} came, which is not among the tokens. */
        STOP_TOKEN,
        /** It has as many tokens as {@link Sampling#atMost} says. */
        LENGTH,
        /** Prompt and text fill all positions that the model knows, and there is no {@link Sampling#slidingWindow}. */
        CONTEXT_FULL,
        /** Whoever was told of the tokens wanted no more. */
        LISTENER
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrittenText text && text.end == end && Arrays.equals(text.tokens, tokens);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + end.hashCode();
    }

    /** For instance {@code 3 tokens, LENGTH: [5, 7, 5]}. */
    @Override
    public String toString() {
        return tokens.length + " tokens, " + end + ": " + Arrays.toString(tokens);
    }
}
