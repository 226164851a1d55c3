package dev.baton.benchmarks;

import bench.Bench;
import bench.Data;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;

/** The workloads that train: cross-entropy, one batch after the other. */
final class Training {

    private static final int CLASSES = 10;

    private Training() {}

    /** Trains on so many examples a batch, of numbers with a class each. */
    static void examples(Bench bench, Layer model, Optimizer optimizer, int batch, long... example) throws Exception {
        var inputs = new NDArray[Data.INPUTS];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Synthetic.normal(100 + i, Shape.of(example).prepend(Dim.of(batch)));
        }
        train(bench, model, optimizer, inputs, labels(Shape.of(batch), CLASSES), batch, "samples/s");
    }

    /** Trains on so many sequences a batch, with a token to be guessed at each position. */
    static void sequences(Bench bench, Layer model, Optimizer optimizer, int batch) throws Exception {
        var shape = Shape.of(batch, Networks.CONTEXT);
        var inputs = new NDArray[Data.INPUTS];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Synthetic.whole(100 + i, Data.VOCAB, shape);
        }
        train(bench, model, optimizer, inputs, labels(shape, Data.VOCAB), (int) shape.size(), "tokens/s");
    }

    private static NDArray[] labels(Shape shape, int classes) {
        var labels = new NDArray[Data.LABELS];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = Synthetic.whole(200 + i, classes, shape);
        }
        return labels;
    }

    private static void train(
            Bench bench,
            Layer model,
            Optimizer optimizer,
            NDArray[] inputs,
            NDArray[] labels,
            int unitsPerStep,
            String unit)
            throws Exception {
        var batches = new Batch[inputs.length][labels.length];
        for (int input = 0; input < inputs.length; input++) {
            for (int label = 0; label < labels.length; label++) {
                batches[input][label] = new Batch(inputs[input], labels[label]);
            }
        }
        Bench.note(
                "%d parameters",
                model.parameters().stream()
                        .mapToLong(parameter -> parameter.shape().size())
                        .sum());
        try (var session = Session.open();
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer)) {
            Bench.note("%s", session.device());
            bench.trains(200, 0.8, () -> step.run(batches[0][0]).loss());
            var walk = new Data.Walk();
            bench.rate("train", unit, unitsPerStep, () -> {
                step.run(batches[walk.input()][walk.label()]);
                walk.next();
            });
        }
    }
}
