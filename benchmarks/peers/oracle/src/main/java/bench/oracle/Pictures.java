package bench.oracle;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Functions of pictures: values, gradients, and what batch normalisation gathers. Of each tensor the file has the values
 * in double precision, and how far single precision is off at most.
 */
final class Pictures {

    /** The stream of the gradient that arrives at the output. */
    private static final int ABOVE = 900;

    private static final TensorOptional NONE = new TensorOptional();

    /**
     * An operand: element i is (below(stream, i, 2 bound + 1) - bound) / scale + shift.
     *
     * @param learnt whether the file has the gradient by it; else it may be changed in place
     */
    private record Operand(String name, int stream, int bound, int scale, int shift, boolean learnt, long... shape) {

        Operand(String name, int stream, long... shape) {
            this(name, stream, 4096, 2048, 0, true, shape);
        }

        float[] values() {
            int count = 1;
            for (long size : shape) count *= (int) size;
            float[] values = new float[count];
            for (int i = 0; i < count; i++)
                values[i] = (float) (OracleData.below(stream, i, 2 * bound + 1) - bound) / scale + shift;
            return values;
        }

        Map<String, Object> toJson() {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("name", name);
            m.put("stream", stream);
            m.put("bound", bound);
            m.put("scale", scale);
            m.put("shift", shift);
            m.put("shape", shape);
            return m;
        }
    }

    private record Case(String name, List<Operand> operands, Function<List<Tensor>, Tensor> function) {

        Map<String, Object> toJson() {
            Map<String, double[]> exact = run(ScalarType.Double);
            Map<String, double[]> rounded = run(ScalarType.Float);
            List<Object> tensors = new ArrayList<>();
            exact.forEach((name, values) -> tensors.add(tensor(name, values, rounded.get(name))));
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("name", name);
            m.put("operands", operands.stream().map(Operand::toJson).toList());
            m.put("results", tensors);
            return m;
        }

        private Map<String, double[]> run(ScalarType type) {
            try (PointerScope scope = new PointerScope()) {
                List<Tensor> in = new ArrayList<>();
                for (Operand o : operands) {
                    Tensor t = TorchMlp.tensor(o.values(), type, o.shape()).clone();
                    in.add(o.learnt() ? t.set_requires_grad(true) : t);
                }
                Tensor y = function.apply(in);
                double[] output = TorchMlp.values(y);
                long[] shape = new long[(int) y.dim()];
                for (int i = 0; i < shape.length; i++) shape[i] = y.size(i);
                Tensor above = TorchMlp.tensor(new Operand("", ABOVE, shape).values(), type, shape);
                y.backward(above, new BoolOptional(), false, new TensorArrayRefOptional());
                Map<String, double[]> results = new LinkedHashMap<>();
                results.put("output", output);
                for (int i = 0; i < in.size(); i++) {
                    Operand o = operands.get(i);
                    if (o.learnt())
                        results.put(
                                "gradient by " + o.name(),
                                TorchMlp.values(in.get(i).grad()));
                    else results.put(o.name() + " afterwards", TorchMlp.values(in.get(i)));
                }
                return results;
            }
        }
    }

    private Pictures() {}

    /** The values in double precision and the largest distance of single precision from them. */
    static Map<String, Object> tensor(String name, double[] exact, double[] rounded) {
        double off = 0;
        for (int i = 0; i < exact.length; i++) off = Math.max(off, Math.abs(exact[i] - rounded[i]));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("float32Error", off);
        m.put("float64", Arrays.stream(exact).map(Pictures::shortened).toArray());
        return m;
    }

    /** To twelve digits, which is far more than single precision has, and keeps the file small. */
    private static double shortened(double value) {
        return new BigDecimal(value).round(new MathContext(12)).doubleValue();
    }

    static List<Object> all() {
        List<Case> cases = new ArrayList<>();
        convolutions(cases);
        pools(cases);
        norms(cases);
        Operand line = new Operand("x", 1, 6, 2, 0, true, 13);
        cases.add(new Case("leaky_relu", List.of(line), in -> torch.leaky_relu(in.get(0), new Scalar(0.2))));
        cases.add(new Case("elu", List.of(line), in -> torch.elu(in.get(0))));
        cases.add(new Case("softplus", List.of(line), in -> torch.softplus(in.get(0))));
        cases.add(new Case("silu", List.of(line), in -> torch.silu(in.get(0))));
        return cases.stream().map(c -> (Object) c.toJson()).toList();
    }

    private static long[] two(long a, long b) {
        return new long[] {a, b};
    }

    private static Tensor conv2d(List<Tensor> in, long[] stride, long[] padding, long[] dilation, long groups) {
        TensorOptional bias = in.size() == 3 ? new TensorOptional(in.get(2)) : NONE;
        return torch.conv2d(in.get(0), in.get(1), bias, stride, padding, dilation, groups);
    }

    private static Tensor transposed(
            List<Tensor> in, long[] stride, long[] padding, long[] added, long groups, long[] dilation) {
        return torch.conv_transpose2d(
                in.get(0), in.get(1), new TensorOptional(in.get(2)), stride, padding, added, groups, dilation);
    }

    private static List<Operand> operands(long[] x, long[] weight, long bias) {
        List<Operand> all = new ArrayList<>(List.of(new Operand("x", 1, x), new Operand("weight", 2, weight)));
        if (bias > 0) all.add(new Operand("bias", 3, bias));
        return all;
    }

