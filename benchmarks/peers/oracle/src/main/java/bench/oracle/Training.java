package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One recorded way of training.
 *
 * @param settings of the optimizer and of the clipping, as the file has them; {@link #number} is 0 for what is not there
 */
record Training(
        String name, String optimizer, double learningRate, Map<String, Object> settings, double labelSmoothing) {

    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;
    static final double ALPHA = 0.9;
    static final double ADAGRAD_EPSILON = 1e-10;

    static List<Training> all() {
        List<Training> all = new ArrayList<>();
        for (double smoothing : new double[] {0, 0.1}) {
            String end = smoothing == 0 ? "" : "-smoothed";
            all.add(new Training("sgd-momentum" + end, "sgd", 0.1, sgd(0.9, false, 0), smoothing));
            all.add(new Training("sgd-nesterov-decay" + end, "sgd", 0.1, sgd(0.9, true, 1e-3), smoothing));
            all.add(new Training("adam" + end, "adam", 1e-3, adam(0), smoothing));
            all.add(new Training("adam-decay" + end, "adam", 1e-3, adam(1e-2), smoothing));
            all.add(new Training("adamw" + end, "adamw", 1e-3, adam(0.01), smoothing));
            all.add(new Training("adamw-decay-0.1" + end, "adamw", 1e-3, adam(0.1), smoothing));
        }
        all.add(new Training("sgd", "sgd", 0.1, sgd(0, false, 0), 0));
        all.add(new Training("sgd-decay", "sgd", 0.1, sgd(0, false, 1e-2), 0));
        all.add(new Training("sgd-momentum-decay", "sgd", 0.05, sgd(0.5, false, 1e-2), 0));
        all.add(new Training("sgd-nesterov", "sgd", 0.05, sgd(0.9, true, 0), 0));
        all.add(new Training("adam-fast", "adam", 1e-2, adam(0), 0));
        all.add(new Training("adamw-fast", "adamw", 1e-2, adam(0.1), 0));
        all.add(new Training("rmsprop", "rmsprop", 1e-3, rmsProp(0, false, 0), 0));
        all.add(new Training("rmsprop-momentum", "rmsprop", 1e-3, rmsProp(0.9, false, 0), 0));
        all.add(new Training("rmsprop-centered", "rmsprop", 1e-3, rmsProp(0, true, 0), 0));
        all.add(new Training("rmsprop-centered-momentum-decay", "rmsprop", 1e-3, rmsProp(0.5, true, 1e-2), 0));
        all.add(new Training("adagrad", "adagrad", 1e-2, adagrad(0), 0));
        all.add(new Training("adagrad-decay", "adagrad", 1e-2, adagrad(1e-2), 0));
        all.add(new Training("sgd-clip-norm", "sgd", 0.1, with(sgd(0.9, false, 0), "clipNorm", 0.5), 0));
        all.add(new Training("adamw-clip-norm", "adamw", 1e-3, with(adam(0.01), "clipNorm", 0.1), 0));
        all.add(new Training("sgd-clip-norm-never", "sgd", 0.1, with(sgd(0, false, 0), "clipNorm", 100.0), 0));
        all.add(new Training("sgd-clip-value", "sgd", 0.1, with(sgd(0.9, false, 0), "clipValue", 0.01), 0));
        // Biases have a group of their own, without decay and at half the rate.
        all.add(new Training("sgd-groups", "sgd", 0.1, grouped(sgd(0.9, false, 1e-2)), 0));
        all.add(new Training("adam-groups", "adam", 1e-2, grouped(adam(1e-2)), 0));
        all.add(new Training("adamw-groups", "adamw", 1e-2, grouped(adam(0.1)), 0));
        all.add(new Training("rmsprop-groups", "rmsprop", 1e-3, grouped(rmsProp(0.5, true, 1e-2)), 0));
        all.add(new Training("adagrad-groups", "adagrad", 1e-2, grouped(adagrad(1e-2)), 0));
        for (double decay : new double[] {0, 0.1, 1}) {
            String end = decay == 0 ? "" : "-decay-" + decay;
            all.add(new Training("lion" + end, "lion", 1e-3, lion(decay), 0));
        }
        all.add(new Training("lion-groups", "lion", 1e-3, grouped(lion(1)), 0));
        return all;
    }

    private static Map<String, Object> grouped(Map<String, Object> settings) {
        return with(with(settings, "biasDecay", 0.0), "biasRateFactor", 0.5);
    }

    private static Map<String, Object> lion(double weightDecay) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("beta1", Lion.BETA1);
        m.put("beta2", Lion.BETA2);
        return with(m, "weightDecay", weightDecay);
    }

    private static Map<String, Object> sgd(double momentum, boolean nesterov, double weightDecay) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("momentum", momentum);
        m.put("nesterov", nesterov);
        return with(m, "weightDecay", weightDecay);
    }

    private static Map<String, Object> adam(double weightDecay) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("beta1", BETA1);
        m.put("beta2", BETA2);
        m.put("epsilon", EPSILON);
        return with(m, "weightDecay", weightDecay);
    }

    private static Map<String, Object> rmsProp(double momentum, boolean centered, double weightDecay) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("alpha", ALPHA);
        m.put("epsilon", EPSILON);
        m.put("momentum", momentum);
        m.put("centered", centered);
        return with(m, "weightDecay", weightDecay);
    }

    private static Map<String, Object> adagrad(double weightDecay) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("epsilon", ADAGRAD_EPSILON);
        return with(m, "weightDecay", weightDecay);
    }

    private static Map<String, Object> with(Map<String, Object> settings, String name, double value) {
        settings.put(name, value);
        return settings;
    }

    double number(String setting) {
        return settings.get(setting) instanceof Double value ? value : 0;
    }

    boolean hasGroups() {
        return settings.containsKey("biasRateFactor");
    }

    /** How the biases are learnt where they have a group of their own. */
    Training ofBiases() {
        Map<String, Object> changed = new LinkedHashMap<>(settings);
        changed.put("weightDecay", number("biasDecay"));
        return new Training(name, optimizer, learningRate * number("biasRateFactor"), changed, labelSmoothing);
    }

    boolean flag(String setting) {
        return Boolean.TRUE.equals(settings.get(setting));
    }

    Map<String, Object> toJson() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("optimizer", optimizer);
        m.put("learningRate", learningRate);
        m.putAll(settings);
        m.put("labelSmoothing", labelSmoothing);
        return m;
    }

    /** What a training run leaves: the loss of each batch before its update, and the parameters after the last one. */
    record Result(double[] losses, List<double[]> parameters) {

        Map<String, Object> toJson() {
            List<Object> tensors = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                Map<String, Object> t = new LinkedHashMap<>();
                t.put("name", parameterName(i));
                t.put("sum", sum(parameters.get(i)));
                t.put("sumOfSquares", sumOfSquares(parameters.get(i)));
                tensors.add(t);
            }
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("losses", losses);
            m.put("parameters", tensors);
            return m;
        }
    }

    /** Parameters in order: weight and bias of layer 0, 1, 2, under the names that a PyTorch Sequential would give. */
    static String parameterName(int i) {
        return 2 * (i / 2) + (i % 2 == 0 ? ".weight" : ".bias");
    }

    static double sum(double[] a) {
        double s = 0;
        for (double v : a) s += v;
        return s;
    }

    static double sumOfSquares(double[] a) {
        double s = 0;
        for (double v : a) s += v * v;
        return s;
    }
}
