package bench.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The layers that {@link Pictures} and {@link Transformers} leave out: values and gradients. What PyTorch has not as a
 * layer (positions, residual connections, a transformer's block with its norms first) is written with its functions, as
 * the paper says it.
 */
final class Layers {

    private static final TensorOptional NONE = new TensorOptional();

    /** Weights of a transformer's layers are small, as they would be. */
    private static final int BOUND = 4096;

    private static final int SCALE = 8192;

    private Layers() {}

    static List<Object> all() {
        List<FunctionCase> cases = new ArrayList<>();
        elements(cases);
        shapes(cases);
        linear(cases);
        positions(cases);
        attention(cases);
        return cases.stream().map(c -> (Object) c.toJson()).toList();
    }

    private static void elements(List<FunctionCase> cases) {
        // Both signs, the flat tails, the steep middle, zero.
        List<Operand> line = List.of(new Operand("x", 1, 80, 4, 0, true, 67));
        cases.add(new FunctionCase("relu", line, in -> torch.relu(in.get(0))));
        cases.add(new FunctionCase("sigmoid", line, in -> torch.sigmoid(in.get(0))));
        cases.add(new FunctionCase("tanh", line, in -> torch.tanh(in.get(0))));
        cases.add(new FunctionCase("dropout eval", line, in -> torch.dropout(in.get(0), 0.5, false)));
    }

    private static void shapes(List<FunctionCase> cases) {
        List<Operand> picture = List.of(new Operand("x", 1, 2, 3, 5, 7));
        cases.add(new FunctionCase("flatten", picture, in -> in.get(0).flatten(1, -1)));
        cases.add(new FunctionCase(
                "global average pool",
                picture,
                in -> torch.adaptive_avg_pool2d(in.get(0), 1, 1).flatten(1, -1)));
        cases.add(new FunctionCase(
                "global average pool of lines",
                List.of(new Operand("x", 1, 3, 2, 9)),
                in -> torch.adaptive_avg_pool1d(in.get(0), 1).flatten(1, -1)));
    }

    private static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return torch.linear(x, weight, new TensorOptional(bias));
    }

    private static void linear(List<FunctionCase> cases) {
        Operand x = new Operand("x", 1, 5, 7);
        Operand weight = new Operand("weight", 2, 3, 7), bias = new Operand("bias", 3, 3);
        cases.add(new FunctionCase("linear", List.of(x, weight, bias), in -> linear(in.get(0), in.get(1), in.get(2))));
        cases.add(new FunctionCase(
                "linear without bias", List.of(x, weight), in -> torch.linear(in.get(0), in.get(1), NONE)));
        cases.add(new FunctionCase(
                "linear of sequences",
                List.of(new Operand("x", 1, 2, 3, 7), weight, bias),
                in -> linear(in.get(0), in.get(1), in.get(2))));
        cases.add(new FunctionCase(
                "linear to one",
                List.of(new Operand("x", 1, 1, 7), new Operand("weight", 2, 1, 7), new Operand("bias", 3, 1)),
                in -> linear(in.get(0), in.get(1), in.get(2))));
        Operand square = new Operand("body.weight", 2, 7, 7), shift = new Operand("body.bias", 3, 7);
        cases.add(new FunctionCase(
                "residual", List.of(x, square, shift), in -> in.get(0).add(linear(in.get(0), in.get(1), in.get(2)))));
        cases.add(new FunctionCase(
                "sequential",
                List.of(
                        x,
                        new Operand("0.weight", 2, 4, 7),
                        new Operand("0.bias", 3, 4),
                        new Operand("2.weight", 4, 3, 4),
                        new Operand("2.bias", 5, 3)),
                in -> linear(torch.tanh(linear(in.get(0), in.get(1), in.get(2))), in.get(3), in.get(4))));
        cases.add(new FunctionCase(
                "residual with a shortcut",
                List.of(
                        x,
                        new Operand("body.0.weight", 2, 4, 7),
                        new Operand("body.0.bias", 3, 4),
                        new Operand("body.2.weight", 4, 3, 4),
                        new Operand("body.2.bias", 5, 3),
                        new Operand("shortcut.weight", 6, 3, 7)),
                in -> torch.linear(in.get(0), in.get(5), NONE)
                        .add(linear(torch.tanh(linear(in.get(0), in.get(1), in.get(2))), in.get(3), in.get(4)))));
    }

    private static void positions(List<FunctionCase> cases) {
        cases.add(new FunctionCase(
                "positional embedding",
                List.of(new Operand("x", 1, 2, 5, 4), new Operand("weight", 2, 7, 4)),
                in -> in.get(0).add(in.get(1).narrow(0, 0, 5))));
        cases.add(new FunctionCase(
                "sinusoidal positions", List.of(new Operand("x", 1, 2, 9, 6)), in -> sinusoidal(in.get(0))));
        List<Operand> heads = List.of(new Operand("x", 1, 2, 3, 7, 6));
        cases.add(new FunctionCase("rotary positions", heads, in -> rotary(in.get(0), 10_000, false)));
        cases.add(new FunctionCase("rotary positions of neighbours", heads, in -> rotary(in.get(0), 100, true)));
    }

    /** Vaswani et al. 2017, section 3.5: sin(t / 10000^(2 i / W)) and its cosine at 2 i and 2 i + 1. */
    static Tensor sinusoidal(Tensor x) {
        int positions = (int) x.size(-2), width = (int) x.size(-1);
        double[] wide = new double[positions * width];
        for (int t = 0; t < positions; t++)
            for (int i = 0; i < width; i++) {
                double angle = t / Math.pow(10_000, 2.0 * (i / 2) / width);
                wide[t * width + i] = i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
            }
        return x.add(table(wide, x.scalar_type(), positions, width));
    }

    /**
     * Su et al. 2021, equation 34: pair i at position t is turned by t base^(-2 i / W). Pairs are neighbours, as in the
     * paper, or W / 2 apart, as in GPT-NeoX.
     */
    static Tensor rotary(Tensor x, double base, boolean neighbours) {
        long positions = x.size(-2), half = x.size(-1) / 2;
        Tensor cos = angles(x.scalar_type(), positions, half, base, Math::cos);
        Tensor sin = angles(x.scalar_type(), positions, half, base, Math::sin);
        long[] pairs = new long[(int) x.dim() + 1];
        for (int i = 0; i < x.dim() - 1; i++) pairs[i] = x.size(i);
        pairs[pairs.length - 2] = neighbours ? half : 2;
        pairs[pairs.length - 1] = neighbours ? 2 : half;
        int along = neighbours ? -1 : -2;
        Tensor split = x.view(pairs);
        Tensor a = split.select(along, 0), b = split.select(along, 1);
        Tensor turned = torch.stack(
                new TensorVector(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))), along);
        return turned.reshape(x.sizes().vec().get());
    }

    private static Tensor angles(
            ScalarType type, long positions, long half, double base, DoubleUnaryOperator function) {
        double[] all = IntStream.range(0, (int) (positions * half))
                .mapToDouble(i -> function.applyAsDouble(i / half * Math.pow(base, -2.0 * (i % half) / (2 * half))))
                .toArray();
        return table(all, type, positions, half);
    }

    private static Tensor table(double[] values, ScalarType type, long... shape) {
        return Tensor.create(values, shape).to(type);
    }

    private static Operand weight(String name, int stream, long... shape) {
        return new Operand(name, stream, BOUND, SCALE, 0, true, shape);
    }

    private static List<Operand> projections(String at, long width) {
        return List.of(
                weight(at + "in_proj_weight", 11, 3 * width, width),
                weight(at + "in_proj_bias", 12, 3 * width),
                weight(at + "out_proj.weight", 13, width, width),
                weight(at + "out_proj.bias", 14, width));
    }

    private static void attention(List<FunctionCase> cases) {
        Operand x = new Operand("x", 1, 2, 5, 8);
        List<Operand> all =
                Stream.concat(Stream.of(x), projections("", 8).stream()).toList();
        cases.add(new FunctionCase("multi-head attention causal", all, in -> attention(in.get(0), in, 1, 2, true)));
        cases.add(new FunctionCase(
                "multi-head attention without bias",
                List.of(x, all.get(1), all.get(3)),
                in -> attention(in.get(0), List.of(in.get(1), NO_BIAS, in.get(2), NO_BIAS), 0, 4, false)));
        cases.add(
                new FunctionCase("multi-head attention rotary", all, in -> attention(in.get(0), in, 1, 2, true, true)));
        for (boolean causal : new boolean[] {false, true}) {
            List<Operand> block = new ArrayList<>(List.of(x));
            block.addAll(projections("self_attn.", 8));
            block.addAll(List.of(
                    weight("linear1.weight", 21, 12, 8),
                    weight("linear1.bias", 22, 12),
                    weight("linear2.weight", 23, 8, 12),
                    weight("linear2.bias", 24, 8),
                    new Operand("norm1.weight", 25, 2048, 2048, 1, true, 8),
                    new Operand("norm1.bias", 26, 8),
                    new Operand("norm2.weight", 27, 2048, 2048, 1, true, 8),
                    new Operand("norm2.bias", 28, 8)));
            cases.add(new FunctionCase(
                    causal ? "transformer block causal" : "transformer block",
                    block,
                    in -> block(in.get(0), in, 1, 2, causal)));
        }
    }

    /** What stands in a list for a bias that is not there. */
    private static final Tensor NO_BIAS = new Tensor();

    /**
     * Attention of all heads of a sequence to itself, causal or not.
     *
     * @param p has, from {@code first}, weight and bias of the projections of all heads and of the output
     */
    static Tensor attention(Tensor x, List<Tensor> p, int first, long heads, boolean causal) {
        return attention(x, p, first, heads, causal, false);
    }

    static Tensor attention(Tensor x, List<Tensor> p, int first, long heads, boolean causal, boolean rotary) {
        long examples = x.size(0), positions = x.size(1), width = x.size(2);
        TensorVector parts = linear(x, p.get(first), p.get(first + 1)).split(width, 2);
        Tensor[] split = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            split[i] = parts.get(i)
                    .view(examples, positions, heads, width / heads)
                    .transpose(1, 2)
                    .contiguous();
            if (rotary && i < 2) split[i] = rotary(split[i], 10_000, false);
        }
        Tensor y = torch.scaled_dot_product_attention(
                split[0], split[1], split[2], NONE, 0, causal, new DoubleOptional(), false);
        y = y.transpose(1, 2).reshape(examples, positions, width);
        return linear(y, p.get(first + 2), p.get(first + 3));
    }

    /**
     * A transformer's block with its norms first (Xiong et al. 2020) and a GELU.
     *
     * @param p has, from {@code first}, the twelve parameters of PyTorch's {@code TransformerEncoderLayer} in its order
     */
    static Tensor block(Tensor x, List<Tensor> p, int first, long heads, boolean causal) {
        Tensor attended = attention(norm(x, p, first + 8), p, first, heads, causal);
        Tensor y = x.add(attended);
        Tensor hidden = torch.gelu(linear(norm(y, p, first + 10), p.get(first + 4), p.get(first + 5)), "none");
        return y.add(linear(hidden, p.get(first + 6), p.get(first + 7)));
    }

    private static Tensor norm(Tensor x, List<Tensor> p, int first) {
        return torch.layer_norm(
                x,
                new long[] {x.size(-1)},
                new TensorOptional(p.get(first)),
                new TensorOptional(p.get(first + 1)),
                1e-5,
                false);
    }
}
