package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
import dev.baton.model.Gpt;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Evaluation;
import java.util.Arrays;

/** A GPT writes, greedily: each token is one full pass over at most the last tokens that the model knows, with no cache. */
final class Generation {

    static final int TOKENS = 256;

    private Generation() {}

    /** Writes the same with caches: each token is computed alone. */
    static void runWithCaches(Bench bench) throws Exception {
        try (var session = Session.open()) {
            Bench.note("%s", session.device());
            Gpt model = Networks.gpt(TOKENS);
            session.addVariables(ForwardGraph.of(model, DType.INT32, Shape.of(TOKENS)));
            try (var generator = TextGenerator.of(session, model)) {
                int[] prompt = {0};
                bench.rate("generate", "tokens/s", TOKENS, () -> generator.generate(prompt, Sampling.greedy()));
            }
        }
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
        return new NextToken(Networks.gpt());
    }

    static void run(Bench bench) throws Exception {
        run(bench, network(), Networks.CONTEXT);
    }

    /** The same with a context that has room for all tokens. */
    static void runWithLongerContext(Bench bench) throws Exception {
        run(bench, new NextToken(Networks.gpt(TOKENS)), TOKENS);
    }

    private static void run(Bench bench, Layer model, int context) throws Exception {
        var passes = new Evaluation[context + 1];
        try (var session = Session.open()) {
            Bench.note("%s", session.device());
            // One for each length: what is traced holds the length.
            Arrays.setAll(passes, length -> Evaluation.of(session, model));
            bench.rate("generate", "tokens/s", TOKENS, () -> generate(passes, context));
            for (Evaluation pass : passes) {
                pass.close();
            }
        }
    }

    private static int[] generate(Evaluation[] passes, int context) {
        var tokens = new int[TOKENS + 1];
        for (int next = 1; next <= TOKENS; next++) {
            int length = Math.min(next, context);
            int[] seen = Arrays.copyOfRange(tokens, next - length, next);
            NDArray answer = passes[length].answers(NDArray.of(Shape.of(1, length), seen));
            tokens[next] = (int) answer.get(0);
        }
        return tokens;
    }
}
