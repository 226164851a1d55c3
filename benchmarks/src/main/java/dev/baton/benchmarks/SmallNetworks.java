package dev.baton.benchmarks;

import dev.baton.model.Gpt;
import dev.baton.model.LeNet;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.GRU;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.LSTM;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import java.util.LinkedHashMap;
import java.util.Map;

/** Networks beside the workloads, to see whether predictions hold for others too. */
final class SmallNetworks {

    private static final Optimizer MOMENTUM = Sgd.of(0.01).momentum(0.9);

    private SmallNetworks() {}

    /** Those that the calibration's kernels and rules were tried on while they were made. */
    static Map<String, Training> tried() {
        var networks = new LinkedHashMap<String, Training>();
        networks.put("lenet-train", Training.examples(() -> new LeNet(10), MOMENTUM, 48, 1, 28, 28));
        networks.put("pictures-train", Training.examples(SmallNetworks::pictures, Adam.of(1e-3), 40, 3, 28, 28));
        networks.put("strided-train", Training.examples(SmallNetworks::strided, MOMENTUM, 50, 3, 40, 40));
        networks.put(
                "gru-train",
                Training.sequences(
                        () -> Sequential.of(new Embedding(90, 80), new GRU(80, 144), new Linear(144, 90)),
                        AdamW.of(1e-3),
                        24,
                        36,
                        90));
        networks.put(
                "two-lstm-train",
                Training.sequences(
                        () -> Sequential.of(
                                new Embedding(70, 48), new LSTM(48, 112), new LSTM(112, 112), new Linear(112, 70)),
                        Adam.of(2e-3),
                        20,
                        50,
                        70));
        networks.put(
                "wide-lstm-train",
                Training.sequences(
                        () -> Sequential.of(new Embedding(80, 72), new LSTM(72, 152), new Linear(152, 80)),
                        AdamW.of(1e-3),
                        28,
                        44,
                        80));
        networks.put(
                "gpt-96-train",
                Training.sequences(
                        () -> Gpt.of(80)
                                .context(40)
                                .layers(3)
                                .heads(3)
                                .width(96)
                                .build(),
                        AdamW.of(1e-3),
                        16,
                        40,
                        80));
        return networks;
    }

    /** Those that they were not. Once something is changed because of one of these, it belongs to the others. */
    static Map<String, Training> unseen() {
        var networks = new LinkedHashMap<String, Training>();
        networks.put(
                "three-stages-train", Training.examples(SmallNetworks::threeStages, AdamW.of(1e-3), 30, 1, 36, 36));
        networks.put(
                "lstm-gru-train",
                Training.sequences(
                        () -> Sequential.of(
                                new Embedding(75, 60), new LSTM(60, 96), new GRU(96, 120), new Linear(120, 75)),
                        Adam.of(1e-3),
                        36,
                        30,
                        75));
        return networks;
    }

    private static Sequential pictures() {
        return Sequential.of(
                new Conv2d(3, 24, 3).padding(1),
                new BatchNorm(24),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(24, 48, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(48 * 7 * 7, 120),
                new ReLU(),
                new Linear(120, 10));
    }

    private static Sequential strided() {
        return Sequential.of(
                new Conv2d(3, 40, 5).stride(2).padding(2),
                new BatchNorm(40),
                new ReLU(),
                new Conv2d(40, 40, 3).padding(1),
                new ReLU(),
                new Conv2d(40, 80, 3).stride(2).padding(1),
                new BatchNorm(80),
                new ReLU(),
                new GlobalAveragePool(),
                new Linear(80, 10));
    }

    private static Sequential threeStages() {
        return Sequential.of(
                new Conv2d(1, 20, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(20, 40, 3).padding(1),
                new BatchNorm(40),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(40, 40, 3).padding(1),
                new ReLU(),
                new GlobalAveragePool(),
                new Linear(40, 10));
    }
}
