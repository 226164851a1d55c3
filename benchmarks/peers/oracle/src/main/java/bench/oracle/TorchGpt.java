package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A GPT of four layers with GPT-2's names and layout, weights of tokens and head tied, trained by AdamW: the losses of ten
 * batches, then what some tensors are.
 */
final class TorchGpt {

    private static final int VOCABULARY = 17;
    private static final int CONTEXT = 12;
    private static final int LAYERS = 4;
    private static final int HEADS = 4;
    private static final int WIDTH = 16;
    private static final int BATCH = 3;
    private static final int STEPS = 10;
    private static final double RATE = 1e-2;
    private static final double DECAY = 0.1;

    /** Tensors of the beginning, the middle and the end whose last values are in the file. */
    private static final List<String> SHOWN = List.of(
            "wte.weight",
            "wpe.weight",
            "h.0.ln_1.weight",
            "h.1.attn.c_attn.bias",
            "h.2.mlp.c_fc.bias",
            "h.3.ln_2.bias",
            "h.3.attn.c_proj.weight",
            "ln_f.weight");

    private final ScalarType type;
    private final Map<String, Tensor> learnt = new LinkedHashMap<>();

    private TorchGpt(ScalarType type) {
        this.type = type;
        learn("wte.weight", 600, 0, VOCABULARY, WIDTH);
        learn("wpe.weight", 600, 0, CONTEXT, WIDTH);
        for (int i = 0; i < LAYERS; i++) {
            String at = "h." + i + ".";
            norm(at + "ln_1");
            projection(at + "attn.c_attn", WIDTH, 3 * WIDTH);
            projection(at + "attn.c_proj", WIDTH, WIDTH);
            norm(at + "ln_2");
            projection(at + "mlp.c_fc", WIDTH, 4 * WIDTH);
            projection(at + "mlp.c_proj", 4 * WIDTH, WIDTH);
        }
        norm("ln_f");
    }

    /** Multiples of 1/4096; the stream of the n-th learnt tensor, from 0, is 300 + n. */
    private void learn(String name, int bound, int shift, long... shape) {
        int stream = 300 + learnt.size();
        learnt.put(name, new Operand(name, stream, bound, 4096, shift, true, shape).tensor(type));
    }

    private void norm(String name) {
        learn(name + ".weight", 410, 1, WIDTH);
        learn(name + ".bias", 410, 0, WIDTH);
    }

    /** GPT-2's weights are [inputs, outputs]. */
    private void projection(String name, long in, long out) {
        learn(name + ".weight", 1200, 0, in, out);
        learn(name + ".bias", 410, 0, out);
    }

    private Tensor norm(Tensor x, String name) {
        return torch.layer_norm(
                x,
                new long[] {WIDTH},
                new TensorOptional(learnt.get(name + ".weight")),
                new TensorOptional(learnt.get(name + ".bias")),
                1e-5,
                false);
    }

    private Tensor project(Tensor x, String name) {
        return x.matmul(learnt.get(name + ".weight")).add(learnt.get(name + ".bias"));
    }

    private Tensor forward(Tensor ids) {
        Tensor x = torch.embedding(learnt.get("wte.weight"), ids).add(learnt.get("wpe.weight"));
        for (int i = 0; i < LAYERS; i++) {
            String at = "h." + i + ".";
            TensorVector parts =
                    project(norm(x, at + "ln_1"), at + "attn.c_attn").split(WIDTH, 2);
            Tensor y = torch.scaled_dot_product_attention(
                    heads(parts.get(0)),
                    heads(parts.get(1)),
                    heads(parts.get(2)),
                    new TensorOptional(),
                    0,
                    true,
                    new DoubleOptional(),
                    false);
            y = y.transpose(1, 2).reshape(BATCH, CONTEXT, WIDTH);
            x = x.add(project(y, at + "attn.c_proj"));
            Tensor hidden = torch.gelu(project(norm(x, at + "ln_2"), at + "mlp.c_fc"), "tanh");
            x = x.add(project(hidden, at + "mlp.c_proj"));
        }
        return norm(x, "ln_f").matmul(learnt.get("wte.weight").transpose(0, 1));
    }

    private static Tensor heads(Tensor x) {
        return x.view(BATCH, CONTEXT, HEADS, WIDTH / HEADS).transpose(1, 2);
    }

    /** The stream of batch b, from 0, is 500 + b; a window and the token after it are neighbours. */
    private static Tensor tokens(int batch) {
        return Operand.indices("", 500 + batch, VOCABULARY, BATCH, CONTEXT + 1).tensor(ScalarType.Float);
    }

    private static Map<String, double[]> train(ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            TorchGpt net = new TorchGpt(type);
            AdamWOptions options = new AdamWOptions(RATE);
            options.weight_decay().put(DECAY);
            AdamW adam = new AdamW(new TensorVector(net.learnt.values().toArray(new Tensor[0])), options);
            double[] losses = new double[STEPS];
            for (int b = 0; b < STEPS; b++) {
                adam.zero_grad();
                Tensor all = tokens(b);
                Tensor loss = torch.cross_entropy_loss(
                        net.forward(all.narrow(1, 0, CONTEXT)).view(-1, VOCABULARY),
                        all.narrow(1, 1, CONTEXT).reshape(-1),
                        new TensorOptional(),
                        TorchMlp.MEAN,
                        TorchMlp.IGNORED,
                        0);
                loss.backward();
                adam.step();
                losses[b] = loss.item_double();
            }
            Map<String, double[]> results = new LinkedHashMap<>();
            results.put("losses", losses);
            for (String name : SHOWN) results.put(name, TorchMlp.values(net.learnt.get(name)));
            return results;
        }
    }

    static Map<String, Object> toJson() {
        Map<String, double[]> exact = train(ScalarType.Double), rounded = train(ScalarType.Float);
        List<Object> tensors = new ArrayList<>();
        exact.forEach((name, values) -> tensors.add(FunctionCase.tensor(name, values, rounded.get(name))));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("vocabulary", VOCABULARY);
        m.put("context", CONTEXT);
        m.put("layers", LAYERS);
        m.put("heads", HEADS);
        m.put("width", WIDTH);
        m.put("batch", BATCH);
        m.put("learningRate", RATE);
        m.put("weightDecay", DECAY);
        m.put("results", tensors);
        return m;
    }
}
