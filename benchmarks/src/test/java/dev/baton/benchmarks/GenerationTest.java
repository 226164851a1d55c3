package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.TextGenerator;
import dev.baton.model.Gpt;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.train.Evaluation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is measured with caches and without are the same tokens, and those that plain passes over the whole window give. */
class GenerationTest {

    @Test
    void theTokensAreThoseOfPlainPasses() {
        Gpt model = Networks.gpt();
        Layer nextToken = Generation.network(model);
        try (var session = Session.open("cpu", 3)) {
            session.addVariables(ForwardGraph.of(nextToken, DType.INT32, Shape.of(Networks.CONTEXT)));
            for (var variable : model.variables()) {
                if (variable.name().endsWith("lm_head.weight")) {
                    // As it begins, a model says the same token again and again.
                    NDArray value = session.value(variable.name());
                    for (int i = 0; i < value.size(); i++) {
                        value.set(i, 50 * value.get(i));
                    }
                    session.set(variable.name(), value);
                }
            }
            int[] expected = plain(session, model);
            assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(3);
            Evaluation[] passes = Generation.passes(session, nextToken, Networks.CONTEXT);
            assertThat(Generation.generate(passes)).isEqualTo(expected);
            for (Evaluation pass : passes) {
                pass.close();
            }
            try (var generator = TextGenerator.of(session, model)) {
                assertThat(Generation.generate(generator)).isEqualTo(expected);
            }
        }
    }

    /** Each from the scores of all tokens of the window; what stands behind the last of them is not looked at. */
    private static int[] plain(Session session, Gpt model) {
        var tokens = new int[Generation.TOKENS + 1];
        try (var evaluation = Evaluation.of(session, model)) {
            for (int next = 1; next < tokens.length; next++) {
                int first = Math.max(0, next - Networks.CONTEXT);
                int[] window = Arrays.copyOfRange(tokens, first, first + Networks.CONTEXT);
                NDArray scores = evaluation.answers(NDArray.of(Shape.of(1, Networks.CONTEXT), window));
                tokens[next] = largest(scores, (next - first - 1) * 65);
            }
        }
        return tokens;
    }

    private static int largest(NDArray scores, int from) {
        int largest = 0;
        for (int i = 1; i < 65; i++) {
            largest = scores.get(from + i) > scores.get(from + largest) ? i : largest;
        }
        return largest;
    }
}
