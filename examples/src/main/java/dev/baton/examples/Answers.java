package dev.baton.examples;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.data.picture.PictureClassifier;
import dev.baton.data.picture.PictureEncoder;
import dev.baton.infer.Answer;
import dev.baton.infer.Classifier;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A model that was saved says what pictures, rows or texts are; its file is all that is needed. */
@Command(
        name = "answer",
        description = "Asks a model that digits or pets has saved, or another with labels, what something is.",
        mixinStandardHelpOptions = true)
final class Answers implements Callable<Integer> {

    @Option(names = "--model", paramLabel = "FILE", required = true, description = "the file of the model")
    private Path model;

    @Option(names = "--backend", paramLabel = "NAME", description = "the backend; without it the best available")
    private String backend;

    @Option(names = "--json", description = "print one JSON object a line instead of text")
    private boolean json;

    @Parameters(
            arity = "1..*",
            paramLabel = "INPUT",
            description =
                    "files of pictures, for a model of pictures; for others rows of numbers with commas, or texts")
    private List<String> inputs;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ModelInfo info = ModelFile.info(model);
        if (PictureEncoder.isIn(info)) {
            try (var pictures = PictureClassifier.load(model, backend)) {
                answer(file -> pictures.answer(Path.of(file)));
            }
        } else {
            try (var classifier = Classifier.load(model, backend)) {
                boolean isText = classifier.predictor().exampleType() == DType.INT32;
                answer(input -> isText ? classifier.answer(input) : classifier.answer(row(input)));
            }
        }
        return 0;
    }

    private void answer(Function<String, Answer> classifier) {
        PrintWriter out = spec.commandLine().getOut();
        for (String input : inputs) {
            Answer answer = classifier.apply(input);
            if (json) {
                out.println(new JsonLine("answer")
                        .add("input", input)
                        .add("label", answer.label())
                        .add("probability", answer.probability()));
            } else {
                out.println(input + ": " + answer);
            }
        }
    }

    private static float[] row(String text) {
        String[] fields = text.split(",", -1);
        var row = new float[fields.length];
        for (int i = 0; i < row.length; i++) {
            try {
                row[i] = Float.parseFloat(fields[i].strip());
            } catch (NumberFormatException e) {
                throw new DataException("field " + (i + 1) + " of the row is no number: '" + fields[i] + "'", e);
            }
        }
        return row;
    }
}
