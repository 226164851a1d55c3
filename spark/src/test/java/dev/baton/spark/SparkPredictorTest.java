package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.infer.Predictor;
import dev.baton.io.ModelFile;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

class SparkPredictorTest {

    private static final List<String> LINES =
            OpticalDigits.lines(OpticalDigits.TEST).subList(0, 333);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void save() {
        file = folder.resolve("model.safetensors");
        try (var session = Session.open(5)) {
            ModelFile.save(session, OpticalDigits.network(), DType.FLOAT32, Shape.of(64), file);
        }
    }

    private void assertAnswers(List<Tuple2<String, float[]>> answers) {
        assertThat(answers).extracting(Tuple2::_1).isEqualTo(LINES);
        try (var predictor = Predictor.load(file)) {
            answers.forEach(one -> assertThat(one._2()).isEqualTo(predictor.predict(OpticalDigits.pixels(one._1()))));
        }
    }

    @Test
    void answersAreThoseOfAPredictor() {
        var records = LocalSpark.CONTEXT.parallelize(LINES, 4);
        assertAnswers(SparkPredictor.load(LocalSpark.CONTEXT, file)
                .batch(50)
                .answers(records, OpticalDigits::pixels)
                .collect());
        assertAnswers(SparkPredictor.shared(LocalSpark.CONTEXT, file)
                .answers(records, OpticalDigits::pixels)
                .collect());
    }

    @Test
    void rowsGetOneMoreColumn() {
        SparkSession spark =
                SparkSession.builder().sparkContext(LocalSpark.CONTEXT.sc()).getOrCreate();
        Dataset<Row> rows = spark.createDataset(LINES, org.apache.spark.sql.Encoders.STRING())
                .toDF("line");
        Dataset<Row> answered = SparkPredictor.load(LocalSpark.CONTEXT, file)
                .answers(rows, row -> OpticalDigits.pixels(row.getString(0)), "logits");
        assertThat(answered.columns()).containsExactly("line", "logits");
        assertAnswers(answered.collectAsList().stream()
                .map(row -> {
                    List<Object> logits = CollectionConverters.asJava(row.getSeq(1));
                    var values = new float[logits.size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) logits.get(i);
                    }
                    return new Tuple2<>(row.getString(0), values);
                })
                .toList());
    }

    @Test
    void closingEndsWhatWorkersHaveLoaded() throws IOException {
        var records = LocalSpark.CONTEXT.parallelize(LINES, 2);
        SparkPredictor loaded = SparkPredictor.load(LocalSpark.CONTEXT, file);
        SparkPredictor shared = SparkPredictor.shared(LocalSpark.CONTEXT, file);
        try (loaded;
                shared) {
            for (SparkPredictor one : List.of(loaded, shared, shared.batch(7))) {
                assertThat(one.answers(records, OpticalDigits::pixels).count()).isEqualTo(LINES.size());
            }
            Files.delete(file);
            assertThat(shared.answers(records, OpticalDigits::pixels).count()).isEqualTo(LINES.size());
        }
        loaded.close();
        assertThatThrownBy(() -> loaded.answers(records, OpticalDigits::pixels).count())
                .hasStackTraceContaining("destroyed");
        assertThatThrownBy(() -> shared.answers(records, OpticalDigits::pixels).count())
                .hasStackTraceContaining("model.safetensors");
    }

    @Test
    void whatGoesWrongNamesTheWorker() {
        var records = LocalSpark.CONTEXT.parallelize(LINES, 2);
        SparkPredictor predictor = SparkPredictor.load(LocalSpark.CONTEXT, file);
        // Of two that fail, either may be the first.
        var inOnePartition = LocalSpark.CONTEXT.parallelize(LINES, 1);
        assertThatThrownBy(() ->
                        predictor.answers(inOnePartition, line -> new float[63]).count())
                .hasStackTraceContaining(
                        "(executor driver): record 0 of partition 0 has 63 values; the model takes [64]");
        assertThatThrownBy(() -> SparkPredictor.shared(LocalSpark.CONTEXT, Path.of("/no/such/model"))
                        .answers(records, OpticalDigits::pixels)
                        .count())
                .hasStackTraceContaining("(executor driver): ")
                .hasStackTraceContaining("/no/such/model");
        assertThatThrownBy(() -> SparkPredictor.load(LocalSpark.CONTEXT, Path.of("/no/such/model")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("/no/such/model");
        assertThatThrownBy(() -> predictor.batch(0))
                .isInstanceOf(BatonException.class)
                .hasMessage("at least one record is answered at a time, not 0");
    }
}
