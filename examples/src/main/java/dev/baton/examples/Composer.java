package dev.baton.examples;

import dev.baton.Shape;
import dev.baton.nn.Initializers;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.tensor.Tensor;
import java.util.Arrays;

/**
 * Hears notes, int32 [N, T], and says after each how probable every note is as the next: scores [N, T, pitches]. A layer of
 * one's own is a class like this: parameters and children in the constructor, and plain Java in {@code forward}.
 */
final class Composer extends Layer {

    private final Parameter pitch;
    private final Parameter beat;
    private final LSTM memory;
    private final Linear scores;

    Composer(int pitches, int beats, int width, int hidden) {
        this.pitch = parameter("pitch", Shape.of(pitches, width), Initializers.normal(1));
        this.beat = parameter("beat", Shape.of(beats, width), Initializers.normal(1));
        this.memory = child("memory", new LSTM(width, hidden));
        this.scores = child("scores", new Linear(hidden, pitches, Initializers.fanIn(hidden)));
    }

    /** A note is known by its pitch and by its place in the bar: each has a vector, and the two are added. */
    @Override
    public Tensor forward(Tensor notes) {
        Tensor heard = pitch.in(notes).rows(notes).add(beats(notes));
        return trace(scores, trace(memory, heard));
    }

    /** The vectors of the beats, over and over: [T, width]. */
    private Tensor beats(Tensor notes) {
        Tensor bar = beat.in(notes);
        int length = (int) notes.shape().size(1);
        int beats = (int) bar.shape().size(0);
        var more = new Tensor[(length - 1) / beats];
        Arrays.fill(more, bar);
        return Tensor.concat(0, bar, more).slice(0, 0, length);
    }
}
