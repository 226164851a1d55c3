package dev.baton.examples;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.data.Tokenizer;
import dev.baton.data.picture.PictureClassifier;
import dev.baton.data.picture.PictureEncoder;
import dev.baton.infer.Answer;
import dev.baton.infer.Classifier;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
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

/** A model that was saved says what pictures, rows or texts are, or goes on with texts; its file is all that is needed. */
@Command(
        name = "answer",
        description = "Asks a model that digits or pets has saved, or another with labels, what something is; "
                + "one that shakespeare has saved goes on with a text.",
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
        Tokenizer tokenizer = info.tokenizer().orElse(null);
        if (tokenizer != null && ModelFile.writesText(model)) {
            try (var generator = TextGenerator.load(model, backend)) {
                inputs.forEach(text -> goOn(generator, tokenizer, text));
            }
        } else if (PictureEncoder.isIn(info)) {
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

    /** Writes the likeliest tokens behind a text, as many as the model has room for. */
    private void goOn(TextGenerator generator, Tokenizer tokenizer, String text) {
        PrintWriter out = spec.commandLine().getOut();
        int[] tokens =
                generator.generate(tokenizer.encode(text), Sampling.greedy()).tokens();
        String written = tokenizer.decode(tokens);
        out.println(json ? new JsonLine("text").add("input", text).add("text", written) : text + written);
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
