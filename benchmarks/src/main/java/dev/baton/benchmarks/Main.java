package dev.baton.benchmarks;

import bench.Bench;
import bench.Data;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.util.LinkedHashMap;
import java.util.function.Function;

/** The workloads of the peers on Baton; names are the arguments, all where there is none. */
public final class Main {

    private static final int BATCH = 128;
    private static final int STEPS = 64;

    private Main() {}

    public static void main(String[] names) {
        System.setProperty("baton.threads", Integer.toString(Bench.THREADS));
        var workloads = new LinkedHashMap<String, Bench.Workload>();
        workloads.put("mlp-train", Main::mlpTrain);
        workloads.put("gpt-train", Main::gptTrain);
        workloads.put("lstm-train", Main::lstmTrain);
        new Bench("baton", "0.1.0").main(names, workloads);
    }

    /** 784-512-256-10, ReLU, softmax cross-entropy; batch 128; Adam, rate 1e-3. */
    private static void mlpTrain(Bench bench) throws Exception {
        var model =
                Sequential.of(new Linear(784, 512), new ReLU(), new Linear(512, 256), new ReLU(), new Linear(256, 10));
        var inputs = new NDArray[Data.INPUTS];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = NDArray.of(Shape.of(BATCH, 784), Data.normal(i + 1, BATCH * 784));
        }
        var batches = new Batch[Data.INPUTS][Data.LABELS];
        for (int label = 0; label < Data.LABELS; label++) {
            var labels = NDArray.of(Shape.of(BATCH), Data.ints(Data.whole(label + 100, BATCH, 10)));
            for (int input = 0; input < Data.INPUTS; input++) {
                batches[input][label] = new Batch(inputs[input], labels);
            }
        }
        try (var session = Session.open();
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Adam.of(1e-3))) {
            Bench.note("%s", session.device());
            bench.trains(200, 0.8, () -> step.run(batches[0][0]).loss());
            var walk = new Data.Walk();
            bench.rate("train", "samples/s", BATCH, () -> {
                step.run(batches[walk.input()][walk.label()]);
                walk.next();
            });
        }
    }

    /** Four layers, four heads, width 128, context 64, an untied head; 12 sequences of 64; AdamW, rate 1e-3. */
    private static void gptTrain(Bench bench) throws Exception {
        var model = Gpt.of(Data.VOCAB).untied().build();
        tokensTrain(bench, 12, session -> TrainStep.of(session, model, Losses.crossEntropy(), AdamW.of(1e-3)));
    }

    /** Embedding 65-128, one LSTM layer of 256, linear 256-65; 32 sequences of 64; Adam, rate 1e-3. */
    private static void lstmTrain(Bench bench) throws Exception {
        var model = new LanguageModel(Data.VOCAB, 128, 256);
        tokensTrain(
                bench,
                32,
                session -> TrainStep.of(
                        session, inputs -> model.loss(inputs.get("inputs"), inputs.get("targets")), Adam.of(1e-3)));
    }

    private static void tokensTrain(Bench bench, int sequences, Function<Session, TrainStep> made) throws Exception {
        var batches = new Batch[Data.INPUTS][Data.LABELS];
        for (int input = 0; input < Data.INPUTS; input++) {
            for (int label = 0; label < Data.LABELS; label++) {
                batches[input][label] = new Batch(tokens(sequences, input + 100), tokens(sequences, label + 200));
            }
        }
        try (var session = Session.open();
                var step = made.apply(session)) {
            Bench.note("%s", session.device());
            bench.trains(200, 0.8, () -> step.run(batches[0][0]).loss());
            var walk = new Data.Walk();
            bench.rate("train", "tokens/s", sequences * STEPS, () -> {
                step.run(batches[walk.input()][walk.label()]);
                walk.next();
            });
        }
    }

    private static NDArray tokens(int sequences, int seed) {
        return NDArray.of(Shape.of(sequences, STEPS), Data.ints(Data.whole(seed, sequences * STEPS, Data.VOCAB)));
    }
}
