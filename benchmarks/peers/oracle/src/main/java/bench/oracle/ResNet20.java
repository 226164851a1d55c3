package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * ResNet-20 with shortcuts of option B, trained by SGD with momentum: the answers to the first batch in evaluation mode,
 * the losses of ten batches, then what some tensors are, and the answers again. Tensors have torchvision's names.
 *
 * <p>Size and rate are chosen such that no ReLU sees a number within 3e-6 of 0: there roundings would decide whether a
 * gradient passes, and trajectories part however well they are computed.
 */
final class ResNet20 {

    private static final int BATCH = 4;
    private static final int SIZE = 8;
    private static final int STEPS = 10;
    private static final double RATE = 0.01;
    private static final double MOMENTUM = 0.9;
    private static final double DECAY = 1e-4;

    /** Tensors of the beginning, the middle and the end whose last values are in the file. */
    private static final List<String> SHOWN = List.of(
            "bn1.running_mean",
            "bn1.running_var",
            "bn1.weight",
            "layer2.0.downsample.1.running_mean",
            "layer2.0.downsample.1.running_var",
            "layer3.2.bn2.running_mean",
            "layer3.2.bn2.running_var",
            "layer3.2.bn2.bias",
            "fc.bias");

    /** What the learnt tensors begin with. */
    interface FirstValues {
        /**
         * Those of one tensor.
         *
         * @param number of the tensor among all learnt ones, from 0; they are asked for in this order
         */
        float[] of(String name, int number, long... shape);
    }

    private final ScalarType type;
    private final FirstValues firstValues;
    private final Map<String, Tensor> learnt = new LinkedHashMap<>();
    private final Map<String, Tensor> gathered = new LinkedHashMap<>();

    ResNet20(ScalarType type, FirstValues firstValues) {
        this.type = type;
        this.firstValues = firstValues;
        convolution("conv1", 16, 3, 3);
        norm("bn1", 16);
        for (int stage = 0; stage < 3; stage++)
            for (int block = 0; block < 3; block++) {
                String at = "layer" + (stage + 1) + "." + block + ".";
                long out = 16L << stage, in = stage > 0 && block == 0 ? out / 2 : out;
                convolution(at + "conv1", out, in, 3);
                norm(at + "bn1", out);
                convolution(at + "conv2", out, out, 3);
                norm(at + "bn2", out);
                if (in != out) {
                    convolution(at + "downsample.0", out, in, 1);
                    norm(at + "downsample.1", out);
                }
            }
        learn("fc.weight", 10, 64);
        learn("fc.bias", 10);
    }

    /** The parameters, by torchvision's names. */
    Map<String, Tensor> learnt() {
        return learnt;
    }

    /**
     * Multiples of 1/4096, those of weights within what He would draw, around 0 or, of the norms' scales, 1; the stream of
     * the n-th tensor is 300 + n.
     */
    private static float[] multiples(String name, int number, long... shape) {
        long count = 1;
        for (long size : shape) count *= size;
        int bound = shape.length == 1 ? 410 : (int) Math.floor(4096 * Math.sqrt(6.0 / (count / shape[0])));
        int shift = isScale(name, shape) ? 1 : 0;
        float[] values = new float[(int) count];
        for (int i = 0; i < count; i++)
            values[i] = (OracleData.below(300 + number, i, 2 * bound + 1) - bound) / 4096f + shift;
        return values;
    }

    /** Whether a tensor is the scale of a norm. */
    static boolean isScale(String name, long... shape) {
        return shape.length == 1 && name.endsWith(".weight");
    }

    private void learn(String name, long... shape) {
        learnt.put(name, TorchMlp.leaf(firstValues.of(name, learnt.size(), shape), type, shape));
    }

    private void convolution(String name, long out, long in, long kernel) {
        learn(name + ".weight", out, in, kernel, kernel);
    }

    private void norm(String name, long channels) {
        learn(name + ".weight", channels);
        learn(name + ".bias", channels);
        float[] ones = new float[(int) channels];
        java.util.Arrays.fill(ones, 1);
        gathered.put(
                name + ".running_mean",
                TorchMlp.tensor(new float[ones.length], type, channels).clone());
        gathered.put(
                name + ".running_var", TorchMlp.tensor(ones, type, channels).clone());
    }

