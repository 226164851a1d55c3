package bench.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Adagrad;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Small networks that have every layer and every loss between them, beside {@link ResNet20}, {@link TorchGpt} and the runs
 * of {@link GenerateRecurrent}.
 */
final class Networks {

    /** Where nothing is ignored. */
    private static final long NOTHING = -100;

    private Networks() {}

    static List<Object> all() {
        List<Network> all =
                List.of(pictures(), autoencoder(), waves(), text(), questions(), distances(), distributions(), leNet());
        return all.stream().map(n -> (Object) n.toJson()).toList();
    }

    private static long[] two(long a) {
        return new long[] {a, a};
    }

    private static Tensor conv2d(
            Map<String, Tensor> p, String at, Tensor x, long stride, long padding, long dilation, long groups) {
        TensorOptional bias = new TensorOptional(p.get(at + ".bias"));
        return torch.conv2d(x, p.get(at + ".weight"), bias, two(stride), two(padding), two(dilation), groups);
    }

    private static Tensor transposed(
            Map<String, Tensor> p, String at, Tensor x, long stride, long padding, long groups) {
        TensorOptional bias = new TensorOptional(p.get(at + ".bias"));
        return torch.conv_transpose2d(
                x, p.get(at + ".weight"), bias, two(stride), two(padding), two(0), groups, two(1));
    }

    private static Tensor linear(Map<String, Tensor> p, String at, Tensor x) {
        return torch.linear(x, p.get(at + ".weight"), new TensorOptional(p.get(at + ".bias")));
    }

    private static Tensor maxPool(Tensor x) {
        return torch.max_pool2d(x, two(2), two(2), two(0), two(1), false);
    }

    private static Tensor crossEntropy(Tensor y, Tensor labels, double smoothing) {
        return torch.cross_entropy_loss(y, labels, new TensorOptional(), TorchMlp.MEAN, NOTHING, smoothing);
    }

    private static SGD sgd(TensorVector p, double rate, double momentum, boolean nesterov) {
        SGDOptions o = new SGDOptions(rate);
        o.momentum().put(momentum);
        o.nesterov().put(nesterov);
        o.weight_decay().put(1e-3);
        return new SGD(p, o);
    }

    private static AdamW adamW(TensorVector p) {
        AdamWOptions o = new AdamWOptions(1e-2);
        o.weight_decay().put(0.1);
        return new AdamW(p, o);
    }

    /** Convolutions, norms, pools, activations and dropout. */
    private static Network pictures() {
        Network n = new Network("pictures", new Operand("inputs", 500, 16, 16, 0, false, 4, 3, 8, 8));
        n.targets(Operand.indices("targets", 600, 10, 4));
        n.layer("0", 8, 3, 3, 3).norm("1", 8).gathered("1", 8);
        n.layer("4.body.0", 8, 4, 3, 3).norm("4.body.1", 8);
        n.layer("6", 12, 8, 1, 1).layer("11", 10, 48);
        n.forward((p, x, run) -> {
            x = conv2d(p, "0", x, 1, 1, 1, 1);
            x = torch.batch_norm(
                    x,
                    new TensorOptional(p.get("1.weight")),
                    new TensorOptional(p.get("1.bias")),
                    new TensorOptional(p.get("1.running_mean")),
                    new TensorOptional(p.get("1.running_var")),
                    run.training(),
                    0.1,
                    1e-5,
                    false);
            x = maxPool(torch.leaky_relu(x, new Scalar(0.1)));
            Tensor y = torch.group_norm(
                    conv2d(p, "4.body.0", x, 1, 2, 2, 2),
                    2,
                    new TensorOptional(p.get("4.body.1.weight")),
                    new TensorOptional(p.get("4.body.1.bias")),
                    1e-5,
                    false);
            x = x.add(torch.silu(y));
            x = torch.avg_pool2d(x, two(3), two(1), two(1), false, true, new LongOptional());
            x = torch.elu(conv2d(p, "6", x, 1, 0, 1, 1));
            x = torch.adaptive_avg_pool2d(x, 2, 2);
            return linear(p, "11", run.dropout(x, "9", 0.25).flatten(1, -1));
        });
        n.loss((y, t) -> crossEntropy(y, t, 0.1));
        return n.optimizer(p -> sgd(p, 0.05, 0.9, true));
    }

