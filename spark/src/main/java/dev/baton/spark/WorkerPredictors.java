package dev.baton.spark;

import dev.baton.DataException;
import dev.baton.infer.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;

/** The predictors of this worker, one for each model, which its tasks share; they end when they are closed, or with the process. */
final class WorkerPredictors {

    /** Between the key of a model and the name of a backend. */
    private static final String SEPARATOR = " on ";

    private static final Map<String, Predictor> LOADED = new ConcurrentHashMap<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(""), "baton predictors"));
    }

    private WorkerPredictors() {}

    /**
     * The predictor of a model, which the first who asks loads.
     *
     * @param model with the key that tells models apart
     */
    static Predictor of(SparkPredictor.Model model, String backend) {
        return LOADED.computeIfAbsent(
                model.key() + SEPARATOR + backend, unused -> Threads.during(cores(), () -> load(model, backend)));
    }

    private static Predictor load(SparkPredictor.Model model, String backend) {
        if (model.file() != null) {
            return Predictor.load(Path.of(model.file()), backend);
        }
        try {
            Path file = Files.createTempFile("baton-model", ".safetensors");
            try {
                Files.write(file, model.bytes().value());
                return Predictor.load(file, backend);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new DataException("cannot write a model to the folder for temporary files: " + e, e);
        }
    }

    /** Those of the executor: its tasks come together, and each then has one. */
    private static int cores() {
        return SparkEnv.get()
                .conf()
                .getInt("spark.executor.cores", Runtime.getRuntime().availableProcessors());
    }

    /**
     * Ends those of a model.
     *
     * @param key of the model; empty for all models
     * @return how many they were
     */
    static int close(String key) {
        var ended = LOADED.keySet().stream()
                .filter(one -> one.startsWith(key))
                .map(LOADED::remove)
                .filter(Objects::nonNull)
                .toList();
        ended.forEach(Predictor::close);
        return ended.size();
    }
}
