package dev.baton.benchmarks;

import bench.Data;
import dev.baton.Shape;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is measured, and what the performance guard watches. */
final class Workloads {

    private static final Optimizer ADAM = Adam.of(1e-3);
    private static final Optimizer ADAM_W = AdamW.of(1e-3);
    private static final Optimizer SGD = Sgd.of(0.01).momentum(0.9);

    private static final long[] PICTURE = {3, 32, 32};

    private Workloads() {}

    static Map<String, Training> training() {
        var workloads = new LinkedHashMap<String, Training>();
        workloads.put("mlp-train", Training.examples(Networks::mlp, ADAM, 128, 784));
        workloads.put("cnn-train", Training.examples(Networks::cnn, SGD, 64, PICTURE));
        workloads.put("resnet20-train", Training.examples(Networks::resNet20, SGD, 64, PICTURE));
        workloads.put("gpt-train", Training.sequences(Networks::gpt, ADAM_W, 12, Networks.CONTEXT, Data.VOCAB));
        workloads.put("lstm-train", Training.sequences(Networks::lstm, ADAM, 32, Networks.CONTEXT, Data.VOCAB));
        return workloads;
    }

    /** Those for GPUs: a processor takes seconds or minutes for a step of theirs. */
    static Map<String, Training> large() {
        var workloads = new LinkedHashMap<String, Training>();
        workloads.put(
                "gpt-384-train",
                Training.sequences(Networks::gptOfWidth384, ADAM_W, 64, Networks.LONGER_CONTEXT, Data.VOCAB));
        workloads.put(
                "gpt2-train",
                Training.sequences(Networks::gpt2, ADAM_W, 8, Networks.GPT2_CONTEXT, Networks.GPT2_VOCABULARY));
        return workloads;
    }

    static Map<String, Inference> inference() {
        var workloads = new LinkedHashMap<String, Inference>();
        workloads.put("mlp-infer", new Inference(Networks::mlp, Shape.of(784)));
        workloads.put("cnn-infer", new Inference(Networks::cnn, Shape.of(PICTURE)));
        workloads.put("resnet20-infer", new Inference(Networks::resNet20, Shape.of(PICTURE)));
        return workloads;
    }
}
