package dev.baton.cost;

import dev.baton.composite.Convolution;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.program.Kernel;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * What the time of a kernel depends on, elementwise regions aside.
 *
 * @param family kernels that do the same in the same way
 * @param kind a wider family, for what the narrow one has no relative of
 * @param operations that it takes
 * @param bytes that it moves
 * @param sizes by which its relatives are near or far: of each of its sizes the logarithm, and how often it can be halved,
 *     since vectors and tiles are filled by round sizes
 */
record KernelShape(String family, String kind, double operations, double bytes, double[] sizes) {

    private static final double BATCH_WEIGHT = 0.3;
    private static final double ROUNDNESS_WEIGHT = 0.4;
    private static final int MOST_HALVINGS = 4;

    private static final Pattern STRIDE = Pattern.compile(", (stride=[^]]*]|groups=\\d+)");

    static KernelShape of(Kernel kernel) {
        double bytes = Traffic.of(kernel).bytes();
        if (kernel instanceof Kernel.Product product) {
            String transposes =
                    (product.a().transposed() ? "T" : "N") + (product.b().transposed() ? "T" : "N");
            double operations = 2.0 * product.batch() * product.m() * product.n() * product.k();
            return new KernelShape(
                    "matmul " + transposes + (product.bfloat16() ? " of bfloat16" : ""),
                    "matmul",
                    operations,
                    bytes,
                    features(product.m(), product.n(), product.k(), product.batch()));
        }
        if (kernel instanceof Kernel.Reduction reduction) {
            return new KernelShape(
                    reduction.kind().label() + (reduction.inner() == 1 ? " of rows" : " of columns"),
                    "reduction",
                    reduction.outer() * reduction.reduced() * (double) reduction.inner(),
                    bytes,
                    features(reduction.outer(), reduction.reduced(), reduction.inner()));
        }
        Node node = ((Kernel.Whole) kernel).node();
        return new KernelShape(family(kernel, node), node.operation().label(), node.operations(), bytes, sizes(node));
    }

    /** The kernel and the stride of a convolution make another one of it; a ReLU at its end does not. */
    private static String family(Kernel kernel, Node node) {
        String label = kernel.label();
        if (!label.startsWith("convolution")) {
            return label;
        }
        TensorType weight = node.operation() == Convolution.WEIGHT_GRADIENT
                ? node.outputs().get(0)
                : node.inputs().get(1).type();
        return label.replace(", relu", "") + " of " + weight.shape().without(0).without(0)
                + STRIDE.matcher(node.attributes().toString())
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.joining());
    }

    private static double[] sizes(Node node) {
        var sizes = node.inputs().stream()
                .limit(2)
                .flatMap(input -> input.shape().dims().stream())
                .mapToLong(dim -> Math.max(1, dim.size()))
                .toArray();
        double[] features = features(sizes);
        if (node.inputs().get(0).shape().rank() > 1) {
            // Mostly the batch: a larger one is more of the same.
            features[0] *= BATCH_WEIGHT;
        }
        return features;
    }

    private static double[] features(long... sizes) {
        return DoubleStream.concat(
                        Arrays.stream(sizes).mapToDouble(size -> StrictMath.log(size) / StrictMath.log(2)),
                        Arrays.stream(sizes)
                                .mapToDouble(size ->
                                        ROUNDNESS_WEIGHT * Math.min(MOST_HALVINGS, Long.numberOfTrailingZeros(size))))
                .toArray();
    }

    /** How unlike two kernels are: 0 for equal sizes, about 1 for one size of twice, less where it is that of the batch. */
    double distance(KernelShape other) {
        double sum = 0;
        if (sizes.length == other.sizes.length) {
            for (int i = 0; i < sizes.length; i++) {
                sum += (sizes[i] - other.sizes[i]) * (sizes[i] - other.sizes[i]);
            }
            return StrictMath.sqrt(sum);
        }
        return 2 + Math.abs(StrictMath.log(bytes / other.bytes)) / StrictMath.log(2);
    }
}
