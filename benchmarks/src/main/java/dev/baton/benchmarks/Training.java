package dev.baton.benchmarks;

import bench.Bench;
import bench.Data;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.cost.Cost;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A workload that trains: cross-entropy, one batch after the other.
 *
 * @param network makes the network anew
 * @param batch how many examples at once
 * @param example the shape of one example
 * @param vocabulary of how many different tokens examples are sequences, with one to be guessed at each position; 0 where
 *     they are numbers with a class each
 */
record Training(Supplier<Layer> network, Optimizer optimizer, int batch, Shape example, int vocabulary) {

    private static final int CLASSES = 10;

    /** On numbers of a shape with a class each. */
    static Training examples(Supplier<Layer> network, Optimizer optimizer, int batch, long... example) {
        return new Training(network, optimizer, batch, Shape.of(example), 0);
    }

    /** On sequences with a token to be guessed at each position. */
    static Training sequences(Supplier<Layer> network, Optimizer optimizer, int batch, int length, int vocabulary) {
        return new Training(network, optimizer, batch, Shape.of(length), vocabulary);
    }

    /** The same with batches of another size. */
    Training withBatch(int other) {
        return new Training(network, optimizer, other, example, vocabulary);
    }

    private boolean isTokens() {
        return vocabulary > 0;
    }

    /** What the network is shown in the batch of this number. */
    NDArray inputs(int number) {
        Shape shape = example.prepend(Dim.of(batch));
        return isTokens() ? Synthetic.whole(100 + number, vocabulary, shape) : Synthetic.normal(100 + number, shape);
    }

    /**
     * What it is to answer in the batch of this number. Of a large vocabulary too it is only a few tokens, so that a few
     * steps show that the network trains.
     */
    NDArray labels(int number) {
        return isTokens()
                ? Synthetic.whole(200 + number, Data.VOCAB, example.prepend(Dim.of(batch)))
                : Synthetic.whole(200 + number, CLASSES, Shape.of(batch));
    }

    /** A step for a model. */
    TrainStep step(Session session, Layer model) {
        return TrainStep.of(session, model, Losses.crossEntropy(), optimizer);
    }

    /** What it costs, before it runs. */
    Cost cost() {
        return Cost.of(network.get(), isTokens() ? DType.INT32 : DType.FLOAT32, example)
                .optimizer(optimizer)
                .batch(batch);
    }

    /** Measures it, with products that read their factors so. */
    void run(Bench bench, Precision precision) throws Exception {
        var inputs = new NDArray[Data.INPUTS];
        Arrays.setAll(inputs, this::inputs);
        var labels = new NDArray[Data.LABELS];
        Arrays.setAll(labels, this::labels);
        var batches = new Batch[inputs.length][labels.length];
        for (int input = 0; input < inputs.length; input++) {
            for (int label = 0; label < labels.length; label++) {
                batches[input][label] = new Batch(inputs[input], labels[label]);
            }
        }
        Layer model = network.get();
        Bench.note(
                "%d parameters",
                model.parameters().stream()
                        .mapToLong(parameter -> parameter.shape().size())
                        .sum());
        try (var session = Session.open(null, 0, precision);
                var step = step(session, model)) {
            Bench.note("%s", session.device());
            bench.trains(200, 0.8, () -> step.run(batches[0][0]).loss());
            var walk = new Data.Walk();
            long tokens = isTokens() ? example.size() : 1;
            bench.rate("train", isTokens() ? "tokens/s" : "samples/s", batch * tokens, () -> {
                Batch now = batches[walk.input()][walk.label()];
                walk.next();
                step.run(now, batches[walk.input()][walk.label()]);
            });
        }
    }
}
