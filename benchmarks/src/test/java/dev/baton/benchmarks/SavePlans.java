package dev.baton.benchmarks;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.core.RecordingProvider;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.infer.Predictor;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Runs one step of each workload that guard.sh watches, and saves its plan to a file in the folder that is the argument. */
public final class SavePlans {

    /**
     * How many examples at once, where not one. Few, since callgrind is slow; convolutions go another way from 16 pictures on.
     */
    private static final Map<String, int[]> BATCHES = Map.of(
            "mlp-train", new int[] {128},
            "cnn-train", new int[] {1, 16},
            "resnet20-train", new int[] {1, 16},
            "gpt-train", new int[] {2},
            "lstm-train", new int[] {8},
            "mlp-infer", new int[] {1, 64});

    private final Path folder;

    private SavePlans(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        System.setProperty("baton.threads", "1");
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        var plans = new SavePlans(folder);
        Workloads.training().forEach((name, training) -> {
            for (int batch : batches(name)) {
                plans.save(name, training.withBatch(batch));
            }
        });
        Workloads.inference().forEach((name, inference) -> {
            for (int batch : batches(name)) {
                plans.save(name, inference.network().get(), inference.inputs(300, batch));
            }
        });
        plans.save("gpt-generate", Generation.network(), Synthetic.whole(300, 1, Shape.of(1, Networks.CONTEXT)));
        for (int size : new int[] {512, 1024}) {
            plans.save("product-" + size, Products.product(size), 0, Products.factors(size));
        }
    }

    private static int[] batches(String workload) {
        return BATCHES.getOrDefault(workload, new int[] {1});
    }

    private void save(String name, Training training) {
        to(name + "-" + training.batch());
        try (var session = Session.open(RecordingProvider.NAME);
                var step = training.step(session, training.network().get())) {
            step.run(new Batch(training.inputs(0), training.labels(0)));
        }
    }

    /** The last plan that runs is the one that answers: what depends on the weights alone is computed before. */
    private void save(String name, Layer network, NDArray inputs) {
        to(name + "-" + inputs.shape().size(0));
        try (var session = Session.open(RecordingProvider.NAME);
                var predictor = Predictor.of(session, network)) {
            predictor.predict(inputs);
        }
    }

    private void save(String name, Graph graph, long batch, NDArray... inputs) {
        to(name);
        try (var session = Session.open(RecordingProvider.NAME);
                var plan = session.compile(graph, Map.of(Executable.BATCH, batch))) {
            plan.run(inputs);
        }
    }

    private void to(String name) {
        System.setProperty(
                RecordingProvider.FILE, folder.resolve(name + ".plan").toString());
    }
}
