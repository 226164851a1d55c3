package dev.baton.infer;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.model.Gpt;
import dev.baton.nn.Embedding;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.Sequential;
import dev.baton.nn.TransformerBlock;
import dev.baton.runtime.Session;
import dev.baton.train.Evaluation;
import java.util.Random;

/** Small models that write text, and weights for them. */
final class WritingModels {

    static final int VOCABULARY = 11;

    private WritingModels() {}

    static Gpt gpt(long context) {
        return Gpt.of(VOCABULARY).context(context).layers(2).heads(2).width(8).build();
    }

    static Layer blocks(int context) {
        return Sequential.of(
                new Embedding(VOCABULARY, 8),
                new PositionalEmbedding(context, 8),
                new TransformerBlock(8, 2).causal().dropout(0.5),
                new TransformerBlock(8, 4).hidden(5).causal(),
                new Linear(8, VOCABULARY));
    }

    /** A session whose weights are large enough that each token matters. */
    static Session session(String backend, Layer model) {
        var session = Session.open(backend, 3);
        try (var evaluation = Evaluation.of(session, model)) {
            evaluation.answers(NDArray.of(Shape.of(1, 1), new int[] {0}));
        }
        var random = new Random(5);
        for (var variable : model.variables()) {
            NDArray value = NDArray.zeros(DType.FLOAT32, variable.shape());
            for (int i = 0; i < value.size(); i++) {
                value.set(i, random.nextGaussian() * 0.7);
            }
            session.set(variable.name(), value);
        }
        return session;
    }
}
