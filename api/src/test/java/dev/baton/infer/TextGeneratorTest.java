package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.model.Gpt;
import dev.baton.runtime.Session;
import dev.baton.train.Evaluation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {

    @Test
    void writesWhatTheModelWritesWithoutCaches() {
        var model = Gpt.of(11).context(24).layers(2).heads(2).width(8).build();
        try (var session = Session.open("reference", 3)) {
            int[] expected;
            int[] prompt = {1, 5, 2};
            try (var evaluation = Evaluation.of(session, model)) {
                expected = greedy(evaluation, prompt, 24, 11);
            }
            try (var generator = TextGenerator.of(session, model)) {
                assertThat(generator.generate(prompt, Sampling.greedy()).tokens())
                        .containsExactly(Arrays.copyOfRange(expected, 3, 25));
            }
        }
    }

    private static int[] greedy(Evaluation evaluation, int[] prompt, int context, int vocabulary) {
        int[] text = Arrays.copyOf(prompt, context + 1);
        for (int known = prompt.length; known <= context; known++) {
            int[] seen = Arrays.copyOf(text, context);
            NDArray logits = evaluation.answers(NDArray.of(Shape.of(1, context), seen));
            int best = 0;
            for (int i = 0; i < vocabulary; i++) {
                int row = (known - 1) * vocabulary;
                best = logits.get(row + i) > logits.get(row + best) ? i : best;
            }
            text[known] = best;
        }
        return text;
    }
}
