package dev.baton.benchmarks;

import dev.baton.Shape;
import dev.baton.loss.Losses;
import dev.baton.nn.Initializers;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.tensor.Tensor;

/** Token numbers [N, T] -> the scores of the token that follows each, as rows [N T, tokens]. */
final class LanguageModel extends Layer {

    private final int hidden;
    private final Parameter embedding;
    private final LSTM lstm;
    private final Linear head;

    LanguageModel(int tokens, int width, int hidden) {
        this.hidden = hidden;
        this.embedding = parameter("embedding", Shape.of(tokens, width), Initializers.normal(1));
        this.lstm = child("lstm", new LSTM(width, hidden));
        this.head = child("head", new Linear(hidden, tokens));
    }

    @Override
    public Tensor forward(Tensor tokens) {
        Tensor states = trace(lstm, embedding.in(tokens).rows(tokens));
        return trace(head, states.reshape(-1, hidden));
    }

    /** The mean cross-entropy of the tokens that should follow. */
    Tensor loss(Tensor tokens, Tensor following) {
        return Losses.crossEntropy().of(forward(tokens), following.reshape(-1));
    }
}
