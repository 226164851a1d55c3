package dev.baton.onnx.read;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Matrix products. */
final class ProductOperators {

    private ProductOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        all.accept("MatMul", call -> matmul(call.tensor(0), call.tensor(1)));
        all.accept("Gemm", ProductOperators::gemm);
        all.accept("Einsum", Einsum::apply);
    }

    /** As NumPy multiplies: vectors become matrices, the dimensions before the last two are broadcast. */
    static Tensor matmul(Tensor a, Tensor b) {
        if (a.shape().rank() == 1) {
            Tensor product = matmul(a.reshape(a.shape().prepend(Dim.of(1))), b);
            int removed = product.shape().rank() - (b.shape().rank() == 1 ? 1 : 2);
            return product.reshape(product.shape().without(removed));
        }
        if (b.shape().rank() == 1) {
            Tensor product = matmul(a, b.reshape(Shape.of(List.of(b.shape().dim(0), Dim.of(1)))));
            return product.reshape(product.shape().without(-1));
        }
        if (b.shape().rank() == 2) {
            return a.matmul(b);
        }
        Shape leading = Shape.broadcast(leading(a), leading(b));
        return broadcast(a, leading).matmul(broadcast(b, leading));
    }

    private static Shape leading(Tensor x) {
        return Shape.of(x.shape().dims().subList(0, x.shape().rank() - 2));
    }

    private static Tensor broadcast(Tensor x, Shape leading) {
        var dims = new ArrayList<>(leading.dims());
        dims.add(x.shape().dim(-2));
        dims.add(x.shape().dim(-1));
        return x.broadcast(Shape.of(dims));
    }

    private static Tensor gemm(Call call) {
        var emit = call.emit();
        Tensor product = call.wrap(
                emit.matmul(call.tensor(0).value(), call.tensor(1).value(), call.flag("transA"), call.flag("transB")));
        double alpha = call.number("alpha", 1);
        double beta = call.number("beta", 1);
        Tensor result = alpha == 1 ? product : product.multiply(alpha);
        if (!call.has(2) || beta == 0) {
            return result;
        }
        Tensor added = call.tensor(2);
        return result.add(beta == 1 ? added : added.multiply(beta));
    }

    /** A product with a matrix [size, new size] along one axis. */
    static Tensor along(Call call, Tensor x, int axis, NDArray matrix) {
        int last = x.shape().rank() - 1;
        if (last == 0) {
            return matmul(x, call.constant(matrix));
        }
        Tensor turned = axis == last ? x : x.transpose(MovementOperators.moved(last + 1, axis, last));
        Tensor product = matmul(turned, call.constant(matrix));
        return axis == last ? product : product.transpose(MovementOperators.moved(last + 1, last, axis));
    }
}
