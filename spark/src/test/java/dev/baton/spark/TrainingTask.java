package dev.baton.spark;

import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.loss.Losses;
import dev.baton.optim.AdamW;
import org.apache.spark.api.java.JavaSparkContext;

/** What the tests on a cluster train. */
enum TrainingTask {
    DIGITS(null),
    CONVOLUTIONAL(OpticalDigits.PICTURE);

    static final int BATCH = 96;

    private final Shape shape;

    TrainingTask(Shape shape) {
        this.shape = shape;
    }

    Recipe recipe() {
        Recipe recipe = this == DIGITS
                ? Recipe.of(OpticalDigits::network, Losses::crossEntropy, () -> AdamW.of(2e-3))
                : Recipe.of(OpticalDigits::convolutional, Losses::crossEntropy, () -> AdamW.of(2e-3));
        return recipe.seed(7);
    }

    Examples examples(String file) {
        return shape == null ? OpticalDigits.rows(file) : OpticalDigits.pictures(file);
    }

    SparkExamples training(JavaSparkContext context, int partitions) {
        SparkExamples examples = SparkExamples.of(
                context.parallelize(OpticalDigits.lines(OpticalDigits.TRAINING), partitions),
                OpticalDigits::pixels,
                OpticalDigits::label,
                OpticalDigits.CLASSES);
        return (shape == null ? examples : examples.shape(shape)).partitions(partitions);
    }
}
