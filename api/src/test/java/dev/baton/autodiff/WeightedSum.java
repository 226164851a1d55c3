package dev.baton.autodiff;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;
import java.util.List;

/** One number made of many, so that each counts differently and the gradient by each depends on its value. */
final class WeightedSum {

    private WeightedSum() {}

    /** The sum of w (y + y^2) over all elements y of some values, with a weight w for each. */
    static Tensor of(List<Tensor> values) {
        return values.stream().map(WeightedSum::of).reduce(Tensor::add).orElseThrow();
    }

    private static Tensor of(Tensor y) {
        NDArray weights = NDArray.zeros(DType.FLOAT32, y.shape());
        for (int i = 0; i < weights.size(); i++) {
            weights.set(i, (i * 7 % 11 - 5.5) / 4);
        }
        Tensor constant = Tensor.of(y.graph(), new Emitter(y.graph()).constant(weights));
        return y.square().add(y).multiply(constant).sum();
    }

    /** That of a loss's gradients: where it is differentiated, the loss is for the second time. */
    static Tensor ofGradients(Tensor loss, List<Tensor> by) {
        var emit = new Emitter(loss.graph());
        return of(
                Gradients.of(emit, loss.value(), by.stream().map(Tensor::value).toList()).stream()
                        .map(gradient -> Tensor.of(loss.graph(), gradient))
                        .toList());
    }
}
