package dev.baton.model;

import dev.baton.ShapeException;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import java.util.ArrayList;

/** Networks of fully connected layers. */
public final class Mlp {

    private Mlp() {}

    /**
     * Linear layers with a ReLU between each two: {@code Mlp.of(784, 512, 256, 10)} takes [N, 784] to [N, 10].
     *
     * @param sizes of the input, of every hidden layer, and of the output
     * @throws ShapeException if there are fewer than two
     */
    public static Sequential of(long... sizes) {
        if (sizes.length < 2) {
            throw new ShapeException("a network has an input and an output: Mlp.of(784, 512, 10) names at least two "
                    + "sizes, not " + sizes.length);
        }
        var layers = new ArrayList<Layer>();
        for (int i = 1; i < sizes.length; i++) {
            if (i > 1) {
                layers.add(new ReLU());
            }
            layers.add(new Linear(sizes[i - 1], sizes[i]));
        }
        return Sequential.of(layers.toArray(Layer[]::new));
    }
}
