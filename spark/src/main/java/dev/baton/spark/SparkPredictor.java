package dev.baton.spark;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.ShapeException;
import dev.baton.infer.Predictor;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Answers with a trained model on the workers of a Spark cluster. Every worker loads the model once, as a {@link Predictor}
 * which its tasks share, and keeps it until the predictor is closed. Immutable.
 */
public final class SparkPredictor implements AutoCloseable {

    private static final int USUAL_BATCH = 256;

    private final JavaSparkContext context;
    private final Model model;
    private final String backend;
    private final int batch;

    /**
     * Where a worker has the model from.
     *
     * @param key tells models apart
     * @param bytes of the file; null where workers read it for themselves
     * @param file that they read; null where the bytes come to them
     */
    record Model(String key, Broadcast<byte[]> bytes, String file) implements Serializable {}

    private SparkPredictor(JavaSparkContext context, Model model, String backend, int batch) {
        this.context = context;
        this.model = model;
        this.backend = backend;
        this.batch = batch;
    }

    /**
     * A predictor with the model of a file that the driver has; its bytes go to the workers as a broadcast.
     *
     * @param file as {@code Trainer.save} writes it, of less than 2 GiB
     * @throws DataException if the file cannot be read
     */
    public static SparkPredictor load(JavaSparkContext context, Path file) {
        try {
            return of(context, context.broadcast(Files.readAllBytes(file)), null);
        } catch (IOException | OutOfMemoryError e) {
            throw new DataException("cannot read the model " + file + ": " + e, e);
        }
    }

    /**
     * A predictor with the model of a file that every worker sees, of any size.
     *
     * @param file as {@code Trainer.save} writes it, under the same name on every worker
     */
    public static SparkPredictor shared(JavaSparkContext context, Path file) {
        return of(context, null, file.toString());
    }

    private static SparkPredictor of(JavaSparkContext context, Broadcast<byte[]> bytes, String file) {
        var model = new Model(UUID.randomUUID().toString(), bytes, file);
        return new SparkPredictor(context, model, null, USUAL_BATCH);
    }

    /** The same on the backend of this name; unless said, each worker takes the best that it has. */
    public SparkPredictor backend(String name) {
        return new SparkPredictor(context, model, name, batch);
    }

    /** The same with so many records at a time; 256 unless said. */
    public SparkPredictor batch(int records) {
        if (records < 1) {
            throw new BatonException("at least one record is answered at a time, not " + records);
        }
        return new SparkPredictor(context, model, backend, records);
    }

    /**
     * What the model gives for each record, when Spark asks for it.
     *
     * @param input the numbers of a record, as the model has been shown them in training
     */
    public <T> JavaPairRDD<T, float[]> answers(JavaRDD<T> records, Function<T, float[]> input) {
        Task<T> task = new Task<>(model, backend, batch, input);
        return records.mapPartitionsToPair(task::answers);
    }

    /**
     * The same rows with what the model gives for each in one more column, of float arrays.
     *
     * @param input the numbers of a row, as the model has been shown them in training
     * @param column the name of the new one
     */
    public Dataset<Row> answers(Dataset<Row> rows, Function<Row, float[]> input, String column) {
        Task<Row> task = new Task<>(model, backend, batch, input);
        StructType schema = rows.schema().add(column, DataTypes.createArrayType(DataTypes.FloatType, false), false);
        MapPartitionsFunction<Row, Row> answer = all -> longer(task.answers(all));
        return rows.mapPartitions(answer, Encoders.row(schema));
    }

    private static Iterator<Row> longer(Iterator<Tuple2<Row, float[]>> answers) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return answers.hasNext();
            }

            @Override
            public Row next() {
                Tuple2<Row, float[]> one = answers.next();
                var values = new Object[one._1().length() + 1];
                for (int i = 0; i < values.length - 1; i++) {
                    values[i] = one._1().get(i);
                }
                values[values.length - 1] = one._2();
                return RowFactory.create(values);
            }
        };
    }

    /**
     * Ends the workers' predictors of this model, and frees what they had it from: it answers no longer, nor do those that
     * were made of it with another backend or batch. What fails meanwhile is logged and no more. Closing twice does nothing.
     */
    @Override
    public void close() {
        String key = model.key();
        SparkJobs.close(context, "predictors", () -> {
            SparkJobs.everywhere(context, () -> WorkerPredictors.close(key));
            if (model.bytes() != null && model.bytes().isValid()) {
                model.bytes().destroy();
            }
        });
    }

    /** What a worker does. */
    private record Task<T>(Model model, String backend, int batch, Function<T, float[]> input) implements Serializable {

        Iterator<Tuple2<T, float[]>> answers(Iterator<T> records) {
            try {
                Predictor predictor = WorkerPredictors.of(model, backend);
                if (predictor.exampleType() != DType.FLOAT32) {
                    throw new ShapeException("the model takes " + predictor.exampleType() + predictor.exampleShape()
                            + ", not the numbers of records");
                }
                return new BatchedAnswers<>(predictor, records, input, batch);
            } catch (BatonException e) {
                throw Worker.located(e);
            }
        }
    }
}
