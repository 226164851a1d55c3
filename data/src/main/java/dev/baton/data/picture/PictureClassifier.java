package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.infer.Answer;
import dev.baton.infer.Classifier;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/**
 * Says what is in a picture, by a model's file alone: it has the labels, and the size and the colours of the pictures that the
 * model learnt from ({@link PictureEncoder#texts}). Any number of threads may use one.
 *
 * <pre>{@code
 * try (var classifier = PictureClassifier.load(Path.of("pets.safetensors"))) {
 *     System.out.println(classifier.answer(Path.of("holiday.jpg")));   // cat (0.973)
 * }
 * }</pre>
 */
public final class PictureClassifier implements AutoCloseable {

    private final Classifier classifier;
    private final PictureEncoder encoder;

    private PictureClassifier(Classifier classifier, PictureEncoder encoder) {
        this.classifier = classifier;
        this.encoder = encoder;
    }

    /**
     * A classifier with the model of a file, on the best backend available.
     *
     * @throws DataException if the file cannot be read, holds no model, or has no encoder of pictures that fits it
     */
    public static PictureClassifier load(Path file) {
        return load(file, null);
    }

    /**
     * A classifier with the model of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read, holds no model, or has no encoder of pictures that fits it
     */
    public static PictureClassifier load(Path file, String backend) {
        PictureEncoder encoder = PictureEncoder.load(file);
        Classifier classifier = Classifier.load(file, backend);
        if (!classifier.predictor().exampleShape().equals(encoder.shape())) {
            String shown = classifier.predictor().exampleShape().toString();
            classifier.close();
            throw new DataException(
                    file + ": its model is shown " + shown + ", its encoder of pictures makes " + encoder.shape());
        }
        return new PictureClassifier(classifier, encoder);
    }

    /**
     * The class of the picture in a file: JPEG, PNG, GIF or BMP, of any size.
     *
     * @throws DataException if it cannot be read, or is no picture; naming the file
     */
    public Answer answer(Path file) {
        return classifier.answerShown(encoder.input(file));
    }

    /** The class of a picture in memory, of any size. */
    public Answer answer(BufferedImage picture) {
        return classifier.answerShown(encoder.input(picture));
    }

    /** What it asks. */
    public Classifier classifier() {
        return classifier;
    }

    /** What it makes examples of pictures with. */
    public PictureEncoder encoder() {
        return encoder;
    }

    /** Closes what it asks. */
    @Override
    public void close() {
        classifier.close();
    }
}
