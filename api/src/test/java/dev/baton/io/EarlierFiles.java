package dev.baton.io;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.Characters;
import dev.baton.data.Examples;
import dev.baton.data.Standardizer;
import dev.baton.infer.Quantization;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Flatten;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.Checkpoints;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import dev.baton.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Writes a file of each kind, with numbers that can be computed otherwise. Run by hand where a release has another format, for
 * a folder with that release's version; what earlier ones wrote stays as it is.
 */
final class EarlierFiles {

    static final String WEIGHTS = "weights.safetensors";
    static final String ROWS = "rows.safetensors";
    static final String PICTURES = "pictures.safetensors";
    static final String TEXT = "text.safetensors";
    static final String PICTURES_INT8 = "pictures-int8.safetensors";
    static final String TEXT_INT8 = "text-int8.safetensors";
    static final String CHECKPOINT = "checkpoint.safetensors";

    static final int CONTEXT = 6;
    static final Characters ALPHABET = Characters.of("abcde");

    private EarlierFiles() {}

    static Layer rows() {
        return new Linear(2, 3).named("rows");
    }

    static Layer pictures() {
        return Sequential.of(
                new Conv2d(1, 4, 3).padding(1),
                new BatchNorm(4),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(16, 3));
    }

    static Layer text() {
        return Gpt.of(ALPHABET.size())
                .context(CONTEXT)
                .layers(1)
                .heads(2)
                .width(8)
                .build();
    }

    static NDArray picturesShown() {
        var random = new Random(1);
        NDArray shown = NDArray.zeros(DType.FLOAT32, Shape.of(4, 1, 4, 4));
        for (int i = 0; i < shown.size(); i++) {
            shown.set(i, (random.nextInt(33) - 16) / 16.0);
        }
        return shown;
    }

    static NDArray textsShown() {
        return NDArray.of(
                Shape.of(4, CONTEXT),
                new Random(2).ints(4 * CONTEXT, 0, ALPHABET.size()).toArray());
    }

    /** A session with weights that follow from their names: eighths from -1 to 1, and of what is no sum from 1/8 to 1. */
    static Session session(Layer model, NDArray shown) {
        var session = Session.open("reference", 1);
        try (var evaluation = Evaluation.of(session, model)) {
            evaluation.answers(shown);
        }
        for (var variable : model.variables()) {
            var random = new Random(variable.name().hashCode());
            boolean isPositive = variable.name().endsWith("running_var");
            NDArray value = NDArray.zeros(DType.FLOAT32, variable.shape());
            for (int i = 0; i < value.size(); i++) {
                value.set(i, isPositive ? (1 + random.nextInt(8)) / 8.0 : (random.nextInt(17) - 8) / 8.0);
            }
            session.set(variable.name(), value);
        }
        return session;
    }

    /** One example: (1, 2) gives 3. */
    static Batches training() {
        return Examples.of(new float[][] {{1, 2}}, new float[][] {{3}}).batched(1);
    }

    static Trainer trainer(Session session, Layer model, Path folder) {
        return Trainer.of(session, model)
                .loss(Losses.mse())
                .optimizer(Sgd.of(1.0 / 64).momentum(0.5))
                .listener(epoch -> {})
                .checkpoints(Checkpoints.in(folder))
                .build();
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        Layer rows = rows();
        try (var session = session(rows, NDArray.zeros(DType.FLOAT32, Shape.of(1, 2)))) {
            Weights.save(session, rows, folder.resolve(WEIGHTS));
            var info = ModelInfo.of()
                    .labels("a", "b", "c")
                    .standardizer(Standardizer.of(new float[] {1, -2}, new float[] {4, 0.5f}));
            ModelFile.save(session, rows, DType.FLOAT32, Shape.of(2), folder.resolve(ROWS), info);
        }
        Layer pictures = pictures();
        try (var session = session(pictures, picturesShown())) {
            ModelFile.save(session, pictures, DType.FLOAT32, Shape.of(1, 4, 4), folder.resolve(PICTURES));
            var shown = List.of(new Batch(picturesShown(), NDArray.of(new int[4])));
            Quantization.of(session, pictures)
                    .calibration(shown)
                    .test(shown, Losses.crossEntropy())
                    .int8(folder.resolve(PICTURES_INT8));
        }
        Layer text = text();
        try (var session = session(text, textsShown())) {
            var info = ModelInfo.of().tokenizer(ALPHABET);
            ModelFile.save(session, text, DType.INT32, Shape.of(CONTEXT), folder.resolve(TEXT), info);
            var shown = List.of(new Batch(textsShown(), textsShown()));
            Quantization.of(session, text)
                    .calibration(shown)
                    .test(shown, Losses.crossEntropy())
                    .info(info)
                    .int8(folder.resolve(TEXT_INT8));
        }
        Path run = folder.resolve("run");
        Layer line = new Linear(2, 1).named("line");
        try (var session = session(line, NDArray.zeros(DType.FLOAT32, Shape.of(1, 2)));
                var trainer = trainer(session, line, run)) {
            session.set("line.weight", NDArray.of(Shape.of(2, 1), new float[] {0.5f, -0.25f}));
            session.set("line.bias", NDArray.of(new float[] {0.25f}));
            trainer.fit(training(), training(), Epochs.of(2));
        }
        System.out.println("take the first of " + run + " as " + CHECKPOINT);
    }
}
