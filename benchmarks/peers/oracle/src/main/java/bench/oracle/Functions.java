package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Values and gradients of single functions on fixed inputs, in single and in double precision. */
final class Functions {

    /** Both signs, the flat tails, the steep middle, zero. */
    private static final float[] LINE = {-80f, -20f, -6.5f, -3f, -1f, -0.25f, 0f, 0.5f, 1.75f, 4f, 20f, 80f};

    /** What arrives from above at each element: no two neighbours are equal, one is zero. */
    private static final float[] ABOVE = {1f, -0.5f, 2f, 0.25f, -1.5f, 0.75f, 1.25f, -2f, 0.5f, 0f, -0.25f, 1.75f};

    /** Rows for log-softmax: an ordinary one, one with a large spread, one that is constant and large. */
    private static final float[] THREE_ROWS = {0.5f, -1.25f, 2f, 0f, 80f, -80f, 0f, 79f, 80f, 80f, 80f, 80f};

    /** Rows for cross-entropy: ordinary, equal, and large ones whose label is the greatest, the least, or tied. */
    private static final float[] SIX_ROWS = {
        0.5f, -1.25f, 2f, 0f, 0.25f, 0f, 0f, 0f, 0f, 0f, 80f, -80f, 0f, 1f, -1f, 80f, -80f, 0f, 1f, -1f, -80f, -80f,
        -80f, -79f, -80f, 80f, 79.5f, -3f, 80f, 10f,
    };

    private static final int[] LABELS = {2, 4, 0, 1, 3, 3};

    private static final float[] PREDICTION = {0f, 1f, -1f, 0.5f, 2.25f, -3.5f, 10f, 0.125f, -0.0625f, 80f, -80f, 1.5f};
    private static final float[] TARGET = {0f, 0.5f, 1f, 0.5f, -2.25f, -3.25f, 9f, 0f, 0.0625f, -80f, -79f, 1.5f};

    private Functions() {}

    static List<Object> all() {
        List<Object> cases = new ArrayList<>();
        cases.add(elementwise("sigmoid", Map.of(), torch::sigmoid));
        cases.add(elementwise("tanh", Map.of(), torch::tanh));
        cases.add(elementwise("softplus", Map.of(), torch::softplus));
        cases.add(elementwise("gelu", Map.of("approximate", "none"), x -> torch.gelu(x, "none")));
        cases.add(elementwise("gelu", Map.of("approximate", "tanh"), x -> torch.gelu(x, "tanh")));
        cases.add(of("log_softmax", Map.of("axis", 1), THREE_ROWS, ABOVE, x -> torch.log_softmax(x, 1), 3, 4));
        cases.add(meanSquaredError());
        cases.add(crossEntropy(0));
        cases.add(crossEntropy(0.1));
        return cases;
    }

    private static Map<String, Object> elementwise(
            String name, Map<String, Object> attributes, UnaryOperator<Tensor> function) {
        return of(name, attributes, LINE, ABOVE, function, LINE.length);
    }

    private static Map<String, Object> of(
            String name,
            Map<String, Object> attributes,
            float[] input,
            float[] above,
            UnaryOperator<Tensor> function,
            long... shape) {
        Map<String, Object> m = head(name, attributes, input, shape);
        m.put("outputGradient", above);
        for (ScalarType type : Generate.TYPES) {
            try (PointerScope scope = new PointerScope()) {
                Tensor x = TorchMlp.leaf(input, type, shape);
                Tensor y = function.apply(x);
                Tensor gradient = TorchMlp.tensor(above, type, shape);
                y.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("output", TorchMlp.values(y));
                result.put("inputGradient", TorchMlp.values(x.grad()));
                m.put(Generate.nameOf(type), result);
            }
        }
        return m;
    }

    private static Map<String, Object> meanSquaredError() {
        Map<String, Object> m = head("mse", Map.of("reduction", "mean"), PREDICTION, PREDICTION.length);
        m.put("target", TARGET);
        for (ScalarType type : Generate.TYPES) {
            try (PointerScope scope = new PointerScope()) {
                Tensor x = TorchMlp.leaf(PREDICTION, type, PREDICTION.length);
                Tensor target = TorchMlp.leaf(TARGET, type, TARGET.length);
                Tensor loss = torch.mse_loss(x, target, TorchMlp.MEAN);
                loss.backward();
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("output", TorchMlp.values(loss));
                result.put("inputGradient", TorchMlp.values(x.grad()));
                result.put("targetGradient", TorchMlp.values(target.grad()));
                m.put(Generate.nameOf(type), result);
            }
        }
        return m;
    }

    private static Map<String, Object> crossEntropy(double smoothing) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("reduction", "mean");
        attributes.put("labelSmoothing", smoothing);
        int rows = LABELS.length, classes = SIX_ROWS.length / rows;
        Map<String, Object> m = head("cross_entropy", attributes, SIX_ROWS, rows, classes);
        m.put("labels", LABELS);
        for (ScalarType type : Generate.TYPES) {
            try (PointerScope scope = new PointerScope()) {
                Tensor x = TorchMlp.leaf(SIX_ROWS, type, rows, classes);
                Tensor y = TorchMlp.labels(LABELS);
                Tensor each = torch.cross_entropy_loss(
                        x, y, new TensorOptional(), TorchMlp.NONE, TorchMlp.IGNORED, smoothing);
                Tensor loss = torch.cross_entropy_loss(
                        x, y, new TensorOptional(), TorchMlp.MEAN, TorchMlp.IGNORED, smoothing);
                loss.backward();
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("rows", TorchMlp.values(each));
                result.put("output", TorchMlp.values(loss));
                result.put("inputGradient", TorchMlp.values(x.grad()));
                m.put(Generate.nameOf(type), result);
            }
        }
        return m;
    }

    private static Map<String, Object> head(String name, Map<String, Object> attributes, float[] input, long... shape) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("function", name);
        m.put("attributes", attributes);
        m.put("shape", shape);
        m.put("input", input);
        return m;
    }
}
