package dev.baton.cost;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.AveragePool2d;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.GRU;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.tensor.Tensor;
import dev.baton.train.TrainStep;
import java.util.ArrayList;
import java.util.List;

/** Layers of usual sizes, round ones and others, each by itself with its gradients, whose kernels stand for those of all models. */
final class Probes {

    /** A layer and what it is shown. */
    private record Probe(Layer layer, TensorType shown) {}

    private final List<Probe> probes = new ArrayList<>();

    private Probes() {}

    /** Graphs of fixed shapes with all of them. */
    static List<Graph> all() {
        return List.of(
                products(),
                convolutions(),
                others(),
                step(AdamW.of(1e-3), 256, 512),
                step(AdamW.of(1e-3), 1024, 512),
                step(AdamW.of(1e-3), 2048, 512),
                step(Sgd.of(0.1).momentum(0.9), 64, 64),
                step(Sgd.of(0.1).momentum(0.9), 1024, 512));
    }

    /** A whole step of a small network of many kinds of layers. */
    static Graph network() {
        var network = Sequential.of(
                new Conv2d(3, 16, 3).padding(1),
                new BatchNorm(16),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(16, 32, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(32 * 5 * 5, 32));
        return TrainStep.graph(
                network,
                Losses.crossEntropy(),
                Sgd.of(0.1).momentum(0.9),
                new TensorType(DType.FLOAT32, Shape.of(32, 3, 20, 20)),
                new TensorType(DType.INT32, Shape.of(32)));
    }

    /** Of a batch of numbers, of positions in sequences, square and flat. */
    private static Graph products() {
        var probes = new Probes();
        long[][] rowsInputsOutputs = {
            {64, 512, 512},
            {64, 2048, 256},
            {128, 512, 512},
            {128, 1024, 1024},
            {128, 256, 64},
            {64, 128, 96},
            {128, 512, 16},
            {1024, 128, 512},
            {1024, 512, 128},
            {1024, 96, 96},
            {2048, 256, 64},
            {512, 512, 512}
        };
        for (long[] sizes : rowsInputsOutputs) {
            // With biases, whose gradients are sums.
            probes.add(new Linear(sizes[1], sizes[2]), sizes[0], sizes[1]);
        }
        return probes.build();
    }

    private static Graph convolutions() {
        var probes = new Probes();
        long[][] inputsOutputsSizeKernelStride = {
            {1, 6, 28, 5, 1},
            {6, 16, 14, 5, 1},
            {16, 32, 14, 5, 1},
            {1, 16, 28, 3, 1},
            {3, 32, 32, 3, 1},
            {3, 24, 28, 3, 1},
            {3, 64, 56, 7, 2},
            {16, 16, 32, 3, 1},
            {16, 16, 28, 3, 1},
            {32, 32, 32, 3, 1},
            {32, 32, 16, 3, 1},
            {24, 48, 14, 3, 1},
            {64, 64, 16, 3, 1},
            {64, 64, 14, 3, 1},
            {64, 64, 8, 3, 1},
            {128, 128, 7, 3, 1},
            {36, 36, 20, 3, 1},
            {16, 32, 32, 3, 2},
            {32, 72, 20, 3, 2},
            {64, 128, 14, 3, 2},
            {32, 64, 16, 1, 2},
            {64, 128, 14, 1, 1}
        };
        for (long[] sizes : inputsOutputsSizeKernelStride) {
            var layer =
                    new Conv2d(sizes[0], sizes[1], sizes[3]).stride(sizes[4]).padding(sizes[3] / 2);
            probes.add(layer, 32, sizes[0], sizes[2], sizes[2]);
        }
        return probes.build();
    }

    private static Graph others() {
        var probes = new Probes();
        probes.add(Sequential.of(new BatchNorm(16), new ReLU()), 32, 16, 28, 28);
        probes.add(Sequential.of(new BatchNorm(64), new ReLU()), 32, 64, 14, 14);
        probes.add(new BatchNorm(32), 32, 32, 32, 32);
        probes.add(Sequential.of(new BatchNorm(72), new ReLU()), 32, 72, 10, 10);
        probes.add(new BatchNorm(128), 32, 128, 7, 7);
        probes.add(new MaxPool2d(2), 32, 32, 32, 32);
        probes.add(new MaxPool2d(2), 32, 24, 28, 28);
        probes.add(new MaxPool2d(2), 32, 32, 14, 14);
        probes.add(new MaxPool2d(2), 32, 16, 8, 8);
        probes.add(new MaxPool2d(3).stride(2).padding(1), 16, 32, 30, 30);
        probes.add(new AveragePool2d(2), 32, 16, 24, 24);
        probes.add(new LayerNorm(96), 512, 96);
        probes.add(new LayerNorm(256), 2048, 256);
        probes.tokens(Gpt.of(64).context(96).layers(1).heads(4).width(192).build(), 8, 96);
        probes.tokens(Gpt.of(64).context(48).layers(1).heads(2).width(64).build(), 16, 48);
        probes.tokens(new Embedding(96, 64), 16, 48);
        probes.add(new LSTM(64, 104), 20, 32, 64);
        probes.add(new LSTM(64, 128), 16, 32, 64);
        probes.add(new LSTM(64, 200), 24, 40, 64);
        probes.add(new LSTM(64, 256), 48, 40, 64);
        probes.add(new LSTM(64, 512), 16, 24, 64);
        probes.add(new GRU(64, 128), 32, 32, 64);
        probes.add(new GRU(64, 136), 24, 32, 64);
        probes.add(new GRU(64, 200), 24, 40, 64);
        return probes.build();
    }

    private void add(Layer layer, long... sizes) {
        add(layer, new TensorType(DType.FLOAT32, Shape.of(sizes)));
    }

    private void tokens(Layer layer, long... sizes) {
        add(layer, new TensorType(DType.INT32, Shape.of(sizes)));
    }

    private void add(Layer layer, TensorType shown) {
        probes.add(new Probe(layer.named("probe" + probes.size()), shown));
    }

    private Graph build() {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        for (int i = 0; i < probes.size(); i++) {
            trace(graph, probes.get(i), "/" + i);
        }
        return graph.build();
    }

    /** The answer and its gradients are handed out, so that every kernel is needed. */
    private static void trace(GraphBuilder graph, Probe probe, String number) {
        Value x = graph.input("x" + number, probe.shown());
        var before = graph.variables().keySet();
        Tensor answer = Layer.trace(probe.layer(), Tensor.of(graph, x));
        var by = new ArrayList<>(graph.variables().keySet());
        by.removeAll(before);
        if (probe.shown().dtype().isFloating()) {
            by.add(x);
        }
        Tensor above =
                Tensor.of(graph, graph.input("above" + number, answer.value().type()));
        List<Value> gradients =
                Gradients.of(new Emitter(graph), answer.multiply(above).sum().value(), by);
        graph.output("answer" + number, answer.value());
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("gradient" + number + "/" + i, gradients.get(i));
        }
    }

    /** A whole step, for the loss and the optimizer. */
    private static Graph step(Optimizer optimizer, long inputs, long outputs) {
        var numbers = new TensorType(DType.FLOAT32, Shape.of(64, inputs));
        var labels = new TensorType(DType.INT32, Shape.of(64));
        return TrainStep.graph(new Linear(inputs, outputs), Losses.crossEntropy(), optimizer, numbers, labels);
    }
}
