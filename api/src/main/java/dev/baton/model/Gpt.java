package dev.baton.model;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.nn.Dropout;
import dev.baton.nn.Embedding;
import dev.baton.nn.GELU;
import dev.baton.nn.Initializer;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.TensorNames;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A generative pre-trained transformer as GPT-2 is built (Radford et al. 2019): int32 tokens [N, T] -> logits of the next
 * token at every position, [N, T, vocabulary], for T up to the context.
 *
 * <p>Parameters have GPT-2's names ({@code wte}, {@code wpe}, {@code h.0.ln_1}, {@code h.0.attn.c_attn}, {@code
 * h.0.attn.c_proj}, {@code h.0.ln_2}, {@code h.0.mlp.c_fc}, {@code h.0.mlp.c_proj}, ..., {@code ln_f}, and {@code lm_head}
 * where the head has weights of its own) and its layout: the weights of {@code c_attn}, {@code c_fc} and {@code c_proj} are
 * [inputs, outputs] in files too. They start as GPT-2's: normal with deviation 0.02, biases 0, and what ends in a sum over
 * the layers is smaller by the root of the number of its terms.
 */
public final class Gpt extends Layer {

    private static final double DEVIATION = 0.02;

    private final Embedding tokens;
    private final PositionalEmbedding positions;
    private final Dropout dropout;
    private final List<Layer> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;
    private final long context;
    private final String description;

    private Gpt(Builder builder) {
        context = builder.context;
        description = "Gpt(" + builder.layers + " layers, " + builder.heads + " heads, width " + builder.width + ")";
        Initializer normal = Initializers.normal(DEVIATION);
        tokens = child("wte", new Embedding(builder.vocabulary, builder.width, normal));
        positions = child("wpe", new PositionalEmbedding(builder.context, builder.width, normal));
        dropout = child("drop", new Dropout(builder.dropout));
        for (int i = 0; i < builder.layers; i++) {
            blocks.add(child("h." + i, new Block(builder)));
        }
        norm = child("ln_f", norm(builder));
        head = builder.tied
                ? null
                : child("lm_head", new Linear(builder.width, builder.vocabulary, normal).withoutBias());
    }

    /** A model for so many different tokens. Sizes are those of nanoGPT's CPU configuration unless changed. */
    public static Builder of(long vocabulary) {
        return new Builder(vocabulary);
    }

    /** What a model is made of. */
    public static final class Builder {

        private final long vocabulary;
        private long context = 64;
        private int layers = 4;
        private long heads = 4;
        private long width = 128;
        private double dropout;
        private GELU.Form gelu = GELU.Form.EXACT;
        private boolean bias = true;
        private boolean tied = true;

        private Builder(long vocabulary) {
            this.vocabulary = vocabulary;
        }

        /** The largest number of positions; 64 unless changed. */
        public Builder context(long context) {
            this.context = context;
            return this;
        }

        /** The number of blocks; 4 unless changed. */
        public Builder layers(int layers) {
            this.layers = layers;
            return this;
        }

        /** The number of heads of each attention, which share the width; 4 unless changed. */
        public Builder heads(long heads) {
            this.heads = heads;
            return this;
        }

        /** How many numbers stand for a token between the blocks; 128 unless changed. */
        public Builder width(long width) {
            this.width = width;
            return this;
        }

        /** The rate at which embeddings and what the blocks add are dropped in training; 0 unless changed. */
        public Builder dropout(double rate) {
            this.dropout = rate;
            return this;
        }

        /** The form of the GELU; exact unless changed, as in nanoGPT. GPT-2 takes the one with a tangent. */
        public Builder gelu(GELU.Form form) {
            this.gelu = form;
            return this;
        }

        /** Leaves out the biases of the projections and norms. */
        public Builder withoutBias() {
            this.bias = false;
            return this;
        }

        /** Gives the head weights of its own; they are those of the tokens otherwise. */
        public Builder untied() {
            this.tied = false;
            return this;
        }

        /**
         * The model.
         *
         * @throws BatonException if a number of something is not positive, or the heads cannot share the width
         */
        public Gpt build() {
            if (vocabulary < 1 || context < 1 || layers < 1 || heads < 1 || width < 1 || width % heads != 0) {
                throw new BatonException("a GPT has at least one token, position, layer and head, and a width that its "
                        + "heads can share, not a vocabulary of " + vocabulary + ", a context of " + context + ", "
                        + layers + " layers, " + heads + " heads and a width of " + width);
            }
            return new Gpt(this);
        }
    }

    /** The largest number of positions. */
    public long context() {
        return context;
    }

