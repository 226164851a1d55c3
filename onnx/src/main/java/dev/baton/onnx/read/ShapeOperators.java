package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/** Constants, and what gives or takes shapes. */
final class ShapeOperators {

    private ShapeOperators() {}

    static void addTo(BiConsumer<String, Operators.Operator> all) {
        all.accept("Identity", call -> List.of(call.item(0)));
        all.accept("Shape", call -> List.of(shape(call)));
        all.accept(
                "Size",
                call -> List.of(Item.of(List.of(Size.of(call.tensor(0).shape().elements())), true)));
        all.accept("Constant", call -> List.of(new Item.Known(constant(call))));
        all.accept("ConstantOfShape", call -> List.of(constantOfShape(call)));
        all.accept("Range", call -> List.of(range(call)));
        all.accept("EyeLike", call -> List.of(new Item.Known(eyeLike(call))));
    }

    private static Item shape(Call call) {
        Shape shape = call.tensor(0).shape();
        int rank = shape.rank();
        long start = call.integer("start", 0);
        long end = call.integer("end", rank);
        int from = (int) Math.max(0, Math.min(rank, start < 0 ? start + rank : start));
        int to = (int) Math.max(from, Math.min(rank, end < 0 ? end + rank : end));
        return Item.of(shape.dims().subList(from, to).stream().map(Size::of).toList(), false);
    }

    private static NDArray constant(Call call) {
        if (call.hasAttribute("value")) {
            AttributeDef value = call.node().attributes().get("value");
            return ArrayReader.read(value.getTensor(), call.node().toString(), ExternalData.NONE);
        }
        if (call.hasAttribute("value_int")) {
            return NDArray.of(Shape.scalar(), call.integer("value_int", 0));
        }
        if (call.hasAttribute("value_float")) {
            return NDArray.scalar((float) call.number("value_float", 0));
        }
        if (call.hasAttribute("value_ints")) {
            long[] values = call.integers("value_ints");
            return NDArray.of(Shape.of(values.length), values);
        }
        if (call.hasAttribute("value_floats")) {
            List<Float> values = call.node().attributes().get("value_floats").getNumbersList();
            NDArray array = NDArray.zeros(DType.FLOAT32, Shape.of(values.size()));
            for (int i = 0; i < values.size(); i++) {
                array.set(i, values.get(i));
            }
            return array;
        }
        throw call.refuse(
                "a constant of numbers has one of the attributes value, value_int, value_ints, value_float and "
                        + "value_floats");
    }

    private static Item constantOfShape(Call call) {
        Shape shape = call.shape(0, "the shape");
        NDArray value = NDArray.scalar(0);
        if (call.hasAttribute("value")) {
            value = constant(call);
            if (value.size() != 1) {
                throw call.refuse("the value is one number, not " + value.shape());
            }
        }
        Tensor scalar = call.constant(value).reshape(Shape.scalar());
        return Item.of(scalar.broadcast(shape));
    }

    private static Item range(Call call) {
        List<Size> limit = Item.sizes(call.item(1));
        if (limit != null && call.item(1) instanceof Item.Sizes) {
            boolean plain = call.scalar(0, "the start") == 0 && call.scalar(2, "the step") == 1;
            if (!plain) {
                throw call.refuse("a range up to a size that is not known yet goes from 0 in steps of 1");
            }
            return Item.of(call.wrap(call.emit().iota(limit.get(0).dim(), DType.INT64)));
        }
        DType dtype = call.known(0, "the start").dtype();
        double start = call.scalar(0, "the start");
        double end = call.scalar(1, "the end");
        double step = call.scalar(2, "the step");
        if (step == 0) {
            throw call.refuse("a step cannot be 0");
        }
        int count = call.count((long) Math.max(0, Math.ceil((end - start) / step)), "the length of a range");
        Tensor numbers = call.wrap(call.emit().iota(dev.baton.Dim.of(count), dtype));
        return Item.of(numbers.multiply(step).add(start));
    }

    private static NDArray eyeLike(Call call) {
        Tensor like = call.tensor(0);
        if (like.shape().rank() != 2 || !like.shape().isFixed()) {
            throw call.refuse("takes the shape of a matrix of known sizes, not " + like.shape());
        }
        call.listed(like.shape().size());
        DType dtype = call.hasAttribute("dtype") ? call.dtype(call.integer("dtype", 0)) : like.dtype();
        NDArray eye = NDArray.zeros(dtype, like.shape());
        long columns = like.shape().size(1);
        LongStream.range(0, like.shape().size(0)).forEach(row -> {
            long column = row + call.integer("k", 0);
            if (column >= 0 && column < columns) {
                eye.set((int) (row * columns + column), 1);
            }
        });
        return eye;
    }
}
