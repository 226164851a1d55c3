package dev.baton.nn;

import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Layers one after the other; children are named {@code 0}, {@code 1}, ... */
public final class Sequential extends Layer {

    private Sequential(List<Layer> layers) {
        for (int i = 0; i < layers.size(); i++) {
            child(Integer.toString(i), Objects.requireNonNull(layers.get(i), "layer " + i));
        }
    }

    public static Sequential of(Layer... layers) {
        return new Sequential(Arrays.asList(layers));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor value = x;
        for (Layer layer : children().values()) {
            value = trace(layer, value);
        }
        return value;
    }
}
