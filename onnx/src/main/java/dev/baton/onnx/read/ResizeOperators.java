package dev.baton.onnx.read;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Pictures of another size: along each axis by itself, as a choice of elements or a product with a matrix. */
final class ResizeOperators {

    /** How large the matrices may be that stand for an interpolation. */
    private static final long MOST = 1 << 24;

    private ResizeOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        all.accept("Resize", ResizeOperators::resize);
        all.accept("Upsample", call -> {
            Tensor x = call.tensor(0);
            double[] scales = call.has(1) ? call.known(1, "the scales").toDoubleArray() : numbers(call);
            return resized(call, x, allAxes(x), scales, null, "asymmetric", "floor");
        });
    }

    private static double[] numbers(Call call) {
        var scales = call.node().attributes().get("scales");
        if (scales == null) {
            throw call.refuse("attribute scales is missing");
        }
        return scales.getNumbersList().stream().mapToDouble(Float::doubleValue).toArray();
    }

    private static int[] allAxes(Tensor x) {
        return java.util.stream.IntStream.range(0, x.shape().rank()).toArray();
    }

    private static Tensor resize(Call call) {
        Tensor x = call.tensor(0);
        if (call.opset() < 11) {
            double[] scales = call.known(1, "the scales").toDoubleArray();
            return resized(call, x, allAxes(x), scales, null, "asymmetric", "floor");
        }
        if (call.flag("antialias")
                || !call.text("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
            throw call.refuse("attributes antialias and keep_aspect_ratio_policy");
        }
        int rank = x.shape().rank();
        long[] given = call.integers("axes");
        int[] axes = given == null
                ? allAxes(x)
                : Arrays.stream(given).mapToInt(axis -> call.axis(axis, rank)).toArray();
        // An input without elements says as little as one that is left out.
        NDArray scales = call.has(2) ? call.known(2, "the scales") : null;
        long[] sizes = call.has(3) ? call.longs(3, "the sizes") : null;
        return resized(
                call,
                x,
                axes,
                scales == null || scales.size() == 0 ? null : scales.toDoubleArray(),
                sizes,
                call.text("coordinate_transformation_mode", "half_pixel"),
                call.text("nearest_mode", "round_prefer_floor"));
    }

    private static Tensor resized(
            Call call, Tensor x, int[] axes, double[] scales, long[] sizes, String coordinates, String rounding) {
        int count = scales != null ? scales.length : sizes != null ? sizes.length : -1;
        if (count != axes.length) {
            throw call.refuse("there is a scale or a size for each of " + axes.length + " dimensions, not " + count);
        }
        Tensor result = x;
        for (int i = 0; i < axes.length; i++) {
            boolean same = scales != null
                    ? scales[i] == 1
                    : x.shape().dim(axes[i]).isFixed() && sizes[i] == x.shape().size(axes[i]);
            if (!same) {
                long from = x.shape().size(axes[i]);
                double scale = scales != null ? scales[i] : (double) sizes[i] / from;
                long to = scales != null ? (long) Math.floor(from * scale) : sizes[i];
                if (from < 1 || to < 1 || from > MOST / to) {
                    throw call.refuse("a size of " + from + " cannot become " + to);
                }
                result = along(call, result, axes[i], new Axis(from, to, scale, coordinates), rounding);
            }
        }
        return result;
    }

    /**
     * One axis.
     *
     * @param coordinates where the elements of the result lie among those of the input
     */
    private record Axis(long from, long to, double scale, String coordinates) {

        double at(Call call, long index) {
            return switch (coordinates) {
                case "half_pixel" -> (index + 0.5) / scale - 0.5;
                case "pytorch_half_pixel" -> to > 1 ? (index + 0.5) / scale - 0.5 : 0;
                // Of the size before it is rounded down.
                case "align_corners" -> to == 1 ? 0 : index * (from - 1.0) / (from * scale - 1.0);
                case "asymmetric" -> index / scale;
                case "tf_half_pixel_for_nn" -> (index + 0.5) / scale;
                case "half_pixel_symmetric" -> {
                    double adjustment = to / (from * scale);
                    double centre = from / 2.0;
                    yield centre * (1 - adjustment) + (index + 0.5) / scale - 0.5;
                }
                default -> throw call.refuse("Baton has no form for the coordinates '" + coordinates + "'");
            };
        }

        int clamp(long element) {
            return (int) Math.max(0, Math.min(from - 1, element));
        }
    }

    private static Tensor along(Call call, Tensor x, int axis, Axis sizes, String rounding) {
        String mode = call.text("mode", "nearest");
        if (mode.equals("nearest")) {
            var indices = new int[(int) sizes.to()];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = sizes.clamp(rounded(call, sizes.at(call, i), rounding));
            }
            return MovementOperators.take(call, x, axis, indices);
        }
        NDArray matrix = NDArray.zeros(x.dtype(), Shape.of(sizes.from(), sizes.to()));
        for (int i = 0; i < sizes.to(); i++) {
            switch (mode) {
                case "linear" -> linear(matrix, sizes, i, sizes.at(call, i));
                case "cubic" -> cubic(call, matrix, sizes, i, sizes.at(call, i));
                default -> throw call.refuse("Baton has no form for the mode '" + mode + "'");
            }
        }
        return ProductOperators.along(call, x, axis, matrix);
    }

    private static long rounded(Call call, double at, String rounding) {
        return (long)
                switch (rounding) {
                    case "round_prefer_floor" -> Math.ceil(at - 0.5);
                    case "round_prefer_ceil" -> Math.floor(at + 0.5);
                    case "floor" -> Math.floor(at);
                    case "ceil" -> Math.ceil(at);
                    default -> throw call.refuse("Baton has no form for the rounding '" + rounding + "'");
                };
    }

    private static void add(NDArray matrix, Axis sizes, int row, int column, double weight) {
        int at = (int) (row * sizes.to() + column);
        matrix.set(at, matrix.get(at) + weight);
    }

    private static void linear(NDArray matrix, Axis sizes, int column, double at) {
        double inside = Math.max(0, Math.min(sizes.from() - 1.0, at));
        long first = (long) Math.floor(inside);
        double share = inside - first;
        add(matrix, sizes, sizes.clamp(first), column, 1 - share);
        add(matrix, sizes, sizes.clamp(first + 1), column, share);
    }

    /** Four neighbours, weighted by a cubic (Keys 1981). */
    private static void cubic(Call call, NDArray matrix, Axis sizes, int column, double at) {
        double a = call.number("cubic_coeff_a", -0.75);
        boolean insideAlone = call.flag("exclude_outside");
        long first = (long) Math.floor(at);
        var weights = new double[4];
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            long element = first - 1 + i;
            double distance = Math.abs(at - element);
            boolean outside = element < 0 || element >= sizes.from();
            weights[i] = insideAlone && outside
                    ? 0
                    : distance <= 1
                            ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
                            : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
            sum += weights[i];
        }
        for (int i = 0; i < 4; i++) {
            add(matrix, sizes, sizes.clamp(first - 1 + i), column, insideAlone ? weights[i] / sum : weights[i]);
        }
    }
}
