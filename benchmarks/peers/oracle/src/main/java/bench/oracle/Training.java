package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One recorded way of training; fields that its optimizer does not know are zero. */
record Training(
        String name,
        String optimizer,
        double learningRate,
        double momentum,
        boolean nesterov,
        double weightDecay,
        double labelSmoothing) {

    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;

    static List<Training> all() {
        List<Training> all = new ArrayList<>();
        for (double smoothing : new double[] {0, 0.1}) {
            String end = smoothing == 0 ? "" : "-smoothed";
            all.add(new Training("sgd-momentum" + end, "sgd", 0.1, 0.9, false, 0, smoothing));
            all.add(new Training("sgd-nesterov-decay" + end, "sgd", 0.1, 0.9, true, 1e-3, smoothing));
            all.add(new Training("adam" + end, "adam", 1e-3, 0, false, 0, smoothing));
            all.add(new Training("adam-decay" + end, "adam", 1e-3, 0, false, 1e-2, smoothing));
            all.add(new Training("adamw" + end, "adamw", 1e-3, 0, false, 0.01, smoothing));
            all.add(new Training("adamw-decay-0.1" + end, "adamw", 1e-3, 0, false, 0.1, smoothing));
        }
        return all;
    }

    Map<String, Object> toJson() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("optimizer", optimizer);
        m.put("learningRate", learningRate);
        if (optimizer.equals("sgd")) {
            m.put("momentum", momentum);
            m.put("nesterov", nesterov);
        } else {
            m.put("beta1", BETA1);
            m.put("beta2", BETA2);
            m.put("epsilon", EPSILON);
        }
        m.put("weightDecay", weightDecay);
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