    /** A picture made small and large again. */
    private static Network autoencoder() {
        Network n = new Network("autoencoder", new Operand("inputs", 510, 16, 16, 0, false, 4, 2, 7, 5));
        n.targets(new Operand("targets", 610, 8, 8, 0, false, 4, 2, 7, 5));
        n.layer("0", 6, 2, 3, 3).transposed("2", 6, 4, 4, 3, 3).transposed("4", 4, 1, 2, 3, 3);
        n.forward((p, x, run) -> {
            x = torch.tanh(conv2d(p, "0", x, 2, 1, 1, 1));
            x = torch.softplus(transposed(p, "2", x, 2, 1, 1));
            return torch.sigmoid(transposed(p, "4", x, 1, 1, 2));
        });
        n.loss((y, t) -> torch.mse_loss(y, share(t), TorchMlp.MEAN));
        return n.optimizer(p -> {
            AdamOptions o = new AdamOptions(1e-2);
            return new Adam(p, o);
        });
    }

    /** From [-1, 1] to [0, 1]. */
    private static Tensor share(Tensor x) {
        return x.mul(new Scalar(0.5)).add(new Scalar(0.5));
    }

    /** A convolution along time, two LSTMs in both directions, a GRU in both directions, a norm. */
    private static Network waves() {
        Network n = new Network("waves", new Operand("inputs", 520, 16, 16, 0, false, 3, 4, 10));
        n.targets(new Operand("targets", 620, 32, 16, 0, false, 3, 10, 4));
        n.layer("0", 6, 4, 3);
        List<String> lstm = n.recurrent("3", 4, 2, 6, 5), gru = n.recurrent("4", 3, 1, 10, 7);
        n.norm("5", 14).layer("6", 4, 14);
        n.forward((p, x, run) -> {
            x = torch.conv1d(
                    x,
                    p.get("0.weight"),
                    new TensorOptional(p.get("0.bias")),
                    new long[] {1},
                    new long[] {1},
                    new long[] {1},
                    1);
            x = torch.relu(x).transpose(1, 2);
            Tensor four = torch.zeros(4, 3, 5).to(x.scalar_type()),
                    two = torch.zeros(2, 3, 7).to(x.scalar_type());
            x = torch.lstm(x, new TensorVector(four, four), vector(p, lstm), true, 2, 0, run.training(), true, true)
                    .get0();
            x = torch.gru(x, two, vector(p, gru), true, 1, 0, run.training(), true, true)
                    .get0();
            x = torch.layer_norm(
                    x,
                    new long[] {14},
                    new TensorOptional(p.get("5.weight")),
                    new TensorOptional(p.get("5.bias")),
                    1e-5,
                    false);
            return linear(p, "6", x);
        });
        n.loss((y, t) -> torch.huber_loss(y, t, TorchMlp.MEAN, 0.5));
        return n.optimizer(p -> {
            RMSpropOptions o = new RMSpropOptions(1e-3);
            o.alpha().put(0.9);
            return new RMSprop(p, o);
        });
    }

    private static TensorVector vector(Map<String, Tensor> p, List<String> names) {
        return new TensorVector(names.stream().map(p::get).toArray(Tensor[]::new));
    }

