package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.RequestQueue.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers the batches of a queue, one after the other, until it is closed and empty. Of one thread. */
final class BatchAnswers {

    private final Predictor predictor;
    private final RequestQueue queue;
    private final Shape example;
    private final DType dtype;
    private final Map<Integer, NDArray> inputs = new HashMap<>();

    BatchAnswers(Predictor predictor, RequestQueue queue) {
        this.predictor = predictor;
        this.queue = queue;
        this.example = predictor.exampleShape();
        this.dtype = predictor.exampleType();
    }

    void answerAll() {
        for (List<Request> batch = queue.next(); !batch.isEmpty(); batch = queue.next()) {
            answer(batch);
        }
    }

    private void answer(List<Request> batch) {
        try {
            float[][] answers = batch.size() == 1 ? new float[][] {alone(batch.get(0))} : together(batch);
            for (int i = 0; i < answers.length; i++) {
                batch.get(i).answer().complete(answers[i]);
            }
        } catch (BatonException e) {
            if (batch.size() == 1) {
                batch.get(0).answer().completeExceptionally(e);
            } else {
                // One of them is wrong, such as a token that is no row of the model's table: that one fails alone.
                batch.forEach(request -> answer(List.of(request)));
            }
        } catch (Throwable e) {
            // Whatever it is, those who wait hear of it, and the next ones are answered.
            batch.forEach(request -> request.answer().completeExceptionally(e));
        }
    }

    private float[] alone(Request request) {
        return dtype == DType.FLOAT32
                ? predictor.predict((float[]) request.example())
                : predictor.predict((int[]) request.example());
    }

    private float[][] together(List<Request> batch) {
        int count = batch.size();
        NDArray shown = inputs.computeIfAbsent(count, size -> NDArray.zeros(dtype, example.prepend(Dim.of(size))));
        int each = shown.size() / count;
        for (int i = 0; i < count; i++) {
            if (dtype == DType.FLOAT32) {
                shown.floats().put(i * each, (float[]) batch.get(i).example());
            } else {
                shown.ints().put(i * each, (int[]) batch.get(i).example());
            }
        }
        return predictor.predictRows(shown);
    }
}
