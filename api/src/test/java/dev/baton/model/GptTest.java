package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.nn.Parameter;
import org.junit.jupiter.api.Test;

class GptTest {

    private static long parameters(Gpt model) {
        return model.parameters().stream().mapToLong(one -> one.shape().size()).sum();
    }

    /** GPT-2's own sizes give the numbers of parameters that its models are known by. */
    @Test
    void hasTheSizesOfGpt2() {
        var small = Gpt.of(50_257).context(1024).layers(12).heads(12).width(768);
        assertThat(parameters(small.build())).isEqualTo(124_439_808);
        var medium = Gpt.of(50_257).context(1024).layers(24).heads(16).width(1024);
        assertThat(parameters(medium.build())).isEqualTo(354_823_168);
    }

    @Test
    void hasTheNamesOfGpt2() {
        Gpt model = Gpt.of(5).context(4).layers(2).heads(1).width(2).build();
        assertThat(model.parameters().stream().map(Parameter::toString))
                .containsExactly(
                        "wte.weight [5, 2]",
                        "wpe.weight [4, 2]",
                        "h.0.ln_1.weight [2]",
                        "h.0.ln_1.bias [2]",
                        "h.0.attn.c_attn.weight [2, 6]",
                        "h.0.attn.c_attn.bias [6]",
                        "h.0.attn.c_proj.weight [2, 2]",
                        "h.0.attn.c_proj.bias [2]",
                        "h.0.ln_2.weight [2]",
                        "h.0.ln_2.bias [2]",
                        "h.0.mlp.c_fc.weight [2, 8]",
                        "h.0.mlp.c_fc.bias [8]",
                        "h.0.mlp.c_proj.weight [8, 2]",
                        "h.0.mlp.c_proj.bias [2]",
                        "h.1.ln_1.weight [2]",
                        "h.1.ln_1.bias [2]",
                        "h.1.attn.c_attn.weight [2, 6]",
                        "h.1.attn.c_attn.bias [6]",
                        "h.1.attn.c_proj.weight [2, 2]",
                        "h.1.attn.c_proj.bias [2]",
                        "h.1.ln_2.weight [2]",
                        "h.1.ln_2.bias [2]",
                        "h.1.mlp.c_fc.weight [2, 8]",
                        "h.1.mlp.c_fc.bias [8]",
                        "h.1.mlp.c_proj.weight [8, 2]",
                        "h.1.mlp.c_proj.bias [2]",
                        "ln_f.weight [2]",
                        "ln_f.bias [2]");
        // In files the projections lie as GPT-2's do, [inputs, outputs].
        assertThat(model.parameters()).allMatch(one -> one.layout() == Parameter.FileLayout.AS_IS);
    }

    @Test
    void optionsLeaveOutAndAdd() {
        Gpt model = Gpt.of(5).layers(1).heads(1).width(2).withoutBias().untied().build();
        assertThat(model.parameters().stream().map(Parameter::name))
                .containsExactly(
                        "wte.weight",
                        "wpe.weight",
                        "h.0.ln_1.weight",
                        "h.0.attn.c_attn.weight",
                        "h.0.attn.c_proj.weight",
                        "h.0.ln_2.weight",
                        "h.0.mlp.c_fc.weight",
                        "h.0.mlp.c_proj.weight",
                        "ln_f.weight",
                        "lm_head.weight");
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> Gpt.of(65).heads(3).build())
                .isInstanceOf(BatonException.class)
                .hasMessage(
                        "a GPT has at least one token, position, layer and head, and a width that its heads can share, "
                                + "not a vocabulary of 65, a context of 64, 4 layers, 3 heads and a width of 128");
        assertThatThrownBy(() -> Gpt.of(0).build()).isInstanceOf(BatonException.class);
    }
}
