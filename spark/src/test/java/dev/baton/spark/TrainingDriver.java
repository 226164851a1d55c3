package dev.baton.spark;

import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.train.Checkpoints;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A driver in a process of its own, to be killed: trains digits in rounds, saves after every one, goes on where another one
 * was. Its configuration comes as system properties.
 */
final class TrainingDriver {

    private TrainingDriver() {}

    /**
     * @param arguments a folder for checkpoints, and the file that the model is saved to
     */
    public static void main(String[] arguments) {
        Recipe recipe = TrainingTask.DIGITS.recipe();
        Examples test = TrainingTask.DIGITS.examples(OpticalDigits.TEST).part(0, 100);
        try (var context = new JavaSparkContext(new SparkConf());
                var session = recipe.open();
                var source = SparkSource.of(
                        recipe,
                        TrainingTask.DIGITS.training(context, 3),
                        TrainingTask.BATCH,
                        Synchronization.afterSteps(4));
                Trainer trainer = source.trainer(session)
                        .checkpoints(Checkpoints.in(Path.of(arguments[0])).everySteps(1))
                        .build()) {
            trainer.resume(source, test.batched(100), Epochs.of(6));
            trainer.save(Path.of(arguments[1]));
        }
    }
}
