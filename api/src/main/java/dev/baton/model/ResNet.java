package dev.baton.model;

import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks (He et al. 2016, "Deep Residual Learning for Image Recognition"): [N, 3, H, W] -> [N, classes].
 * Parameters have torchvision's names and shapes ({@code layer1.0.conv1.weight}, {@code layer2.0.downsample.0.weight},
 * {@code fc.bias}), so that its weights can be loaded.
 */
public final class ResNet extends Layer {

    /** Makes one block. */
    @FunctionalInterface
    private interface Block {
        Layer of(long inputs, long outputs, long stride);
    }

    private final Layer conv1;
    private final Layer bn1;
    private final Layer maxpool;
    private final List<Layer> stages = new ArrayList<>();
    private final Layer avgpool;
    private final Layer fc;

    /**
     * @param conv1 the first layer, from the picture to {@code stem} channels
     * @param maxpool what follows it; null for nothing
     * @param width of the first stage's blocks; every stage has twice as many channels as the one before
     * @param depths how many blocks each stage has
     */
    private ResNet(Conv2d conv1, MaxPool2d maxpool, long stem, Block block, long width, int[] depths, long classes) {
        this.conv1 = child("conv1", conv1);
        this.bn1 = child("bn1", new BatchNorm(stem));
        this.maxpool = maxpool == null ? null : child("maxpool", maxpool);
        long channels = stem;
        for (int stage = 0; stage < depths.length; stage++) {
            long outputs = width << stage;
            var blocks = new ArrayList<Layer>();
            for (int i = 0; i < depths[stage]; i++) {
                // The first block of every stage but the first halves height and width.
                blocks.add(block.of(channels, outputs, stage > 0 && i == 0 ? 2 : 1));
                channels = outputs;
            }
            stages.add(child("layer" + (stage + 1), Sequential.of(blocks.toArray(Layer[]::new))));
        }
        this.avgpool = child("avgpool", new GlobalAveragePool());
        this.fc = child("fc", new Linear(channels, classes, Initializers.fanIn(channels)));
    }

    /** ResNet-18 for pictures of about 224 x 224: 11.7 million parameters for 1000 classes. */
    public static ResNet resNet18(long classes) {
        return large(BasicBlock::new, 64, new int[] {2, 2, 2, 2}, classes);
    }

    /** ResNet-34 for pictures of about 224 x 224: 21.8 million parameters for 1000 classes. */
    public static ResNet resNet34(long classes) {
        return large(BasicBlock::new, 64, new int[] {3, 4, 6, 3}, classes);
    }

    /** ResNet-50 for pictures of about 224 x 224: 25.6 million parameters for 1000 classes. */
    public static ResNet resNet50(long classes) {
        return large(Bottleneck::new, 256, new int[] {3, 4, 6, 3}, classes);
    }

    private static ResNet large(Block block, long width, int[] depths, long classes) {
        var conv1 = new Conv2d(3, 64, 7).stride(2).padding(3).withoutBias();
        return new ResNet(conv1, new MaxPool2d(3).stride(2).padding(1), 64, block, width, depths, classes);
    }

    /** ResNet-20 for small pictures, such as the 32 x 32 of CIFAR-10: 0.27 million parameters for 10 classes. */
    public static ResNet cifar20(long classes) {
        return small(3, classes);
    }

    /** ResNet-32 for small pictures: 0.47 million parameters for 10 classes. */
    public static ResNet cifar32(long classes) {
        return small(5, classes);
    }

    /** ResNet-56 for small pictures: 0.86 million parameters for 10 classes. */
    public static ResNet cifar56(long classes) {
        return small(9, classes);
    }

    /** Three stages of 16, 32 and 64 channels; shortcuts are of option B where the shape changes. */
    private static ResNet small(int blocks, long classes) {
        var conv1 = new Conv2d(3, 16, 3).padding(1).withoutBias();
        return new ResNet(conv1, null, 16, BasicBlock::new, 16, new int[] {blocks, blocks, blocks}, classes);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = trace(bn1, trace(conv1, x)).relu();
        y = maxpool == null ? y : trace(maxpool, y);
        for (Layer stage : stages) {
            y = trace(stage, y);
        }
        return trace(fc, trace(avgpool, y));
    }
}
