package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Evaluation;
import java.util.Arrays;

/** A GPT writes, greedily: each token is one full pass over at most the last 64, with no cache. */
final class Generation {

    private static final int TOKENS = 256;

    private Generation() {}

    private static final class NextToken extends Layer {

        private final Layer gpt = child("gpt", Networks.gpt());

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
        return new NextToken();
    }

    static void run(Bench bench) throws Exception {
        var model = network();
        var passes = new Evaluation[Networks.CONTEXT + 1];
        try (var session = Session.open()) {
            Bench.note("%s", session.device());
            // One for each length: what is traced holds the length.
            Arrays.setAll(passes, length -> Evaluation.of(session, model));
            bench.rate("generate", "tokens/s", TOKENS, () -> generate(passes));
            for (Evaluation pass : passes) {
                pass.close();
            }
        }
    }

    private static int[] generate(Evaluation[] passes) {
        var tokens = new int[TOKENS + 1];
        for (int next = 1; next <= TOKENS; next++) {
            int length = Math.min(next, Networks.CONTEXT);
            int[] seen = Arrays.copyOfRange(tokens, next - length, next);
            NDArray answer = passes[length].answers(NDArray.of(Shape.of(1, length), seen));
            tokens[next] = (int) answer.get(0);
        }
        return tokens;
    }
}
