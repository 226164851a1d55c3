package bench.oracle;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Functions of pictures: values, gradients, and what batch normalisation gathers. */
final class Pictures {

    private static final TensorOptional NONE = new TensorOptional();

    private Pictures() {}

    static List<Object> all() {
        List<FunctionCase> cases = new ArrayList<>();
        convolutions(cases);
        pools(cases);
        norms(cases);
        Operand line = new Operand("x", 1, 6, 2, 0, true, 13);
        cases.add(new FunctionCase("leaky_relu", List.of(line), in -> torch.leaky_relu(in.get(0), new Scalar(0.2))));
        cases.add(new FunctionCase("elu", List.of(line), in -> torch.elu(in.get(0))));
        cases.add(new FunctionCase("softplus", List.of(line), in -> torch.softplus(in.get(0))));
        cases.add(new FunctionCase("silu", List.of(line), in -> torch.silu(in.get(0))));
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

    private static void convolutions(List<FunctionCase> cases) {
        long[] x = {2, 4, 5, 4};
        cases.add(new FunctionCase(
                "conv2d",
                operands(x, new long[] {3, 4, 3, 3}, 3),
                in -> conv2d(in, two(1, 1), two(1, 1), two(1, 1), 1)));
        cases.add(new FunctionCase(
                "conv2d stride",
                operands(x, new long[] {3, 4, 3, 2}, 0),
                in -> conv2d(in, two(2, 1), two(0, 1), two(1, 1), 1)));
        cases.add(new FunctionCase(
                "conv2d dilation",
                operands(x, new long[] {2, 4, 2, 3}, 2),
                in -> conv2d(in, two(1, 2), two(1, 2), two(3, 2), 1)));
        cases.add(new FunctionCase(
                "conv2d groups",
                operands(x, new long[] {6, 2, 3, 3}, 6),
                in -> conv2d(in, two(2, 2), two(1, 1), two(1, 1), 2)));
        cases.add(new FunctionCase(
                "conv2d depthwise",
                operands(x, new long[] {4, 1, 3, 3}, 4),
                in -> conv2d(in, two(1, 1), two(1, 1), two(1, 1), 4)));
        cases.add(new FunctionCase(
                "conv2d 1x1",
                operands(x, new long[] {5, 4, 1, 1}, 5),
                in -> conv2d(in, two(2, 2), two(0, 0), two(1, 1), 1)));
        cases.add(new FunctionCase(
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
        cases.add(new FunctionCase(
                "conv_transpose2d",
                operands(small, new long[] {4, 3, 3, 3}, 3),
                in -> transposed(in, two(1, 1), two(0, 0), two(0, 0), 1, two(1, 1))));
        cases.add(new FunctionCase(
                "conv_transpose2d stride",
                operands(small, new long[] {4, 2, 3, 3}, 2),
                in -> transposed(in, two(2, 2), two(1, 1), two(1, 1), 1, two(1, 1))));
        cases.add(new FunctionCase(
                "conv_transpose2d groups",
                operands(small, new long[] {4, 1, 2, 3}, 2),
                in -> transposed(in, two(3, 2), two(0, 1), two(2, 0), 2, two(1, 2))));
        // An output padding beyond the stride, which only a dilation allows.
        cases.add(new FunctionCase(
                "conv_transpose2d dilation",
                operands(small, new long[] {4, 2, 2, 2}, 2),
                in -> transposed(in, two(1, 2), two(1, 1), two(2, 1), 1, two(3, 2))));
    }

    private static void pools(List<FunctionCase> cases) {
        List<Operand> x = List.of(new Operand("x", 1, 1, 2, 7, 6));
        // Few different numbers, so that equal ones meet in a window.
        List<Operand> ties = List.of(new Operand("x", 1, 1, 1, 0, true, 1, 2, 7, 6));
        cases.add(new FunctionCase(
                "max_pool2d", x, in -> torch.max_pool2d(in.get(0), two(3, 3), two(2, 2), two(1, 1), two(1, 1), false)));
        cases.add(new FunctionCase(
                "max_pool2d ties",
                ties,
                in -> torch.max_pool2d(in.get(0), two(3, 3), two(2, 2), two(1, 1), two(1, 1), false)));
        cases.add(new FunctionCase(
                "max_pool2d dilation",
                x,
                in -> torch.max_pool2d(in.get(0), two(2, 3), two(2, 1), two(0, 1), two(2, 1), false)));
        cases.add(new FunctionCase(
                "avg_pool2d",
                x,
                in -> torch.avg_pool2d(in.get(0), two(3, 2), two(2, 2), two(1, 1), false, true, new LongOptional())));
        cases.add(new FunctionCase(
                "avg_pool2d without padding",
                x,
                in -> torch.avg_pool2d(in.get(0), two(3, 2), two(2, 2), two(1, 1), false, false, new LongOptional())));
        cases.add(new FunctionCase("adaptive_avg_pool2d", x, in -> torch.adaptive_avg_pool2d(in.get(0), 3, 4)));
        cases.add(new FunctionCase("adaptive_avg_pool2d to one", x, in -> torch.adaptive_avg_pool2d(in.get(0), 1, 1)));
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

    private static void norms(List<FunctionCase> cases) {
        for (long[] x : new long[][] {{2, 3, 2, 3}, {7, 3}, {3, 2, 4}}) {
            String end = " of " + x.length + " dimensions";
            cases.add(new FunctionCase("batch_norm" + end, normOperands(x), in -> batchNorm(in, true)));
            cases.add(new FunctionCase("batch_norm eval" + end, normOperands(x), in -> batchNorm(in, false)));
        }
        List<Operand> grouped = List.of(
                new Operand("x", 1, 4096, 1024, 3, true, 2, 6, 2, 3),
                new Operand("weight", 2, 6),
                new Operand("bias", 3, 6));
        cases.add(new FunctionCase(
                "group_norm",
                grouped,
                in -> torch.group_norm(
                        in.get(0), 3, new TensorOptional(in.get(1)), new TensorOptional(in.get(2)), 1e-5, false)));
    }
}
