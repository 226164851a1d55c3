package dev.baton.infer;

import dev.baton.infer.WrittenText.End;
import java.util.Arrays;
import java.util.SplittableRandom;

/** One text while it is written: the tokens so far, and whether and why it ended. */
final class Writing {

    private final int number;
    private final int prompt;
    private final Sampling sampling;
    private final Sampler sampler;
    private final long room;
    private final TokenListener listener;

    /** The prompt and what is written, with room for more. */
    private int[] tokens;

    private int length;
    private End end;

    /**
     * @param room how many tokens may follow the prompt
     */
    Writing(int number, int[] prompt, Sampling sampling, SplittableRandom random, long room, TokenListener listener) {
        this.number = number;
        this.tokens = prompt.clone();
        this.prompt = prompt.length;
        this.length = prompt.length;
        this.sampling = sampling;
        this.sampler = new Sampler(sampling, random);
        this.room = room;
        this.listener = listener;
    }

    /** How many tokens the prompt has. */
    int prompt() {
        return prompt;
    }

    /** How many tokens there are, those of the prompt included. */
    int length() {
        return length;
    }

    int token(int position) {
        return tokens[position];
    }

    boolean hasEnded() {
        return end != null;
    }

    /** Chooses the next token. */
    void next(float[] logits) {
        int next = sampler.choose(logits);
        if (sampling.stopsAt(next)) {
            end = End.STOP_TOKEN;
            return;
        }
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = next;
        int written = length - prompt;
        if (!listener.token(number, next)) {
            end = End.LISTENER;
        } else if (written == sampling.atMost()) {
            end = End.LENGTH;
        } else if (written == room) {
            end = End.CONTEXT_FULL;
        }
    }

    WrittenText text() {
        return new WrittenText(Arrays.copyOfRange(tokens, prompt, length), end);
    }
}
