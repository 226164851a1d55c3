package bench.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Losses on fixed answers and targets: the mean, the sum and what is reduced, each with its gradient by the answers, in
 * single and in double precision.
 */
final class LossFunctions {

    private static final long SUM = 2;

    /** Where no label is ignored: PyTorch always names one, and none of ours is this. */
    private static final long NOTHING = -1;

    /** What losses that are not reduced are multiplied by before their gradient is taken: no two neighbours are equal, one is zero. */
    private static final float[] ABOVE = {1f, -0.5f, 2f, 0.25f, -1.5f, 0.75f, 1.25f, -2f, 0.5f, 0f, -0.25f, 1.75f};

    /** Six rows of five classes: ordinary, equal, and with a large spread. */
    private static final float[] LOGITS = {
        0.5f, -1.25f, 2f, 0f, 0.25f, 0f, 0f, 0f, 0f, 0f, 9f, -7f, 0f, 1f, -1f, 0.75f, -2.5f, 1.5f, 30f, -1f, 3f, 3.5f,
        -3f, 2f, 1f, -0.125f, 0.0625f, -0.5f, 4f, -20f
    };

    private static final int[] LABELS = {2, 4, 0, 1, 3, 0};

    /** The same with two that are no class, as in sentences that are padded. */
    private static final int[] PADDED = {2, -100, 0, 1, -100, 3};

    private static final float[] WEIGHTS = {0.5f, 2f, 1f, 0.25f, 3f};

    /** Logits of twelve questions: the flat tails of the sigmoid, the steep middle, zero. */
    private static final float[] QUESTIONS = {-80f, -20f, -6.5f, -3f, -1f, -0.25f, 0f, 0.5f, 1.75f, 4f, 20f, 80f};

    private static final float[] ANSWERS = {0f, 1f, 0f, 1f, 0.25f, 0.75f, 0.5f, 1f, 0f, 0.125f, 1f, 0f};

    private static final float[] PREDICTION = {0f, 1f, -1f, 0.5f, 2.25f, -3.5f, 10f, 0.125f, -0.0625f, 8f, -8f, 1.5f};
    private static final float[] TARGET = {0f, 0.5f, 1f, 0.5f, -2.25f, -3.25f, 9f, 0f, 0.0625f, -8f, -7f, 1.5f};

    /** Three distributions of four classes, one without a class; their sums are 1. */
    private static final float[] PROBABILITIES = {
        0.25f, 0.5f, 0.125f, 0.125f, 0f, 0.75f, 0.0625f, 0.1875f, 1f, 0f, 0f, 0f
    };

    private static final float[] LOG_PROBABILITIES = {
        -1.5f, -0.75f, -2f, -1.75f, -4f, -0.5f, -2.5f, -1.25f, -0.25f, -3f, -2.75f, -8f
    };

    /** From answers and targets to a loss; the reduction is none, mean or sum. */
    private interface Function {
        Tensor of(Tensor answers, Tensor targets, long reduction, ScalarType type);
    }

    private LossFunctions() {}

    static List<Object> all() {
        List<Object> cases = new ArrayList<>();
        numbers(cases);
        for (double weight : new double[] {1, 3}) {
            cases.add(ofNumbers(
                    "binary_cross_entropy_with_logits",
                    Map.of("positiveWeight", weight),
                    QUESTIONS,
                    ANSWERS,
                    (x, y, r, t) -> torch.binary_cross_entropy_with_logits(
                            x, y, new TensorOptional(), optional(new float[] {(float) weight}, t), r)));
        }
        cases.add(ofNumbers("kl_div", Map.of(), LOG_PROBABILITIES, PROBABILITIES, LossFunctions::divergence));
        classes(cases);
        return cases;
    }

    private static void numbers(List<Object> cases) {
        cases.add(ofNumbers("mse", Map.of(), PREDICTION, TARGET, (x, y, r, t) -> torch.mse_loss(x, y, r)));
        cases.add(ofNumbers("l1", Map.of(), PREDICTION, TARGET, (x, y, r, t) -> torch.l1_loss(x, y, r)));
        for (double delta : new double[] {1, 0.5}) {
            cases.add(ofNumbers(
                    "huber",
                    Map.of("delta", delta),
                    PREDICTION,
                    TARGET,
                    (x, y, r, t) -> torch.huber_loss(x, y, r, delta)));
        }
        cases.add(ofNumbers(
                "smooth_l1",
                Map.of("beta", 0.5),
                PREDICTION,
                TARGET,
                (x, y, r, t) -> torch.smooth_l1_loss(x, y, r, 0.5)));
    }

