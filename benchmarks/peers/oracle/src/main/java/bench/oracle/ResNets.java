package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The answers of residual networks as torchvision builds them, in evaluation mode. A tensor's stream is Java's hash code of
 * its name; it has multiples of 1/4096, a convolution's within what He would draw, all others within 0.1 of 0 or, for the
 * scales and variances of norms, of 1.
 *
 * @param small for small pictures, of three stages
 * @param wide with blocks of three convolutions, the last of which widens
 */
record ResNets(String name, boolean small, boolean wide, int[] depths) {

    private static final int CLASSES = 10;

    static List<Object> all() {
        List<Object> all = new ArrayList<>();
        for (ResNets net : List.of(
                new ResNets("cifar32", true, false, new int[] {5, 5, 5}),
                new ResNets("cifar56", true, false, new int[] {9, 9, 9}),
                new ResNets("resNet18", false, false, new int[] {2, 2, 2, 2}),
                new ResNets("resNet34", false, false, new int[] {3, 4, 6, 3}),
                new ResNets("resNet50", false, true, new int[] {3, 4, 6, 3}))) all.add(net.toJson());
        return all;
    }

    private static Tensor values(String name, int bound, int shift, ScalarType type, long... shape) {
        return new Operand(name, name.hashCode(), bound, 4096, shift, false, shape).tensor(type);
    }

    private static Tensor convolution(Tensor x, String name, long out, long kernel, long stride) {
        long in = x.size(1);
        int bound = (int) Math.floor(4096 * Math.sqrt(6.0 / (in * kernel * kernel)));
        Tensor weight = values(name + ".weight", bound, 0, x.scalar_type(), out, in, kernel, kernel);
        long[] strides = {stride, stride}, paddings = {kernel / 2, kernel / 2}, dilations = {1, 1};
        return torch.conv2d(x, weight, new TensorOptional(), strides, paddings, dilations, 1);
    }

    private static Tensor norm(Tensor x, String name) {
        ScalarType type = x.scalar_type();
        long channels = x.size(1);
        return torch.batch_norm(
                x,
                new TensorOptional(values(name + ".weight", 410, 1, type, channels)),
                new TensorOptional(values(name + ".bias", 410, 0, type, channels)),
                new TensorOptional(values(name + ".running_mean", 410, 0, type, channels)),
                new TensorOptional(values(name + ".running_var", 410, 1, type, channels)),
                false,
                0.1,
                1e-5,
                false);
    }

    private Tensor block(Tensor x, String at, long width, long stride) {
        Tensor y = x;
        if (wide) {
            y = torch.relu(norm(convolution(y, at + "conv1", width, 1, 1), at + "bn1"));
            y = torch.relu(norm(convolution(y, at + "conv2", width, 3, stride), at + "bn2"));
            y = norm(convolution(y, at + "conv3", 4 * width, 1, 1), at + "bn3");
        } else {
            y = torch.relu(norm(convolution(y, at + "conv1", width, 3, stride), at + "bn1"));
            y = norm(convolution(y, at + "conv2", width, 3, 1), at + "bn2");
        }
        boolean kept = stride == 1 && y.size(1) == x.size(1);
        Tensor shortcut =
                kept ? x : norm(convolution(x, at + "downsample.0", y.size(1), 1, stride), at + "downsample.1");
        return torch.relu(y.add(shortcut));
    }

    private Tensor answers(Tensor x) {
        x = small ? convolution(x, "conv1", 16, 3, 1) : convolution(x, "conv1", 64, 7, 2);
        x = torch.relu(norm(x, "bn1"));
        if (!small) {
            long[] three = {3, 3}, two = {2, 2}, one = {1, 1};
            x = torch.max_pool2d(x, three, two, one, one, false);
        }
        for (int stage = 0; stage < depths.length; stage++)
            for (int i = 0; i < depths[stage]; i++) {
                long width = (small ? 16L : 64L) << stage;
                x = block(x, "layer" + (stage + 1) + "." + i + ".", width, stage > 0 && i == 0 ? 2 : 1);
            }
        Tensor mean = torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1);
        long features = mean.size(1);
        Tensor weight = values("fc.weight", 410, 0, x.scalar_type(), CLASSES, features);
        return torch.linear(mean, weight, new TensorOptional(values("fc.bias", 410, 0, x.scalar_type(), CLASSES)));
    }

    private Map<String, Object> toJson() {
        Operand x = small
                ? new Operand("x", 500, 16, 16, 0, false, 2, 3, 9, 7)
                : new Operand("x", 500, 16, 16, 0, false, 1, 3, 17, 13);
        double[] exact, rounded;
        try (PointerScope scope = new PointerScope()) {
            exact = TorchMlp.values(answers(x.tensor(ScalarType.Double)));
            rounded = TorchMlp.values(answers(x.tensor(ScalarType.Float)));
        }
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("inputs", x.toJson());
        m.put("answers", FunctionCase.tensor("answers", exact, rounded));
        return m;
    }
}
