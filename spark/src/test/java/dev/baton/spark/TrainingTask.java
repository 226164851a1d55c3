package dev.baton.spark;

import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.loss.Losses;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Schedule;
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
        return recipe(() -> AdamW.of(2e-3));
    }

    /** With a learning rate that falls to 0 within so many steps, after which what noise there is in the steps is gone. */
    Recipe recipe(long steps) {
        return recipe(() -> AdamW.of(Schedule.cosine(2e-3, steps)));
    }

    private Recipe recipe(Recipe.Maker<Optimizer> optimizer) {
        Recipe recipe = this == DIGITS
                ? Recipe.of(OpticalDigits::network, Losses::crossEntropy, optimizer)
                : Recipe.of(OpticalDigits::convolutional, Losses::crossEntropy, optimizer);
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
