package dev.baton.infer;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.compiler.Preparation;
import dev.baton.composite.AllFinite;
import dev.baton.graph.Graph;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.List;
import java.util.Map;

/** The forward pass of a predictor, made ready: what depends on the weights alone is computed, and there are lanes. */
final class Answering {

    /** The output that says whether the inputs are finite; there is none where they are tokens. */
    static final String FINITE = "inputs finite";

    private final TensorType inputs;
    private final Shape example;
    private final int values;
    private final Executable executable;
    private final Lanes lanes;

    private Answering(Executable executable, Opened opened) {
        this.executable = executable;
        this.inputs = executable.graph().inputs().get(ForwardGraph.INPUTS).type();
        Shape one = inputs.shape().bind(Map.of(Executable.BATCH, 1L));
        if (one.rank() == 0 || !one.isFixed()) {
            throw new DataException("the model takes " + inputs + ", which is no batch of examples of one shape");
        }
        this.example = one.without(0);
        this.values = values(one);
        List<Lane> parts =
                executable.openLanes().stream().map(part -> new Lane(part, one)).toList();
        this.lanes = new Lanes(new Lane(executable, one), parts, opened);
    }

    private int values(Shape one) {
        try {
            return Math.toIntExact(one.size());
        } catch (ArithmeticException e) {
            throw new DataException(
                    "the model takes " + inputs + ": an example has more values than an array holds", e);
        }
    }

    /** With an output that says whether all numbers that the model is shown are finite: the device sees them anyway. */
    static Preparation prepare(Session session, Graph graph) {
        return session.prepare(
                new Graph.Rewriter(graph) {
                    @Override
                    protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                        Value shown = inputs.get(ForwardGraph.INPUTS);
                        if (shown.dtype().isFloating()) {
                            outputs.put(FINITE, emit().apply(AllFinite.INSTANCE, shown));
                        }
                    }
                }.run());
    }

    /**
     * Makes it ready on a session that has the variables' values.
     *
     * @param prepared by {@link #prepare}, once for a session
     */
    static Answering of(Session session, Preparation prepared, Opened opened) {
        session.addVariables(prepared.rest());
        Prepared.compute(session, prepared.once());
        return new Answering(new Executable(session, "predictor", prepared.rest(), opened), opened);
    }

    /** The element type of what the model is shown. */
    DType dtype() {
        return inputs.dtype();
    }

    /** The shape of one example. */
    Shape example() {
        return example;
    }

    float[] answer(float[] numbers) {
        require(DType.FLOAT32, numbers.length);
        Lane lane = lanes.take();
        try {
            return lane.answer(numbers);
        } finally {
            lanes.giveBack(lane);
        }
    }

    float[] answer(int[] tokens) {
        require(DType.INT32, tokens.length);
        Lane lane = lanes.take();
        try {
            return lane.answer(tokens);
        } finally {
            lanes.giveBack(lane);
        }
    }

    /** Fails where an example is of another type or length. */
    void require(DType given, int length) {
        if (given != inputs.dtype() || length != values) {
            throw new ShapeException(
                    "an example is " + inputs.dtype() + example + (example.rank() == 1 ? "" : ", " + values + " values")
                            + ", not " + length + " values of " + given);
        }
    }

    NDArray answer(NDArray examples) {
        Lane lane = lanes.take();
        try {
            return lane.answer(examples);
        } finally {
            lanes.giveBack(lane);
        }
    }

    /** A row for each example. */
    float[][] answerRows(NDArray examples) {
        Lane lane = lanes.take();
        try {
            return lane.answerRows(examples);
        } finally {
            lanes.giveBack(lane);
        }
    }

    /** Compiles what answers batches of these sizes, and runs it, in every lane. */
    void warmUp(int... batches) {
        lanes.onEach(lane -> warmUp(lane, batches));
    }

    /** The same in the lane with the whole device alone. */
    void warmUpWhole(int... batches) {
        lanes.onWhole(lane -> warmUp(lane, batches));
    }

    private void warmUp(Lane lane, int... batches) {
        for (int batch : batches) {
            lane.answer(NDArray.zeros(inputs.dtype(), example.prepend(Dim.of(batch))));
        }
    }

    /** Waits for the answers that are being computed. */
    void close(Session session) {
        lanes.close(() -> {
            executable.close();
            session.close();
        });
    }
}
