package dev.baton.model;

import dev.baton.nn.Conv2d;
import dev.baton.nn.Flatten;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.tensor.Tensor;

/**
 * LeNet-5 (LeCun et al. 1998) for grey pictures of 28 x 28: [N, 1, 28, 28] -> [N, classes]. In the place of the
 * squashing functions and the trained means of its time stand ReLU and the largest of four.
 */
public final class LeNet extends Layer {

    // A padding of 2 makes 32 x 32 of 28 x 28, as the digits of 1998 were.
    private final Layer conv1 = child("conv1", new Conv2d(1, 6, 5).padding(2));
    private final Layer conv2 = child("conv2", new Conv2d(6, 16, 5));
    private final Layer pool = child("pool", new MaxPool2d(2));
    private final Layer flatten = child("flatten", new Flatten());
    private final Layer fc1 = child("fc1", new Linear(16 * 5 * 5, 120));
    private final Layer fc2 = child("fc2", new Linear(120, 84));
    private final Layer fc3;

    public LeNet(long classes) {
        fc3 = child("fc3", new Linear(84, classes));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor small = trace(pool, trace(conv1, x).relu());
        Tensor smaller = trace(pool, trace(conv2, small).relu());
        Tensor hidden = trace(fc1, trace(flatten, smaller)).relu();
        return trace(fc3, trace(fc2, hidden).relu());
    }
}