    /** With PyTorch's "batchmean" in the place of its mean, as its documentation recommends. */
    private static Tensor divergence(Tensor x, Tensor y, long reduction, ScalarType type) {
        return reduction == TorchMlp.MEAN
                ? torch.kl_div(x, y, SUM, false)
                        .div(TorchMlp.tensor(new float[] {x.size(0)}, type, 1).sum())
                : torch.kl_div(x, y, reduction, false);
    }

    private static void classes(List<Object> cases) {
        for (boolean weighted : new boolean[] {false, true}) {
            // No label is ignored, one that is no class, one that is a class.
            for (long ignored : new long[] {NOTHING, TorchMlp.IGNORED, 3}) {
                for (double smoothing : new double[] {0, 0.1}) {
                    cases.add(ofClasses("cross_entropy", false, weighted, ignored, smoothing));
                }
                cases.add(ofClasses("nll", false, weighted, ignored, 0));
            }
        }
        cases.add(ofClasses("cross_entropy", true, false, NOTHING, 0));
        cases.add(ofClasses("cross_entropy", true, false, TorchMlp.IGNORED, 0.1));
        cases.add(ofClasses("cross_entropy", true, true, TorchMlp.IGNORED, 0.1));
        cases.add(ofClasses("nll", true, true, TorchMlp.IGNORED, 0));
    }

    private static Map<String, Object> ofClasses(
            String name, boolean text, boolean weighted, long ignored, double smoothing) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (weighted) options.put("classWeights", WEIGHTS);
        boolean ignores = ignored != NOTHING;
        if (ignores) options.put("ignoreIndex", ignored);
        if (smoothing != 0) options.put("labelSmoothing", smoothing);
        int[] labels = ignored == TorchMlp.IGNORED ? PADDED : LABELS;
        Function function = (x, y, r, t) -> {
            // Classes come second in PyTorch.
            Tensor scores = text ? x.transpose(1, 2) : x;
            TensorOptional weights = weighted ? optional(WEIGHTS, t) : new TensorOptional();
            return name.equals("nll")
                    ? torch.nll_loss_nd(scores, y, weights, r, ignored)
                    : torch.cross_entropy_loss(scores, y, weights, r, ignored, smoothing);
        };
        long[] shape = text ? new long[] {2, 3, 5} : new long[] {6, 5};
        Map<String, Object> m = head(name, options, shape, LOGITS);
        m.put("labels", labels);
        for (ScalarType type : Generate.TYPES) {
            try (PointerScope scope = new PointerScope()) {
                Tensor y = TorchMlp.labels(labels);
                m.put(Generate.nameOf(type), results(function, shape, LOGITS, text ? y.view(2, 3) : y, type));
            }
        }
        return m;
    }

    private static Map<String, Object> ofNumbers(
            String name, Map<String, Object> options, float[] answers, float[] targets, Function function) {
        long[] shape = {3, 4};
        Map<String, Object> m = head(name, options, shape, answers);
        m.put("targets", targets);
        for (ScalarType type : Generate.TYPES) {
            try (PointerScope scope = new PointerScope()) {
                Tensor y = TorchMlp.tensor(targets, type, shape);
                m.put(Generate.nameOf(type), results(function, shape, answers, y, type));
            }
        }
        return m;
    }

    private static Map<String, Object> results(
            Function function, long[] shape, float[] answers, Tensor targets, ScalarType type) {
        Map<String, Object> result = new LinkedHashMap<>();
        Map<String, Long> reductions = new LinkedHashMap<>();
        reductions.put("mean", TorchMlp.MEAN);
        reductions.put("sum", SUM);
        reductions.put("none", TorchMlp.NONE);
        reductions.forEach((name, reduction) -> {
            Tensor x = TorchMlp.leaf(answers, type, shape);
            Tensor loss = function.of(x, targets, reduction, type);
            Tensor above = TorchMlp.tensor(Arrays.copyOf(ABOVE, (int) loss.numel()), type, loss.numel())
                    .view_as(loss);
            (reduction == TorchMlp.NONE ? loss.mul(above).sum() : loss).backward();
            result.put(name, TorchMlp.values(loss));
            result.put(name + "Gradient", TorchMlp.values(x.grad()));
        });
        return result;
    }

    private static TensorOptional optional(float[] values, ScalarType type) {
        return new TensorOptional(TorchMlp.tensor(values, type, values.length));
    }

    private static Map<String, Object> head(String name, Map<String, Object> options, long[] shape, float[] answers) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("loss", name);
        m.put("options", options);
        m.put("shape", shape);
        m.put("answers", answers);
        return m;
    }
}