    /** A transformer with every way to say positions. */
    private static Network text() {
        Network n = new Network("text", Operand.indices("inputs", 530, 11, 3, 6));
        n.targets(Operand.indices("targets", 630, 11, 3, 6));
        n.weight("0.weight", 11, 8).weight("1.weight", 6, 8);
        n.attention("4.self_attn", 8).layer("4.linear1", 12, 8).layer("4.linear2", 8, 12);
        n.norm("4.norm1", 8).norm("4.norm2", 8);
        n.weight("5.body.0.weight", 8).attention("5.body.1", 8);
        n.weight("6.weight", 8).layer("7", 11, 8);
        n.forward((p, x, run) -> {
            x = torch.embedding(p.get("0.weight"), x).add(p.get("1.weight"));
            x = Layers.rotary(Layers.sinusoidal(x), 10_000, false);
            List<Tensor> all = new ArrayList<>(p.values());
            int block = new ArrayList<>(p.keySet()).indexOf("4.self_attn.in_proj_weight");
            x = Layers.block(x, all, block, 2, true);
            int attention = new ArrayList<>(p.keySet()).indexOf("5.body.1.in_proj_weight");
            x = x.add(Layers.attention(rms(x, p, "5.body.0"), all, attention, 2, true, true));
            return torch.softmax(linear(p, "7", rms(x, p, "6")), -1);
        });
        n.loss((y, t) -> torch.nll_loss_nd(y.log().transpose(1, 2), t, new TensorOptional(), TorchMlp.MEAN, NOTHING));
        return n.optimizer(Networks::adamW);
    }

    private static Tensor rms(Tensor x, Map<String, Tensor> p, String at) {
        return torch.rms_norm(
                x, new long[] {x.size(-1)}, new TensorOptional(p.get(at + ".weight")), new DoubleOptional(0x1p-23));
    }

    private static Network small(String name, int stream) {
        Network n = new Network(name, new Operand("inputs", stream, 16, 16, 0, false, 8, 6));
        n.targets(new Operand("targets", stream + 100, 16, 16, 0, false, 8, 4));
        return n.layer("0", 9, 6).layer("2", 4, 9);
    }

    private static Network questions() {
        Network n = small("questions", 540);
        n.forward((p, x, run) -> linear(p, "2", torch.gelu(linear(p, "0", x), "none")));
        n.loss((y, t) -> {
            TensorOptional weight = new TensorOptional(TorchMlp.tensor(new float[] {2}, y.scalar_type(), 1));
            return torch.binary_cross_entropy_with_logits(y, share(t), new TensorOptional(), weight, TorchMlp.MEAN);
        });
        return n.optimizer(p -> new Adagrad(p, new AdagradOptions(0.05)));
    }

    private static Network distances() {
        Network n = small("distances", 550);
        n.forward((p, x, run) -> linear(p, "2", torch.gelu(linear(p, "0", x), "tanh")));
        n.loss((y, t) -> torch.l1_loss(y, t, TorchMlp.MEAN));
        return n.optimizer(p -> sgd(p, 0.1, 0, false));
    }

    private static Network distributions() {
        Network n = small("distributions", 560);
        n.forward((p, x, run) -> linear(p, "2", torch.silu(linear(p, "0", x))));
        // The sum over the examples' number, which PyTorch calls batchmean.
        n.loss((y, t) -> torch.kl_div(torch.log_softmax(y, 1), torch.softmax(t, 1), 2, false)
                .div(new Scalar(8)));
        return n.optimizer(Networks::adamW);
    }

    private static Network leNet() {
        Network n = new Network("LeNet", new Operand("inputs", 570, 16, 16, 0, false, 2, 1, 28, 28));
        n.targets(Operand.indices("targets", 670, 10, 2));
        n.layer("conv1", 6, 1, 5, 5).layer("conv2", 16, 6, 5, 5);
        n.layer("fc1", 120, 400).layer("fc2", 84, 120).layer("fc3", 10, 84);
        n.forward((p, x, run) -> {
            x = maxPool(torch.relu(conv2d(p, "conv1", x, 1, 2, 1, 1)));
            x = maxPool(torch.relu(conv2d(p, "conv2", x, 1, 0, 1, 1)));
            x = torch.relu(linear(p, "fc1", x.flatten(1, -1)));
            return linear(p, "fc3", torch.relu(linear(p, "fc2", x)));
        });
        n.loss((y, t) -> crossEntropy(y, t, 0));
        return n.optimizer(p -> sgd(p, 0.01, 0.9, false));
    }
}
