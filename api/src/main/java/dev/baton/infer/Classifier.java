package dev.baton.infer;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.data.Tokenizer;
import dev.baton.io.ModelInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Says to which class a row or a text belongs, as people know them: by the labels, the standardizer and the tokenizer of the
 * model's file ({@link ModelInfo}). For a model that gives logits, one for each class. Any number of threads may use one.
 *
 * <pre>{@code
 * try (var classifier = Classifier.load(Path.of("iris.safetensors"))) {
 *     System.out.println(classifier.answer(5.1f, 3.5f, 1.4f, 0.2f));   // setosa (0.998)
 * }
 * }</pre>
 */
public final class Classifier implements AutoCloseable {

    private final Predictor predictor;
    private final ModelInfo info;

    private Classifier(Predictor predictor) {
        this.predictor = predictor;
        this.info = predictor.info();
    }

    /**
     * A classifier with the model of a file, on the best backend available.
     *
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Classifier load(Path file) {
        return of(Predictor.load(file));
    }

    /**
     * A classifier with the model of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Classifier load(Path file, String backend) {
        return of(Predictor.load(file, backend));
    }

    /** A classifier that asks a predictor, which is closed with it. */
    public static Classifier of(Predictor predictor) {
        return new Classifier(predictor);
    }

    /** What it asks: for examples that are made ready elsewhere, many at once. */
    public Predictor predictor() {
        return predictor;
    }

    /** The names of the classes, by number; empty where the file has none, and their numbers are their names. */
    public List<String> labels() {
        return info.labels();
    }

    /**
     * The class of a row of numbers, as they were before the standardizer that the file may have.
     *
     * @throws DataException if a number is not finite, the row has not the standardizer's length, or the model gives another
     *     number of answers than there are labels
     * @throws dev.baton.ShapeException if the model takes another number of values, or tokens
     */
    public Answer answer(float... row) {
        return answerOf(predictor.predict(
                info.standardizer().map(fitted -> fitted.apply(row)).orElse(row)));
    }

    /**
     * The class of a text. One that is shorter than an example is filled up with the file's padding.
     *
     * @throws DataException if the file has no tokenizer, a part of the text is no token, the text is longer than an
     *     example or shorter and there is no padding, or the model gives another number of answers than there are labels
     */
    public Answer answer(String text) {
        Tokenizer tokenizer = info.tokenizer()
                .orElseThrow(
                        () -> new DataException("the model's file has no tokenizer, which makes tokens of a text: save "
                                + "it with ModelInfo.of().tokenizer(...)"));
        return answerOf(predictor.predict(filled(tokenizer.encode(text))));
    }

    private int[] filled(int[] tokens) {
        int length = Math.toIntExact(predictor.exampleShape().size());
        if (predictor.exampleType() != DType.INT32) {
            throw new DataException("the model takes " + predictor.exampleType() + predictor.exampleShape()
                    + ", not the tokens of a text");
        }
        if (tokens.length > length) {
            throw new DataException(
                    "the text has " + tokens.length + " tokens, and the model takes " + length + ": shorten it");
        }
        if (tokens.length == length) {
            return tokens;
        }
        int[] filled = Arrays.copyOf(tokens, length);
        int padding = info.padding()
                .orElseThrow(() -> new DataException("the text has " + tokens.length + " tokens, the model takes "
                        + length + ", and its file does not say which token stands behind a short text"));
        Arrays.fill(filled, tokens.length, length, padding);
        return filled;
    }

    /**
     * The class of an example as the model is shown it, as {@link Predictor#predict(float[])} takes it.
     *
     * @throws DataException if a value is not finite, or the model gives another number of answers than there are labels
     */
    public Answer answerShown(float[] example) {
        return answerOf(predictor.predict(example));
    }

    /**
     * The class of an example by what the model gave for it, where somebody else asked, such as {@link MicroBatches}.
     *
     * @throws DataException if these are not as many numbers as there are labels, or they are not finite
     */
    public Answer answerOf(float[] logits) {
        List<String> labels = info.labels().isEmpty()
                ? IntStream.range(0, logits.length).mapToObj(Integer::toString).toList()
                : info.labels();
        if (labels.size() != logits.length) {
            throw new DataException(
                    "the model gives " + logits.length + " numbers for an example, but has the labels of "
                            + labels.size() + " classes: " + String.join(", ", labels));
        }
        float[] probabilities = Predictor.softmax(logits.clone());
        if (!Float.isFinite(probabilities[0])) {
            throw new DataException(
                    "the model's answer is not finite: its weights are damaged, or the example is far from "
                            + "all that it has learnt from");
        }
        return Answer.of(labels, probabilities);
    }

    /** Closes the predictor. */
    @Override
    public void close() {
        predictor.close();
    }
}