    private static void convolutions(List<Case> cases) {
        long[] x = {2, 4, 5, 4};
        cases.add(new Case(
                "conv2d",
                operands(x, new long[] {3, 4, 3, 3}, 3),
                in -> conv2d(in, two(1, 1), two(1, 1), two(1, 1), 1)));
        cases.add(new Case(
                "conv2d stride",
                operands(x, new long[] {3, 4, 3, 2}, 0),
                in -> conv2d(in, two(2, 1), two(0, 1), two(1, 1), 1)));
        cases.add(new Case(
                "conv2d dilation",
                operands(x, new long[] {2, 4, 2, 3}, 2),
                in -> conv2d(in, two(1, 2), two(1, 2), two(3, 2), 1)));
        cases.add(new Case(
                "conv2d groups",
                operands(x, new long[] {6, 2, 3, 3}, 6),
                in -> conv2d(in, two(2, 2), two(1, 1), two(1, 1), 2)));
        cases.add(new Case(
                "conv2d depthwise",
                operands(x, new long[] {4, 1, 3, 3}, 4),
                in -> conv2d(in, two(1, 1), two(1, 1), two(1, 1), 4)));
        cases.add(new Case(
                "conv2d 1x1",
                operands(x, new long[] {5, 4, 1, 1}, 5),
                in -> conv2d(in, two(2, 2), two(0, 0), two(1, 1), 1)));
        cases.add(new Case(
                "conv1d",
                operands(new long[] {2, 4, 9}, new long[] {4, 2, 3}, 4),
                in -> torch.conv1d(
                        in.get(0),
                        in.get(1),
                        new TensorOptional(in.get(2)),
                        new long[] {2},
                        new long[] {2},
                        new long[] {2},
                        2)));
        long[] small = {2, 4, 3, 2};
        cases.add(new Case(
                "conv_transpose2d",
                operands(small, new long[] {4, 3, 3, 3}, 3),
                in -> transposed(in, two(1, 1), two(0, 0), two(0, 0), 1, two(1, 1))));
        cases.add(new Case(
                "conv_transpose2d stride",
                operands(small, new long[] {4, 2, 3, 3}, 2),
                in -> transposed(in, two(2, 2), two(1, 1), two(1, 1), 1, two(1, 1))));
        cases.add(new Case(
                "conv_transpose2d groups",
                operands(small, new long[] {4, 1, 2, 3}, 2),
                in -> transposed(in, two(3, 2), two(0, 1), two(2, 0), 2, two(1, 2))));
        // An output padding beyond the stride, which only a dilation allows.
        cases.add(new Case(
                "conv_transpose2d dilation",
                operands(small, new long[] {4, 2, 2, 2}, 2),
                in -> transposed(in, two(1, 2), two(1, 1), two(2, 1), 1, two(3, 2))));
    }

    private static void pools(List<Case> cases) {
        List<Operand> x = List.of(new Operand("x", 1, 1, 2, 7, 6));
        // Few different numbers, so that equal ones meet in a window.
        List<Operand> ties = List.of(new Operand("x", 1, 1, 1, 0, true, 1, 2, 7, 6));
        cases.add(new Case(
                "max_pool2d", x, in -> torch.max_pool2d(in.get(0), two(3, 3), two(2, 2), two(1, 1), two(1, 1), false)));
        cases.add(new Case(
                "max_pool2d ties",
                ties,
                in -> torch.max_pool2d(in.get(0), two(3, 3), two(2, 2), two(1, 1), two(1, 1), false)));
        cases.add(new Case(
                "max_pool2d dilation",
                x,
                in -> torch.max_pool2d(in.get(0), two(2, 3), two(2, 1), two(0, 1), two(2, 1), false)));
        cases.add(new Case(
                "avg_pool2d",
                x,
                in -> torch.avg_pool2d(in.get(0), two(3, 2), two(2, 2), two(1, 1), false, true, new LongOptional())));
        cases.add(new Case(
                "avg_pool2d without padding",
                x,
                in -> torch.avg_pool2d(in.get(0), two(3, 2), two(2, 2), two(1, 1), false, false, new LongOptional())));
        cases.add(new Case("adaptive_avg_pool2d", x, in -> torch.adaptive_avg_pool2d(in.get(0), 3, 4)));
        cases.add(new Case("adaptive_avg_pool2d to one", x, in -> torch.adaptive_avg_pool2d(in.get(0), 1, 1)));
    }

    private static Tensor batchNorm(List<Tensor> in, boolean training) {
        return torch.batch_norm(
                in.get(0),
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                new TensorOptional(in.get(3)),
                new TensorOptional(in.get(4)),
                training,
                0.1,
                1e-5,
                false);
    }

    private static List<Operand> normOperands(long... x) {
        long channels = x[1];
        return List.of(
                new Operand("x", 1, 4096, 1024, 3, true, x),
                new Operand("weight", 2, channels),
                new Operand("bias", 3, channels),
                new Operand("running_mean", 4, 2048, 1024, 2, false, channels),
                new Operand("running_var", 5, 2048, 1024, 3, false, channels));
    }

    private static void norms(List<Case> cases) {
        for (long[] x : new long[][] {{2, 3, 2, 3}, {7, 3}, {3, 2, 4}}) {
            String end = " of " + x.length + " dimensions";
            cases.add(new Case("batch_norm" + end, normOperands(x), in -> batchNorm(in, true)));
            cases.add(new Case("batch_norm eval" + end, normOperands(x), in -> batchNorm(in, false)));
        }
        List<Operand> grouped = List.of(
                new Operand("x", 1, 4096, 1024, 3, true, 2, 6, 2, 3),
                new Operand("weight", 2, 6),
                new Operand("bias", 3, 6));
        cases.add(new Case(
                "group_norm",
                grouped,
                in -> torch.group_norm(
                        in.get(0), 3, new TensorOptional(in.get(1)), new TensorOptional(in.get(2)), 1e-5, false)));
    }
}
