package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import java.util.LinkedHashMap;

/** The workloads of the peers on Baton; names are the arguments, all where there is none. */
public final class Main {

    private static final Optimizer ADAM = Adam.of(1e-3);
    private static final Optimizer ADAM_W = AdamW.of(1e-3);
    private static final Optimizer SGD = Sgd.of(0.01).momentum(0.9);

    private static final long[] PICTURE = {3, 32, 32};

    private Main() {}

    public static void main(String[] names) {
        System.setProperty("baton.threads", Integer.toString(Bench.THREADS));
        var workloads = new LinkedHashMap<String, Bench.Workload>();
        workloads.put("mlp-train", bench -> Training.examples(bench, Networks.mlp(), ADAM, 128, 784));
        workloads.put("cnn-train", bench -> Training.examples(bench, Networks.cnn(), SGD, 64, PICTURE));
        workloads.put("resnet20-train", bench -> Training.examples(bench, Networks.resNet20(), SGD, 64, PICTURE));
        workloads.put("gpt-train", bench -> Training.sequences(bench, Networks.gpt(), ADAM_W, 12));
        workloads.put("lstm-train", bench -> Training.sequences(bench, Networks.lstm(), ADAM, 32));
        workloads.put("mlp-infer", bench -> Inference.run(bench, Networks.mlp(), 784));
        workloads.put("cnn-infer", bench -> Inference.run(bench, Networks.cnn(), PICTURE));
        workloads.put("resnet20-infer", bench -> Inference.run(bench, Networks.resNet20(), PICTURE));
        workloads.put("gpt-generate", Generation::run);
        workloads.put("sgemm", Products::run);
        new Bench("baton", "0.1.0").main(names, workloads);
    }
}
