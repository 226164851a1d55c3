package bench.oracle;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.MultiheadAttentionForwardFuncOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** What transformers are made of: values and gradients. */
final class Transformers {

    private static final TensorOptional NONE = new TensorOptional();

    private Transformers() {}

    static List<Object> all() {
        List<FunctionCase> cases = new ArrayList<>();
        norms(cases);
        List<Operand> line = List.of(new Operand("x", 1, 24, 4, 0, true, 49));
        cases.add(new FunctionCase("gelu", line, in -> torch.gelu(in.get(0), "none")));
        cases.add(new FunctionCase("gelu tanh", line, in -> torch.gelu(in.get(0), "tanh")));
        List<Operand> block = List.of(new Operand("x", 1, 4096, 512, 0, true, 3, 5, 2));
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            cases.add(new FunctionCase("softmax " + axis, block, in -> torch.softmax(in.get(0), along)));
            cases.add(new FunctionCase("log_softmax " + axis, block, in -> torch.log_softmax(in.get(0), along)));
        }
        cases.add(new FunctionCase(
                "embedding",
                List.of(Operand.indices("x", 7, 6, 4, 3), new Operand("weight", 2, 6, 5)),
                in -> torch.embedding(in.get(1), in.get(0))));
        attention(cases);
        return cases.stream().map(c -> (Object) c.toJson()).toList();
    }

    private static void norms(List<FunctionCase> cases) {
        Operand x = new Operand("x", 1, 4096, 1024, 3, true, 4, 3, 7);
        Operand weight = new Operand("weight", 2, 7), bias = new Operand("bias", 3, 7);
        cases.add(new FunctionCase("layer_norm", List.of(x, weight, bias), in -> layerNorm(in, 1e-5, 7)));
        cases.add(new FunctionCase("layer_norm without bias", List.of(x, weight), in -> layerNorm(in, 0.1, 7)));
        cases.add(new FunctionCase(
                "layer_norm of two dimensions",
                List.of(x, new Operand("weight", 2, 3, 7), new Operand("bias", 3, 3, 7)),
                in -> layerNorm(in, 1e-5, 3, 7)));
        // The weights of many rows add up.
        cases.add(new FunctionCase(
                "layer_norm of many rows",
                List.of(
                        new Operand("x", 1, 4096, 1024, 1, true, 67, 5),
                        new Operand("weight", 2, 5),
                        new Operand("bias", 3, 5)),
                in -> layerNorm(in, 1e-5, 5)));
        cases.add(new FunctionCase(
                "rms_norm",
                List.of(x, weight),
                in -> torch.rms_norm(
                        in.get(0), new long[] {7}, new TensorOptional(in.get(1)), new DoubleOptional(0x1p-23))));
        cases.add(new FunctionCase(
                "rms_norm of two dimensions",
                List.of(x, new Operand("weight", 2, 3, 7)),
                in -> torch.rms_norm(
                        in.get(0), new long[] {3, 7}, new TensorOptional(in.get(1)), new DoubleOptional(0.1))));
    }

    private static Tensor layerNorm(List<Tensor> in, double epsilon, long... sizes) {
        TensorOptional bias = in.size() == 3 ? new TensorOptional(in.get(2)) : NONE;
        return torch.layer_norm(in.get(0), sizes, new TensorOptional(in.get(1)), bias, epsilon, false);
    }

    private static List<Operand> operands(long queries, long keys, long width, long valueWidth) {
        return List.of(
                new Operand("q", 1, 2, 2, queries, width),
                new Operand("k", 2, 2, 2, keys, width),
                new Operand("v", 3, 2, 2, keys, valueWidth));
    }

    private static Tensor attention(List<Tensor> in, boolean causal, DoubleOptional scale) {
        TensorOptional mask = in.size() == 4 ? new TensorOptional(in.get(3)) : NONE;
        return torch.scaled_dot_product_attention(in.get(0), in.get(1), in.get(2), mask, 0, causal, scale, false);
    }

    private static void attention(List<FunctionCase> cases) {
        DoubleOptional usual = new DoubleOptional();
        cases.add(new FunctionCase("attention", operands(5, 5, 4, 4), in -> attention(in, false, usual)));
        cases.add(new FunctionCase("attention causal", operands(6, 6, 4, 4), in -> attention(in, true, usual)));
        cases.add(new FunctionCase(
                "attention scale", operands(3, 6, 4, 5), in -> attention(in, false, new DoubleOptional(1.5))));
        List<Operand> masked = new ArrayList<>(operands(4, 7, 4, 4));
        masked.add(Operand.mask("mask", 4, 3, 2, 2, 4, 7));
        cases.add(new FunctionCase("attention mask", masked, in -> attention(in, false, usual)));
        List<Operand> shared = new ArrayList<>(operands(4, 7, 4, 4));
        shared.add(Operand.mask("mask", 4, 3, 1, 1, 4, 7));
        cases.add(new FunctionCase("attention shared mask", shared, in -> attention(in, false, usual)));
        List<Operand> weights = List.of(
                new Operand("in_proj_weight", 11, 4096, 8192, 0, true, 24, 8),
                new Operand("in_proj_bias", 12, 4096, 8192, 0, true, 24),
                new Operand("out_proj.weight", 13, 4096, 8192, 0, true, 8, 8),
                new Operand("out_proj.bias", 14, 4096, 8192, 0, true, 8));
        List<Operand> one = new ArrayList<>(List.of(new Operand("x", 1, 2, 5, 8)));
        one.addAll(weights);
        cases.add(new FunctionCase("multi-head attention", one, in -> multiHead(in, 0, 0)));
        List<Operand> two = new ArrayList<>(List.of(new Operand("x", 1, 2, 5, 8), new Operand("keys", 2, 2, 3, 8)));
        two.addAll(weights);
        cases.add(new FunctionCase("multi-head attention to another sequence", two, in -> multiHead(in, 1, 1)));
    }

    /** PyTorch's own takes positions before examples. */
    private static Tensor multiHead(List<Tensor> in, int keys, int values) {
        int first = in.size() - 4;
        var options = new MultiheadAttentionForwardFuncOptions(
                8,
                2,
                in.get(first),
                in.get(first + 1),
                new Tensor(),
                new Tensor(),
                false,
                0,
                in.get(first + 2),
                in.get(first + 3));
        Tensor result = torch.multi_head_attention_forward(
                        in.get(0).transpose(0, 1),
                        in.get(keys).transpose(0, 1),
                        in.get(values).transpose(0, 1),
                        options)
                .get0();
        return result.transpose(0, 1);
    }
}
