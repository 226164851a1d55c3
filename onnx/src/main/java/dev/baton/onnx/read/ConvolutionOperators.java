package dev.baton.onnx.read;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.Convolution;
import dev.baton.composite.Window;
import dev.baton.graph.Attributes;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Convolutions over one, two or three dimensions, and their transposes over one or two. */
final class ConvolutionOperators {

    private ConvolutionOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        all.accept("Conv", ConvolutionOperators::convolution);
        all.accept("ConvTranspose", ConvolutionOperators::transposed);
    }

    private static long[] kernel(Call call, Shape weight) {
        var kernel = new long[Math.max(0, weight.rank() - 2)];
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = weight.size(2 + i);
        }
        long[] stated = call.integers("kernel_shape");
        if (stated != null && !Arrays.equals(stated, kernel)) {
            throw call.refuse("the kernel is " + Arrays.toString(stated) + ", and the weight " + weight);
        }
        return kernel;
    }

    private static long groups(Call call) {
        long groups = call.integer("group", 1);
        if (groups < 1) {
            throw call.refuse("there is at least one group, not " + groups);
        }
        return groups;
    }

    private static Tensor convolution(Call call) {
        Tensor x = call.tensor(0);
        Tensor weight = call.tensor(1);
        var window = WindowAttributes.of(call, x.shape(), kernel(call, weight.shape()));
        if (window.count() == 3) {
            return inSpace(call, x, weight, window);
        }
        var inputs = new ArrayList<Value>();
        inputs.add(WindowAttributes.picture(x).value());
        inputs.add(WindowAttributes.picture(weight).value());
        if (call.has(2)) {
            inputs.add(call.tensor(2).value());
        }
        Attributes attributes = Convolution.attributes(window.window(), groups(call));
        Tensor result = call.wrap(call.emit().apply(Convolution.FORWARD, attributes, inputs.toArray(Value[]::new)));
        return WindowAttributes.back(result, x.shape().rank());
    }

    /** Over three dimensions: a product with all windows, for each group. */
    private static Tensor inSpace(Call call, Tensor x, Tensor weight, WindowAttributes window) {
        long groups = groups(call);
        long seen = x.shape().size(1) / groups;
        long made = weight.shape().size(0) / groups;
        var results = new ArrayList<Tensor>();
        for (long group = 0; group < groups; group++) {
            Tensor part = x.slice(1, group * seen, (group + 1) * seen);
            Tensor windows = call.wrap(call.emit()
                    .windows(window.padded(part, 0).value(), window.kernel(), window.stride(), window.dilation()));
            Shape shape = windows.shape();
            long elements = seen * shape.size(5) * shape.size(6) * shape.size(7);
            // [N, C, O, O, O, K, K, K] to [N, O, O, O, C K K K].
            Tensor rows = windows.transpose(0, 2, 3, 4, 1, 5, 6, 7)
                    .reshape(Shape.of(
                            List.of(shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(4), Dim.of(elements))));
            Tensor filters = weight.slice(0, group * made, (group + 1) * made).reshape(made, elements);
            results.add(rows.matmul(filters.transpose(1, 0)).transpose(0, 4, 1, 2, 3));
        }
        Tensor all = Tensor.concat(
                1, results.get(0), results.subList(1, results.size()).toArray(Tensor[]::new));
        return call.has(2) ? all.add(call.tensor(2).reshape(-1, 1, 1, 1)) : all;
    }

    private static Tensor transposed(Call call) {
        Tensor x = call.tensor(0);
        Tensor weight = call.tensor(1);
        long[] kernel = kernel(call, weight.shape());
        int count = kernel.length;
        if (count < 1 || count > 2 || x.shape().rank() != count + 2) {
            throw call.refuse("takes [N, C, ...] with one or two more dimensions, not " + x.shape() + " and a weight "
                    + weight.shape());
        }
        long[] stride = call.integers("strides", count, 1);
        long[] dilation = call.integers("dilations", count, 1);
        long[] added = call.integers("output_padding", count, 0);
        long[] pads = call.integers("pads", 2 * count, 0);
        long[] wanted = call.integers("output_shape");
        String padding = call.text("auto_pad", "NOTSET");
        var before = new long[count];
        var after = new long[count];
        var beyond = new long[count];
        Shape shape = x.shape().with(1, Dim.of(weight.shape().size(1) * groups(call)));
        for (int i = 0; i < count; i++) {
            long full = stride[i] * (x.shape().size(2 + i) - 1) + dilation[i] * (kernel[i] - 1) + 1;
            if (wanted != null || padding.startsWith("SAME")) {
                long size = wanted == null ? x.shape().size(2 + i) * stride[i] : wanted[wanted.length - count + i];
                long total = Math.max(0, full + added[i] - size);
                // An odd element is cut off at the end where the format says so, else at the beginning.
                before[i] = padding.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                after[i] = total - before[i];
                added[i] = size - (full - total);
            } else if (!padding.equals("VALID")) {
                before[i] = pads[i];
                after[i] = pads[count + i];
            }
            // What is added shows what would have been cut off; what lies beyond that is 0.
            long uncut = Math.min(added[i], after[i]);
            after[i] -= uncut;
            beyond[i] = added[i] - uncut;
            long size = full - before[i] - after[i];
            if (size < 1 || before[i] < 0 || after[i] < 0 || beyond[i] < 0) {
                throw call.refuse("the padding leaves nothing of " + full);
            }
            shape = shape.with(2 + i, Dim.of(size));
        }
        var window = new Window(
                WindowAttributes.twice(kernel, 1),
                WindowAttributes.twice(stride, 1),
                WindowAttributes.twice(before, 0),
                WindowAttributes.twice(after, 0),
                WindowAttributes.twice(dilation, 1));
        Shape picture = count == 2 ? shape : Shape.of(List.of(shape.dim(0), shape.dim(1), Dim.of(1), shape.dim(2)));
        Attributes attributes = Convolution.attributes(window, groups(call)).with(Convolution.SHAPE, picture);
        Tensor result = call.wrap(call.emit()
                .apply(
                        Convolution.INPUT_GRADIENT,
                        attributes,
                        WindowAttributes.picture(x).value(),
                        WindowAttributes.picture(weight).value()));
        result = WindowAttributes.back(result, x.shape().rank());
        for (int i = 0; i < count; i++) {
            result = result.pad(2 + i, 0, beyond[i], 0);
        }
        if (!call.has(2)) {
            return result;
        }
        Tensor bias = call.tensor(2);
        return result.add(count == 2 ? bias.reshape(-1, 1, 1) : bias.reshape(-1, 1));
    }
}
