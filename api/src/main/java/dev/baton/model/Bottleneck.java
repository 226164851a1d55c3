package dev.baton.model;

import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.tensor.Tensor;

/**
 * A 1 x 1 convolution to a quarter of the channels, a 3 x 3 one, and a 1 x 1 one back, whose result is added to the
 * input: the block of the larger residual networks. The stride is that of the 3 x 3 convolution, as in torchvision. [N,
 * inputs, H, W] -> [N, outputs, H / stride, W / stride].
 */
final class Bottleneck extends Layer {

    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer conv3;
    private final Layer bn3;
    private final Layer downsample;

    Bottleneck(long inputs, long outputs, long stride) {
        long width = outputs / 4;
        conv1 = child("conv1", new Conv2d(inputs, width, 1).withoutBias());
        bn1 = child("bn1", new BatchNorm(width));
        conv2 = child(
                "conv2", new Conv2d(width, width, 3).stride(stride).padding(1).withoutBias());
        bn2 = child("bn2", new BatchNorm(width));
        conv3 = child("conv3", new Conv2d(width, outputs, 1).withoutBias());
        bn3 = child("bn3", new BatchNorm(outputs));
        downsample = inputs == outputs && stride == 1
                ? null
                : child("downsample", BasicBlock.downsample(inputs, outputs, stride));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor narrow = trace(bn1, trace(conv1, x)).relu();
        Tensor seen = trace(bn2, trace(conv2, narrow)).relu();
        Tensor added = trace(bn3, trace(conv3, seen));
        Tensor kept = downsample == null ? x : trace(downsample, x);
        return added.add(kept).relu();
    }
}
