package dev.baton.onnx.read;

import dev.baton.composite.AveragePool;
import dev.baton.composite.MaxPool;
import dev.baton.graph.Attributes;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Pooling over one, two or three dimensions. */
final class PoolingOperators {

    private PoolingOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        all.accept("MaxPool", PoolingOperators::maxPool);
        all.accept("AveragePool", PoolingOperators::averagePool);
        all.accept("GlobalAveragePool", call -> whole(call, call.tensor(0).mean(spatial(call))));
        all.accept("GlobalMaxPool", call -> whole(call, call.tensor(0).max(spatial(call))));
    }

    private static int[] spatial(Call call) {
        int rank = call.tensor(0).shape().rank();
        if (rank < 3) {
            throw call.refuse("takes [N, C, ...], not " + call.tensor(0).shape());
        }
        return IntStream.range(2, rank).toArray();
    }

    private static Tensor whole(Call call, Tensor pooled) {
        return pooled.reshape(ReductionOperators.kept(call.tensor(0).shape(), spatial(call)));
    }

    private static WindowAttributes window(Call call) {
        long[] kernel = call.integers("kernel_shape");
        if (kernel == null) {
            throw call.refuse("attribute kernel_shape is missing");
        }
        return WindowAttributes.of(call, call.tensor(0).shape(), kernel);
    }

    private static Tensor maxPool(Call call) {
        Tensor x = call.tensor(0);
        WindowAttributes window = window(call);
        if (window.count() == 3) {
            return windows(call, window, Double.NEGATIVE_INFINITY).max(5, 6, 7);
        }
        Tensor picture = WindowAttributes.picture(x);
        var pooled = call.emit().apply(MaxPool.FORWARD, window.window().attributes(), picture.value());
        return WindowAttributes.back(call.wrap(pooled), x.shape().rank());
    }

    /** [N, C, ...] to [N, C, places, kernel]. */
    private static Tensor windows(Call call, WindowAttributes window, double padding) {
        Tensor padded = window.padded(call.tensor(0), padding);
        return call.wrap(call.emit().windows(padded.value(), window.kernel(), window.stride(), window.dilation()));
    }

    private static Tensor averagePool(Call call) {
        Tensor x = call.tensor(0);
        WindowAttributes window = window(call);
        boolean counted = call.flag("count_include_pad");
        if (counted && Arrays.stream(window.beyond()).anyMatch(beyond -> beyond > 0)) {
            throw call.refuse("ceil_mode where padding counts: the last windows reach behind the padding");
        }
        boolean padded = Arrays.stream(WindowAttributes.sum(window.before(), window.after()))
                .anyMatch(one -> one > 0);
        if (window.count() == 3) {
            if (!counted && (padded || Arrays.stream(window.beyond()).anyMatch(beyond -> beyond > 0))) {
                throw call.refuse("padding over three dimensions that does not count");
            }
            return windows(call, window, 0).mean(5, 6, 7);
        }
        Attributes attributes = window.window().attributes().with(AveragePool.COUNT_PADDING, counted);
        Tensor picture = WindowAttributes.picture(x);
        Tensor pooled = call.wrap(call.emit().apply(AveragePool.FORWARD, attributes, picture.value()));
        return WindowAttributes.back(pooled, x.shape().rank());
    }
}
