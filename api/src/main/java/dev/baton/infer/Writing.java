package dev.baton.infer;

import dev.baton.infer.WrittenText.End;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One text while it is written: the tokens so far, and whether and why it ended. */
final class Writing {

    private final int number;
    private final int[] prompt;
    private final Sampling sampling;
    private final Sampler sampler;
    private final long room;
    private final TokenListener listener;
    private final IntStream.Builder builder = IntStream.builder();
    private int written;
    private int last;
    private End end;

    /**
     * @param room how many tokens may follow the prompt
     */
    Writing(int number, int[] prompt, Sampling sampling, SplittableRandom random, long room, TokenListener listener) {
        this.number = number;
        this.prompt = prompt;
        this.sampling = sampling;
        this.sampler = new Sampler(sampling, random);
        this.room = room;
        this.listener = listener;
    }

    int[] prompt() {
        return prompt;
    }

    boolean hasEnded() {
        return end != null;
    }

    /** The position of the token that was written last. */
    int position() {
        return prompt.length + written - 1;
    }

    /** The token that was written last. */
    int last() {
        return last;
    }

    /** Chooses the next token. */
    void next(float[] logits) {
        last = sampler.choose(logits);
        if (sampling.stopsAt(last)) {
            end = End.STOP_TOKEN;
            return;
        }
        builder.add(last);
        written++;
        if (!listener.token(number, last)) {
            end = End.LISTENER;
        } else if (written == sampling.atMost()) {
            end = End.LENGTH;
        } else if (written == room) {
            end = End.CONTEXT_FULL;
        }
    }

    WrittenText text() {
        return new WrittenText(builder.build().toArray(), end);
    }
}
