package dev.baton.infer;

/** Is told of each token as soon as it is chosen. */
@FunctionalInterface
public interface TokenListener {

    /**
     * A text has one token more.
     *
     * @param prompt the number of the prompt that it follows, from 0
     * @return whether this text goes on
     */
    boolean token(int prompt, int token);
}
