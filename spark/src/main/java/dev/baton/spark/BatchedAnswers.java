package dev.baton.spark;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.ShapeException;
import dev.baton.infer.Predictor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import scala.Tuple2;

/**
 * Records with what a model gives for each, some computed at a time.
 *
 * @param <T> the type of the records
 */
final class BatchedAnswers<T> implements Iterator<Tuple2<T, float[]>> {

    private final Predictor predictor;
    private final Iterator<T> records;
    private final Function<T, float[]> input;
    private final int batch;
    private final Deque<Tuple2<T, float[]>> ready = new ArrayDeque<>();
    private long answered;

    BatchedAnswers(Predictor predictor, Iterator<T> records, Function<T, float[]> input, int batch) {
        this.predictor = predictor;
        this.records = records;
        this.input = input;
        this.batch = batch;
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || records.hasNext();
    }

    @Override
    public Tuple2<T, float[]> next() {
        if (ready.isEmpty()) {
            if (!records.hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                answer();
            } catch (BatonException e) {
                throw Worker.located(e);
            }
        }
        return ready.remove();
    }

    private void answer() {
        var taken = new ArrayList<T>();
        while (taken.size() < batch && records.hasNext()) {
            taken.add(records.next());
        }
        NDArray answers = predictor.predict(inputs(taken));
        int width = answers.size() / Math.toIntExact(answers.shape().size(0));
        for (int i = 0; i < taken.size(); i++) {
            var answer = new float[width];
            answers.floats().get(i * width, answer);
            ready.add(new Tuple2<>(taken.get(i), answer));
        }
        answered += taken.size();
    }

    /** The last ones are filled up to a power of two, so that few sizes are compiled. */
    private NDArray inputs(List<T> taken) {
        int rows = Math.min(batch, Integer.highestOneBit(2 * taken.size() - 1));
        NDArray inputs = NDArray.zeros(DType.FLOAT32, predictor.exampleShape().prepend(Dim.of(rows)));
        int width = inputs.size() / rows;
        for (int i = 0; i < taken.size(); i++) {
            float[] values = values(taken.get(i), answered + i);
            if (values.length != width) {
                throw new ShapeException(where(answered + i) + " has " + values.length + " values; the model takes "
                        + predictor.exampleShape());
            }
            inputs.floats().put(i * width, values);
        }
        return inputs;
    }

    private float[] values(T one, long number) {
        try {
            return input.call(one);
        } catch (Exception e) {
            throw new DataException(where(number) + " does not become numbers: " + e, e);
        }
    }

    /** Records count from 0. */
    private static String where(long number) {
        return String.format(Locale.ROOT, "record %,d of partition %d", number, TaskContext.getPartitionId());
    }
}
