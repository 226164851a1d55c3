package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * What files compute with shapes whose symbols have no size yet: to take the batch out of a shape, to put it into another
 * one, to multiply and divide it.
 */
final class SizeArithmetic {

    private SizeArithmetic() {}

    /** The result, or null where it is none of these: then the sizes become values of the graph. */
    static Item apply(Call call) {
        return switch (call.node().operator()) {
            case "Cast" -> call.integer("to", 0) == 7 ? call.item(0) : null;
            case "Gather" -> gather(call);
            case "Slice" -> slice(call);
            case "Concat" -> concat(call);
            case "Squeeze" -> reshaped(call, true);
            case "Unsqueeze" -> reshaped(call, false);
            case "Reshape" -> reshape(call);
            case "Mul" -> binary(call, Size::times);
            case "Div" -> binary(call, Size::dividedBy);
            case "Add" -> binary(call, (a, b) -> a.plus(b, 1));
            case "Sub" -> binary(call, (a, b) -> a.plus(b, -1));
            case "Equal" -> equal(call);
            case "Where" -> where(call);
            case "ReduceProd" -> product(call);
            default -> null;
        };
    }

    private static Item gather(Call call) {
        List<Size> sizes = Item.sizes(call.item(0));
        if (sizes == null || Item.isScalar(call.item(0)) || !(call.item(1) instanceof Item.Known known)) {
            return null;
        }
        var taken = new ArrayList<Size>();
        for (long index : Item.longs(known.array())) {
            taken.add(sizes.get(call.axis(index, sizes.size())));
        }
        int rank = known.array().shape().rank();
        return rank > 1 ? null : Item.of(taken, rank == 0);
    }

    private static Item slice(Call call) {
        List<Size> sizes = Item.sizes(call.item(0));
        if (sizes == null || call.opset() < 10) {
            return null;
        }
        long start = call.longs(1, "the starts")[0];
        long end = call.longs(2, "the ends")[0];
        long step = call.has(4) ? call.longs(4, "the steps")[0] : 1;
        int count = sizes.size();
        if (step != 1) {
            return null;
        }
        int from = (int) Math.max(0, Math.min(count, start < 0 ? start + count : start));
        int to = (int) Math.max(from, Math.min(count, end < 0 ? end + count : end));
        return Item.of(sizes.subList(from, to), false);
    }

    private static Item concat(Call call) {
        var all = new ArrayList<Size>();
        for (int i = 0; i < call.count(); i++) {
            List<Size> part = Item.sizes(call.item(i));
            if (part == null || Item.isScalar(call.item(i))) {
                return null;
            }
            all.addAll(part);
        }
        return Item.of(all, false);
    }

    private static Item reshaped(Call call, boolean toScalar) {
        List<Size> sizes = Item.sizes(call.item(0));
        return sizes.size() == 1 && Item.isScalar(call.item(0)) != toScalar ? Item.of(sizes, toScalar) : null;
    }

    private static Item reshape(Call call) {
        List<Size> sizes = Item.sizes(call.item(0));
        List<Size> shape = call.sizes(1, "the shape");
        if (sizes == null || shape.size() > 1) {
            return null;
        }
        boolean fits = shape.isEmpty()
                ? sizes.size() == 1
                : shape.get(0).isNumber()
                        && (shape.get(0).number() == -1 || shape.get(0).number() == sizes.size());
        return fits ? Item.of(sizes, shape.isEmpty()) : null;
    }

    private static Item binary(Call call, BinaryOperator<Size> function) {
        List<Size> a = Item.sizes(call.item(0));
        List<Size> b = Item.sizes(call.item(1));
        if (a == null || b == null || a.size() != b.size() && a.size() != 1 && b.size() != 1) {
            return null;
        }
        var results = new ArrayList<Size>();
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            Size result = function.apply(a.get(a.size() == 1 ? 0 : i), b.get(b.size() == 1 ? 0 : i));
            if (result == null) {
                return null;
            }
            results.add(result);
        }
        return Item.of(results, Item.isScalar(call.item(0)) && Item.isScalar(call.item(1)));
    }

    /** No size with symbols is equal to a negative number, which is what files ask. */
    private static Item equal(Call call) {
        List<Size> a = Item.sizes(call.item(0));
        List<Size> b = Item.sizes(call.item(1));
        if (a == null || b == null || a.size() != b.size()) {
            return null;
        }
        NDArray result = NDArray.zeros(DType.BOOL, dev.baton.Shape.of(a.size()));
        for (int i = 0; i < a.size(); i++) {
            Size left = a.get(i);
            Size right = b.get(i);
            boolean same = left.equals(right);
            boolean different = left.isNumber() && right.isNumber()
                    || left.isNumber() && left.number() < 0
                    || right.isNumber() && right.number() < 0;
            if (!same && !different) {
                return null;
            }
            result.set(i, same ? 1 : 0);
        }
        return new Item.Known(result);
    }

    private static Item where(Call call) {
        List<Size> a = Item.sizes(call.item(1));
        List<Size> b = Item.sizes(call.item(2));
        boolean fits = a != null && b != null && a.size() == b.size();
        if (!fits
                || !(call.item(0) instanceof Item.Known known)
                || known.array().size() != a.size()) {
            return null;
        }
        var chosen = new ArrayList<Size>();
        for (int i = 0; i < a.size(); i++) {
            chosen.add(known.array().get(i) != 0 ? a.get(i) : b.get(i));
        }
        return Item.of(chosen, false);
    }

    private static Item product(Call call) {
        List<Size> sizes = Item.sizes(call.item(0));
        Size product = Size.of(1);
        for (Size size : sizes) {
            product = product.times(size);
            if (product == null) {
                return null;
            }
        }
        return Item.of(List.of(product), call.integer("keepdims", 1) == 0);
    }
}