    @Override
    public Tensor forward(Tensor ids) {
        return inLayer(ids, () -> {
            if (ids.dtype() != DType.INT32
                    || ids.shape().rank() != 2
                    || (ids.shape().dim(1).isFixed() && ids.shape().size(1) > context)) {
                throw ids.graph()
                        .shapeError("GPT: takes int32 tokens [N, T] with T up to " + context + ", not "
                                + ids.value().type());
            }
            Tensor x = dropout.forward(positions.forward(tokens.forward(ids)));
            for (Layer block : blocks) {
                x = block.forward(x);
            }
            x = norm.forward(x);
            return head == null ? x.matmul(tokens.weight().in(x).transpose(1, 0)) : head.forward(x);
        });
    }

    /**
     * Those of GPT-2 as it is published: with or without {@code transformer.} before each name, the masks of its attention,
     * which are no weights, beside them, and the head's weights once more where they are the tokens'.
     */
    @Override
    public TensorNames tensorNames() {
        TensorNames names = TensorNames.asTheyAre()
                .rename("transformer\\.(.*)", "$1")
                .leaveAside("h\\.\\d+\\.attn\\.(bias|masked_bias)");
        return head == null ? names.rename("lm_head\\.weight", "wte.weight") : names;
    }

    @Override
    protected String describe() {
        return description;
    }

    private static LayerNorm norm(Builder builder) {
        var norm = new LayerNorm(builder.width);
        return builder.bias ? norm : norm.withoutBias();
    }

    /** x + attention(norm(x)), then x + mlp(norm(x)). */
    private static final class Block extends Layer {

        private final LayerNorm attentionNorm;
        private final SelfAttention attention;
        private final LayerNorm mlpNorm;
        private final Mlp mlp;

        Block(Builder builder) {
            attentionNorm = child("ln_1", norm(builder));
            attention = child("attn", new SelfAttention(builder));
            mlpNorm = child("ln_2", norm(builder));
            mlp = child("mlp", new Mlp(builder));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = x.add(attention.forward(attentionNorm.forward(x)));
            return y.add(mlp.forward(mlpNorm.forward(y)));
        }
    }

    private static final class SelfAttention extends Layer {

        private final long heads;
        private final Projection in;
        private final Projection out;
        private final Dropout dropout;

        SelfAttention(Builder builder) {
            heads = builder.heads;
            in = child("c_attn", new Projection(builder, builder.width, 3 * builder.width, DEVIATION));
            out = child("c_proj", new Projection(builder, builder.width, builder.width, residual(builder)));
            dropout = child("drop", new Dropout(builder.dropout));
        }

        @Override
        public Tensor forward(Tensor x) {
            return inLayer(x, () -> {
                Dim width = Dim.of(x.shape().size(2) / heads);
                var packed = Shape.of(List.of(x.shape().dim(0), x.shape().dim(1), Dim.of(3), Dim.of(heads), width));
                Tensor attended = Attention.causal().ofPacked(in.forward(x).reshape(packed));
                return dropout.forward(out.forward(attended.reshape(x.shape())));
            });
        }
    }

    private static final class Mlp extends Layer {

        private final Projection up;
        private final GELU gelu;
        private final Projection down;
        private final Dropout dropout;

        Mlp(Builder builder) {
            up = child("c_fc", new Projection(builder, builder.width, 4 * builder.width, DEVIATION));
            gelu = child("gelu", new GELU(builder.gelu));
            down = child("c_proj", new Projection(builder, 4 * builder.width, builder.width, residual(builder)));
            dropout = child("drop", new Dropout(builder.dropout));
        }

        @Override
        public Tensor forward(Tensor x) {
            return dropout.forward(down.forward(gelu.forward(up.forward(x))));
        }
    }

    /** The deviation of what is added to the sum that goes through all blocks, two terms from each. */
    private static double residual(Builder builder) {
        return DEVIATION / Math.sqrt(2.0 * builder.layers);
    }

    /** A linear layer whose weight is [inputs, outputs] in files, as GPT-2's are. */
    private static final class Projection extends Layer {

        private final long inputs;
        private final long outputs;
        private final Parameter weight;
        private final Parameter bias;

        Projection(Builder builder, long inputs, long outputs, double deviation) {
            this.inputs = inputs;
            this.outputs = outputs;
            weight = parameter("weight", Shape.of(inputs, outputs), Initializers.normal(deviation));
            bias = builder.bias ? parameter("bias", Shape.of(outputs), Initializers.constant(0)) : null;
        }

        @Override
        public Tensor forward(Tensor x) {
            return inLayer(x, () -> {
                Tensor product = x.matmul(weight.in(x));
                return bias == null ? product : product.add(bias.in(x));
            });
        }

        @Override
        protected String describe() {
            return "Linear(" + inputs + " -> " + outputs + ")";
        }
    }
}
