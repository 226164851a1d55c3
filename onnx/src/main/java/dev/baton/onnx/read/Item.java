package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A value of a file's graph while it is traced. */
sealed interface Item {

    /** What depends on the model's inputs or on what it has learnt. */
    record Computed(Tensor tensor) implements Item {}

    /** What is known before anything runs. */
    record Known(NDArray array) implements Item {}

    /** Int64 integers that are known but for the sizes of symbols: a scalar or a vector. */
    record Sizes(List<Size> sizes, boolean isScalar) implements Item {}

    /** An item as a tensor of a trace, whatever is known of it. */
    static Tensor tensor(GraphBuilder graph, Item item) {
        if (item instanceof Computed computed) {
            return computed.tensor();
        }
        var emit = new Emitter(graph);
        if (item instanceof Known known) {
            return Tensor.of(graph, emit.constant(known.array()));
        }
        var sizes = (Sizes) item;
        Value[] parts = sizes.sizes().stream()
                .map(size -> size.isNumber()
                        ? emit.constant(NDArray.of(Shape.scalar(), size.number()))
                        : emit.size(Shape.of(List.of(size.dim())), DType.INT64))
                .map(number -> sizes.isScalar() ? number : emit.reshape(number, Shape.of(1)))
                .toArray(Value[]::new);
        return Tensor.of(graph, emit.concat(0, parts));
    }

    static Item of(Tensor tensor) {
        return new Computed(tensor);
    }

    /** Known where none of them has symbols. */
    static Item of(List<Size> sizes, boolean isScalar) {
        if (!sizes.stream().allMatch(Size::isNumber)) {
            return new Sizes(List.copyOf(sizes), isScalar);
        }
        Shape shape = isScalar ? Shape.scalar() : Shape.of(sizes.size());
        return new Known(
                NDArray.of(shape, sizes.stream().mapToLong(Size::number).toArray()));
    }

    /** The sizes of known integers or of sizes; null for anything else. */
    static List<Size> sizes(Item item) {
        if (item instanceof Sizes sizes) {
            return sizes.sizes();
        }
        if (item instanceof Known known
                && !known.array().dtype().isFloating()
                && known.array().shape().rank() <= 1) {
            var sizes = new ArrayList<Size>();
            for (long number : longs(known.array())) {
                sizes.add(Size.of(number));
            }
            return sizes;
        }
        return null;
    }

    /** Whether it is a scalar, for known items and sizes. */
    static boolean isScalar(Item item) {
        return item instanceof Sizes sizes
                ? sizes.isScalar()
                : item instanceof Known known && known.array().shape().rank() == 0;
    }

    /** All values of an array as integers, exactly for those that are. */
    static long[] longs(NDArray array) {
        if (array.dtype() == DType.INT64) {
            return array.toLongArray();
        }
        var values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) array.get(i);
        }
        return values;
    }
}
