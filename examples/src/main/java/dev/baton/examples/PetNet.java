package dev.baton.examples;

import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Dropout;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Residual;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;

/**
 * Sees pictures, float32 [N, 3, 32, 32], and says how well each class fits: logits [N, classes]. Every stage looks for
 * larger patterns on a coarser grid: edges and colours, then parts such as ears and beaks, then what an animal is made of.
 */
final class PetNet extends Layer {

    private final Layer stages;
    private final Layer classifier;

    PetNet(int classes) {
        stages = child(
                "stages",
                Sequential.of(
                        halved(3, 32), // 16 x 16
                        stage(32, 64),
                        halved(64, 64), // 8 x 8
                        stage(64, 128),
                        new Residual(Sequential.of(stage(128, 128), stage(128, 128)))));
        classifier =
                child("classifier", Sequential.of(new GlobalAveragePool(), new Dropout(0.2), new Linear(128, classes)));
    }

    /** Patterns of 3 x 3 places, in each of which all channels of the stage before are seen. */
    private static Layer stage(int inputs, int outputs) {
        return Sequential.of(patterns(inputs, outputs), new BatchNorm(outputs), new ReLU());
    }

    /** The same, of which the clearest of 2 x 2 places is kept: before the norm, which then has less to do. */
    private static Layer halved(int inputs, int outputs) {
        return Sequential.of(patterns(inputs, outputs), new MaxPool2d(2), new BatchNorm(outputs), new ReLU());
    }

    private static Layer patterns(int inputs, int outputs) {
        return new Conv2d(inputs, outputs, 3).padding(1).withoutBias();
    }

    @Override
    public Tensor forward(Tensor pictures) {
        return trace(classifier, trace(stages, pictures));
    }
}
