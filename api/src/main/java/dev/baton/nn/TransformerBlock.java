package dev.baton.nn;

import dev.baton.tensor.Tensor;

/**
 * One block of a transformer, [N, T, width] -> [N, T, width]: attention, then two linear layers with a GELU between, each
 * of both on what a layer norm gives and added to what it was given (pre-norm, Xiong et al. 2020). Children have the
 * names of PyTorch's {@code TransformerEncoderLayer}, {@code self_attn}, {@code linear1}, {@code linear2}, {@code norm1}
 * and {@code norm2}; it computes the same with {@code norm_first=True}, {@code activation="gelu"} and {@code
 * batch_first=True}.
 */
public final class TransformerBlock extends Layer {

    private record Options(long hidden, boolean causal, double dropout) {}

    private final long width;
    private final long heads;
    private final Options options;
    private final MultiHeadAttention attention;
    private final Linear up;
    private final Linear down;
    private final LayerNorm attentionNorm;
    private final LayerNorm linearNorm;
    private final Dropout attentionDropout;
    private final Dropout hiddenDropout;
    private final Dropout linearDropout;

    /** A block whose hidden layer is four times as wide. */
    public TransformerBlock(long width, long heads) {
        this(width, heads, new Options(4 * width, false, 0));
    }

    private TransformerBlock(long width, long heads, Options options) {
        this.width = width;
        this.heads = heads;
        this.options = options;
        var all = new MultiHeadAttention(width, heads);
        attention = child("self_attn", options.causal ? all.causal() : all);
        up = child("linear1", new Linear(width, options.hidden, Initializers.fanIn(width)));
        down = child("linear2", new Linear(options.hidden, width, Initializers.fanIn(options.hidden)));
        attentionNorm = child("norm1", new LayerNorm(width));
        linearNorm = child("norm2", new LayerNorm(width));
        hiddenDropout = child("dropout", new Dropout(options.dropout));
        attentionDropout = child("dropout1", new Dropout(options.dropout));
        linearDropout = child("dropout2", new Dropout(options.dropout));
    }

    /** A block in which each position looks at itself and those before it. */
    public TransformerBlock causal() {
        return new TransformerBlock(width, heads, new Options(options.hidden, true, options.dropout));
    }

    /** A block with a hidden layer of another width. */
    public TransformerBlock hidden(long hidden) {
        return new TransformerBlock(width, heads, new Options(hidden, options.causal, options.dropout));
    }

    /** A block that drops some of the attention's result, of the hidden layer and of the block's result. */
    public TransformerBlock dropout(double rate) {
        return new TransformerBlock(width, heads, new Options(options.hidden, options.causal, rate));
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            Tensor attended = attention.forward(attentionNorm.forward(x));
            Tensor y = x.add(attentionDropout.forward(attended));
            Tensor hidden =
                    hiddenDropout.forward(up.forward(linearNorm.forward(y)).gelu());
            return y.add(linearDropout.forward(down.forward(hidden)));
        });
    }

    @Override
    protected String describe() {
        return "TransformerBlock(" + width + ", " + heads + " heads" + (options.causal ? ", causal)" : ")");
    }
}
