package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
import dev.baton.infer.WrittenText;
import dev.baton.model.Gpt;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Evaluation;
import java.util.Arrays;

/**
 * A GPT writes, greedily, over at most the last tokens that it knows positions for: without caches, where each token is one full
 * pass over them, as in the peers; or with caches as long as these are right, which is while no token leaves the window.
 */
final class Generation {

    static final int TOKENS = 256;

    private Generation() {}

    /** Writes the same through {@link TextGenerator}. */
    static void runWithCaches(Bench bench) throws Exception {
        runWithCaches(bench, Networks.gpt());
    }

    /** The same with a context that has room for all tokens: each is computed alone. */
    static void runWithCachesOfLongerContext(Bench bench) throws Exception {
        runWithCaches(bench, Networks.gpt(TOKENS));
    }

    private static void runWithCaches(Bench bench, Gpt model) throws Exception {
        try (var session = Session.open()) {
            Bench.note("%s", session.device());
            session.addVariables(ForwardGraph.of(model, DType.INT32, Shape.of(model.context())));
            try (var generator = TextGenerator.of(session, model)) {
                bench.rate("generate", "tokens/s", TOKENS, () -> generate(generator));
            }
        }
    }

    /** The first token and those that follow it. */
    static int[] generate(TextGenerator generator) {
        WrittenText text = generator.generate(
                new int[] {0}, Sampling.greedy().slidingWindow().atMost(TOKENS));
        var tokens = new int[TOKENS + 1];
        System.arraycopy(text.tokens(), 0, tokens, 1, TOKENS);
        return tokens;
    }

    private static final class NextToken extends Layer {

        private final Layer gpt;

        NextToken(Layer gpt) {
            this.gpt = child("gpt", gpt);
        }

        @Override
        public Tensor forward(Tensor tokens) {
            Tensor scores = trace(gpt, tokens);
            long length = tokens.shape().size(1);
            return scores.slice(1, length - 1, length)
                    .reshape(-1, scores.shape().size(2))
                    .argmax(1);
        }
    }

    /** Tokens [N, T] -> the most probable one after the last, int32 [N]. */
    static Layer network() {
        return network(Networks.gpt());
    }

    /** The same of another model. */
    static Layer network(Gpt gpt) {
        return new NextToken(gpt);
    }

    static void run(Bench bench) throws Exception {
        run(bench, network(), Networks.CONTEXT);
    }

    /** The same with a context that has room for all tokens. */
    static void runWithLongerContext(Bench bench) throws Exception {
        run(bench, network(Networks.gpt(TOKENS)), TOKENS);
    }

    private static void run(Bench bench, Layer model, int context) throws Exception {
        try (var session = Session.open()) {
            Bench.note("%s", session.device());
            Evaluation[] passes = passes(session, model, context);
            bench.rate("generate", "tokens/s", TOKENS, () -> generate(passes));
            for (Evaluation pass : passes) {
                pass.close();
            }
        }
    }

    /** One for each length: what is traced holds the length. */
    static Evaluation[] passes(Session session, Layer model, int context) {
        var passes = new Evaluation[context + 1];
        Arrays.setAll(passes, length -> Evaluation.of(session, model));
        return passes;
    }

    /** The first token and those that follow it. */
    static int[] generate(Evaluation[] passes) {
        var tokens = new int[TOKENS + 1];
        for (int next = 1; next <= TOKENS; next++) {
            int length = Math.min(next, passes.length - 1);
            int[] seen = Arrays.copyOfRange(tokens, next - length, next);
            NDArray answer = passes[length].answers(NDArray.of(Shape.of(1, length), seen));
            tokens[next] = (int) answer.get(0);
        }
        return tokens;
    }
}
