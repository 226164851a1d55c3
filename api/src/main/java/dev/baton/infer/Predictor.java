package dev.baton.infer;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.compiler.Preparation;
import dev.baton.graph.Graph;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.io.Weights;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Answers with a trained model: one forward pass, no dropout, nothing of the training in memory. Any number of threads
 * may use one predictor; they share one copy of the weights. On a backend whose device has lanes, as the processor's has
 * one for each of its threads, a caller who is alone is answered by all cores, which is the shortest time to an answer, and
 * callers who come at the same time by one core each, which is the most answers in a time; each lane has a small workspace
 * of its own. On other backends callers take turns. The bits of an answer are the same either way.
 *
 * <p>Many examples at once are answered faster by one {@link #predict(NDArray)} than by many calls; {@link MicroBatches}
 * makes such calls of the examples of many threads.
 *
 * <p>The first answer to a batch of each size takes longer, because it is compiled then, in each lane; {@link #warmUp} does
 * so before anybody waits for an answer. An interrupt of a thread that waits for its answer changes nothing, and stays set.
 */
public final class Predictor implements AutoCloseable {

    private final Session session;
    private final Opened opened;
    private final ForwardPass forward;
    private final ModelInfo info;
    /** Held while the first answer is prepared. */
    private final Lock preparing = new ReentrantLock();

    private Preparation preparation;
    private volatile Answering answering;

    /** The forward pass for examples of a type, with its variables in the predictor's session. */
    @FunctionalInterface
    private interface ForwardPass {
        Graph graph(DType dtype, Shape example);
    }

    /** Fills a session with what answers. */
    @FunctionalInterface
    private interface Source {
        ForwardPass fill(Session session);
    }

    private Predictor(Session session, Opened opened, ForwardPass forward, ModelInfo info) {
        this.info = info;
        this.session = session;
        this.opened = opened;
        this.forward = forward;
    }

    /**
     * A predictor with the weights that a session has now, on the same backend and in its precision. It keeps a copy:
     * later training does not change it, and the session may be closed.
     */
    public static Predictor of(Session session, Layer model) {
        return make(session.backend(), session.precision(), ModelInfo.of(), own -> {
            Weights.copy(session, own, model);
            return traced(model);
        });
    }

    /**
     * A predictor with the model of a file, on the best backend available. The classes of its layers are not needed.
     *
     * @param file as {@code Trainer.save} and {@code ModelFile} write it
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Predictor load(Path file) {
        return load(file, (String) null);
    }

    /**
     * A predictor with the model of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Predictor load(Path file, String backend) {
        Predictor predictor = make(backend, Precision.FLOAT32, ModelFile.info(file), own -> {
            Graph graph = ModelFile.load(own, file);
            return (dtype, example) -> graph;
        });
        try {
            // The file says what an example is.
            predictor.answering(null, null);
            return predictor;
        } catch (RuntimeException | Error e) {
            predictor.close();
            throw e;
        }
    }

    /**
     * A predictor with the weights of a file, on the best backend available.
     *
     * @param file with the weights alone, as {@link Weights#save} writes it, or with a model too
     * @param model of the same structure as the one that was saved
     * @throws DataException if the file cannot be read or does not fit the model
     */
    public static Predictor load(Path file, Layer model) {
        return load(file, model, null);
    }

    /**
     * A predictor with the weights of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read or does not fit the model
     */
    public static Predictor load(Path file, Layer model, String backend) {
        return make(backend, Precision.FLOAT32, ModelFile.info(file), own -> {
            Weights.load(own, model, file);
            return traced(model);
        });
    }

    private static ForwardPass traced(Layer model) {
        return (dtype, example) -> ForwardGraph.of(model, dtype, example);
    }

    private static Predictor make(String backend, Precision precision, ModelInfo info, Source source) {
        Opened opened = Opened.here("predictor");
        Session session = opened.session(backend, 0, precision);
        try {
            ForwardPass forward = source.fill(session);
            session.release();
            return new Predictor(session, opened, forward, info);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /**
     * What the model gives for one example, as it is: for a model that is trained with cross-entropy these are logits.
     *
     * @param example the values of one example in row-major order; before the predictor knows from a file, from {@link
     *     #warmUp(DType, Shape, int...)} or from an earlier call what an example is, the model is shown [1, length]
     * @throws DataException if a value is not finite
     * @throws ShapeException if the model takes another number of values, or tokens
     * @throws StateException if the predictor is closed
     */
    public float[] predict(float[] example) {
        Answering ready = answering;
        if (ready == null) {
            ready = answering(DType.FLOAT32, Shape.of(example.length));
        }
        try {
            return ready.answer(example);
        } catch (DataException e) {
            requireFinite(example);
            throw e;
        }
    }

    /**
     * Fails where an example cannot be answered, as far as can be seen without the model.
     *
     * @throws StateException if nothing has said yet what an example is
     */
    void check(float[] example) {
        known().require(DType.FLOAT32, example.length);
        requireFinite(example);
    }

    void check(int[] tokens) {
        known().require(DType.INT32, tokens.length);
    }

    private static void requireFinite(float[] example) {
        for (int i = 0; i < example.length; i++) {
            if (!Float.isFinite(example[i])) {
                throw new DataException("value " + i + " of the example is " + example[i] + ", not a finite number");
            }
        }
    }

    /**
     * What the model gives for one example of tokens.
     *
     * @param tokens of one example in row-major order; else as in {@link #predict(float[])}
     * @throws DataException if a token is no row of the model's table
     * @throws ShapeException if the model takes another number of tokens, or float32
     * @throws StateException if the predictor is closed
     */
    public float[] predict(int[] tokens) {
        Answering ready = answering;
        if (ready == null) {
            ready = answering(DType.INT32, Shape.of(tokens.length));
        }
        return ready.answer(tokens);
    }

    /**
     * The probability of each class for one example: softmax of {@link #predict(float[])}, for a model that gives
     * logits.
     */
    public float[] probabilities(float[] example) {
        return softmax(predict(example));
    }

    /** The probabilities that logits stand for, in their place. */
    static float[] softmax(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += StrictMath.exp(logit - largest);
        }
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (StrictMath.exp(logits[i] - largest) / sum);
        }
        return logits;
    }

    /** The number of the class with the highest answer for one example; of equal ones the first. */
    public int classOf(float[] example) {
        return largest(predict(example));
    }

    /** The number of the largest; of equal ones the first. */
    static int largest(float[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /**
     * What the model gives for many examples.
     *
     * @param examples float32 [N, ...], or int32 [N, ...] for a model that takes tokens; N at least 1; the element type
     *     and the sizes after N are the same in every call
     * @return float32 [N, ...] in a new array
     * @throws DataException if a value is not finite, or a token is no row of the model's table
     * @throws ShapeException if the model takes another shape
     * @throws StateException if the predictor is closed
     */
    public NDArray predict(NDArray examples) {
        boolean isNumbers = examples.dtype() == DType.FLOAT32 || examples.dtype() == DType.INT32;
        if (!isNumbers || examples.shape().rank() < 2 || examples.shape().size(0) == 0) {
            throw new ShapeException("a predictor takes float32 or int32 [N, ...] with at least one example, not "
                    + examples.dtype() + examples.shape());
        }
        Answering ready = answering;
        if (ready == null) {
            ready = answering(examples.dtype(), examples.shape().without(0));
        }
        return ready.answer(examples);
    }

    /**
     * Compiles what answers one example, in every lane, and runs it once, so that the first caller waits no longer than
     * others. Callers that come meanwhile wait.
     *
     * @param batches other sizes of batches that will be asked for, seven at most: more are not kept
     * @throws StateException if nothing has said yet what an example is, or the predictor is closed
     * @throws ShapeException if a size is less than 1
     */
    public void warmUp(int... batches) {
        warmUp(known(), batches);
    }

    /**
     * The same for a model that is in no file, whose examples nobody has described yet.
     *
     * @param dtype float32, or int32 for a model that takes tokens
     * @param example the shape of one example, without the batch
     * @throws ShapeException if the model does not take such examples, or a size is less than 1
     * @throws StateException if the predictor is closed
     */
    public void warmUp(DType dtype, Shape example, int... batches) {
        Answering ready = answering(dtype, example);
        if (dtype != ready.dtype() || !example.equals(ready.example())) {
            throw new ShapeException("an example is " + ready.dtype() + ready.example() + ", not " + dtype + example);
        }
        warmUp(ready, batches);
    }

    /** A row for each example of a batch that fits; allocates only these. */
    float[][] predictRows(NDArray examples) {
        return known().answerRows(examples);
    }

    /** The same for a caller who is alone. */
    void warmUpAlone(int... batches) {
        known().warmUpWhole(batches);
    }

    private static void warmUp(Answering ready, int... batches) {
        for (int batch : batches) {
            if (batch < 1) {
                throw new ShapeException("a batch holds at least one example, not " + batch);
            }
        }
        // One example last: of many sizes those that were used last are kept.
        ready.warmUp(IntStream.concat(IntStream.of(batches).filter(batch -> batch > 1), IntStream.of(1))
                .distinct()
                .toArray());
    }

    /** What the file says of the model beside its weights: nothing where the model is in no file, or in an older one. */
    public ModelInfo info() {
        return info;
    }

    /**
     * The element type of what the model is shown.
     *
     * @throws StateException if nothing has said yet what an example is
     */
    public DType exampleType() {
        return known().dtype();
    }

    /**
     * The shape of one example, without the batch.
     *
     * @throws StateException if nothing has said yet what an example is
     */
    public Shape exampleShape() {
        return known().example();
    }

    private Answering known() {
        if (answering == null) {
            throw new StateException(
                    "the " + opened + " does not know yet what an example is: say it with warmUp(dtype, "
                            + "shape), or load the model from a file that holds its forward pass");
        }
        return answering;
    }

    /** What answers, made ready for examples of this type where that has not been done. */
    private Answering answering(DType dtype, Shape example) {
        preparing.lock();
        try {
            opened.requireOpen();
            if (answering == null) {
                // Others may use the session as soon as they see what answers: it is let go before.
                answering = prepared(dtype, example);
            }
            return answering;
        } finally {
            preparing.unlock();
        }
    }

    private Answering prepared(DType dtype, Shape example) {
        try {
            if (preparation == null) {
                // Kept also where what follows fails: its variables are those that the session has then.
                preparation = Answering.prepare(session, forward.graph(dtype, example));
            }
            return Answering.of(session, preparation, opened);
        } finally {
            session.release();
        }
    }

    /** Waits for the answers that are being computed; closing twice does nothing. */
    @Override
    public void close() {
        preparing.lock();
        try {
            if (answering == null) {
                session.close();
            } else {
                answering.close(session);
            }
        } finally {
            preparing.unlock();
        }
    }
}