    private Tensor step(Tensor x, String convolution, String norm, long stride, long padding, boolean training) {
        long[] strides = {stride, stride}, paddings = {padding, padding}, dilations = {1, 1};
        Tensor y = torch.conv2d(
                x, learnt.get(convolution + ".weight"), new TensorOptional(), strides, paddings, dilations, 1);
        return torch.batch_norm(
                y,
                new TensorOptional(learnt.get(norm + ".weight")),
                new TensorOptional(learnt.get(norm + ".bias")),
                new TensorOptional(gathered.get(norm + ".running_mean")),
                new TensorOptional(gathered.get(norm + ".running_var")),
                training,
                0.1,
                1e-5,
                false);
    }

    Tensor forward(Tensor x, boolean training) {
        x = torch.relu(step(x, "conv1", "bn1", 1, 1, training));
        for (int stage = 0; stage < 3; stage++)
            for (int block = 0; block < 3; block++) {
                String at = "layer" + (stage + 1) + "." + block + ".";
                long stride = stage > 0 && block == 0 ? 2 : 1;
                Tensor y = torch.relu(step(x, at + "conv1", at + "bn1", stride, 1, training));
                y = step(y, at + "conv2", at + "bn2", 1, 1, training);
                Tensor kept = stride == 1 ? x : step(x, at + "downsample.0", at + "downsample.1", stride, 0, training);
                x = torch.relu(y.add(kept));
            }
        Tensor mean = torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1);
        return torch.linear(mean, learnt.get("fc.weight"), new TensorOptional(learnt.get("fc.bias")));
    }

    /** Multiples of 1/16 in [-1, 1]; the stream of batch b, from 0, is 500 + b. */
    private Tensor inputs(int batch) {
        float[] x = new float[BATCH * 3 * SIZE * SIZE];
        for (int i = 0; i < x.length; i++) x[i] = (OracleData.below(500 + batch, i, 33) - 16) / 16f;
        return TorchMlp.tensor(x, type, BATCH, 3, SIZE, SIZE);
    }

    /** The stream of batch b is 600 + b. */
    private static Tensor labels(int batch) {
        int[] y = new int[BATCH];
        for (int i = 0; i < y.length; i++) y[i] = OracleData.below(600 + batch, i, 10);
        return TorchMlp.labels(y);
    }

    private static Map<String, double[]> train(ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            ResNet20 net = new ResNet20(type, ResNet20::multiples);
            SGDOptions options = new SGDOptions(RATE);
            options.momentum().put(MOMENTUM);
            options.weight_decay().put(DECAY);
            SGD sgd = new SGD(new TensorVector(net.learnt.values().toArray(new Tensor[0])), options);
            double[] before = TorchMlp.values(net.forward(net.inputs(0), false));
            double[] losses = new double[STEPS];
            for (int b = 0; b < STEPS; b++) {
                sgd.zero_grad();
                Tensor loss = torch.cross_entropy_loss(
                        net.forward(net.inputs(b), true),
                        labels(b),
                        new TensorOptional(),
                        TorchMlp.MEAN,
                        TorchMlp.IGNORED,
                        0);
                loss.backward();
                sgd.step();
                losses[b] = loss.item_double();
            }
            Map<String, double[]> results = new LinkedHashMap<>();
            results.put("answers before", before);
            results.put("losses", losses);
            for (String name : SHOWN)
                results.put(name, TorchMlp.values(net.learnt.getOrDefault(name, net.gathered.get(name))));
            results.put("answers", TorchMlp.values(net.forward(net.inputs(0), false)));
            return results;
        }
    }

    static Map<String, Object> toJson() {
        Map<String, double[]> exact = train(ScalarType.Double), rounded = train(ScalarType.Float);
        List<Object> tensors = new ArrayList<>();
        exact.forEach((name, values) -> tensors.add(FunctionCase.tensor(name, values, rounded.get(name))));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("batch", BATCH);
        m.put("size", SIZE);
        m.put("learningRate", RATE);
        m.put("momentum", MOMENTUM);
        m.put("weightDecay", DECAY);
        m.put("results", tensors);
        return m;
    }
}
