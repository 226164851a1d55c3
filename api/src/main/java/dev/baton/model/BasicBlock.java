package dev.baton.model;

import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;

/**
 * Two 3 x 3 convolutions whose result is added to the input: the block of the smaller residual networks. [N, inputs, H,
 * W] -> [N, outputs, H / stride, W / stride].
 */
final class BasicBlock extends Layer {

    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer downsample;

    BasicBlock(long inputs, long outputs, long stride) {
        conv1 = child(
                "conv1",
                new Conv2d(inputs, outputs, 3).stride(stride).padding(1).withoutBias());
        bn1 = child("bn1", new BatchNorm(outputs));
        conv2 = child("conv2", new Conv2d(outputs, outputs, 3).padding(1).withoutBias());
        bn2 = child("bn2", new BatchNorm(outputs));
        downsample = inputs == outputs && stride == 1 ? null : child("downsample", downsample(inputs, outputs, stride));
    }

    /** The shortcut where the shape changes: a 1 x 1 convolution, option B of the paper. */
    static Layer downsample(long inputs, long outputs, long stride) {
        return Sequential.of(new Conv2d(inputs, outputs, 1).stride(stride).withoutBias(), new BatchNorm(outputs));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor hidden = trace(bn1, trace(conv1, x)).relu();
        Tensor added = trace(bn2, trace(conv2, hidden));
        Tensor kept = downsample == null ? x : trace(downsample, x);
        return added.add(kept).relu();
    }
}
