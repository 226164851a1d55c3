package dev.baton.train;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.loss.Loss;
import dev.baton.metrics.Metric;
import dev.baton.metrics.Metrics;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Lets a model answer, without learning: one forward pass, in inference mode, with the weights as they are now. */
public final class Evaluation implements AutoCloseable {

    private static final String LOSS = "loss";

    private final Session session;
    private final Layer model;
    private final Opened opened;
    private final Map<Loss, Executable> losses = new IdentityHashMap<>();
    private Executable executable;

    Evaluation(Session session, Layer model, Opened opened) {
        this.session = session;
        this.model = model;
        this.opened = opened;
    }

    /** Of a model, with the weights that a session has for it. */
    public static Evaluation of(Session session, Layer model) {
        return new Evaluation(session, model, Opened.here("evaluation"));
    }

    /** What the model gives for each example of a batch, as {@link #answers(NDArray)} does. */
    public NDArray answers(Batch batch) {
        return answers(batch.inputs());
    }

    /**
     * What the model gives for each example: [N, ...].
     *
     * @param inputs what the model is shown, [N, ...]
     * @throws DataException if there is no example or an input is not finite
     * @throws ShapeException if the model takes another shape
     * @throws dev.baton.StateException if this or the session is closed, or the session belongs to another thread
     */
    public NDArray answers(NDArray inputs) {
        opened.requireOpen();
        session.checkUse();
        if (inputs.shape().rank() == 0) {
            throw new ShapeException("an evaluation takes inputs [N, ...], not a scalar");
        }
        requireExamples(inputs.shape().size(0));
        if (executable == null) {
            Graph graph = ForwardGraph.of(model, inputs.dtype(), inputs.shape().without(0));
            executable = new Executable(session, "evaluation", graph, opened);
        }
        executable.input(executable.inputIndex(ForwardGraph.INPUTS), inputs);
        run(executable);
        return executable.output(executable.outputIndex(ForwardGraph.ANSWERS));
    }

    /**
     * The mean loss over all examples. Each loss that this is asked for is traced once.
     *
     * @param loss a mean over the examples of a batch
     * @throws DataException if there are no batches, or one cannot be used
     */
    public double loss(Iterable<Batch> batches, Loss loss) {
        opened.requireOpen();
        session.checkUse();
        double sum = 0;
        long count = 0;
        NDArray mean = NDArray.zeros(DType.FLOAT32, Shape.scalar());
        for (Batch batch : batches) {
            requireExamples(batch.size());
            Executable measured = losses.computeIfAbsent(loss, unused -> trace(batch, loss));
            measured.input(measured.inputIndex(ForwardGraph.INPUTS), batch.inputs());
            measured.input(measured.inputIndex(TrainStep.TARGETS), batch.targets());
            run(measured);
            measured.read(measured.outputIndex(LOSS), mean);
            sum += mean.get(0) * batch.size();
            count += batch.size();
        }
        if (count == 0) {
            throw new DataException("there are no examples to measure the loss on");
        }
        return sum / count;
    }

    private Executable trace(Batch batch, Loss loss) {
        var graph = new GraphBuilder();
        Tensor inputs = Tensor.of(graph, graph.input(ForwardGraph.INPUTS, StepGraph.batchType(batch.inputs())));
        Tensor targets = Tensor.of(graph, graph.input(TrainStep.TARGETS, StepGraph.batchType(batch.targets())));
        graph.output(LOSS, loss.of(Layer.trace(model, inputs), targets).value());
        return new Executable(session, "evaluation", graph.build(), opened);
    }

    private static void requireExamples(long count) {
        if (count == 0) {
            throw new DataException("the batch is empty");
        }
    }

    private static void run(Executable prepared) {
        prepared.notFinite().ifPresent(where -> {
            throw new DataException(where);
        });
        prepared.run();
    }

    /**
     * Metrics over all examples.
     *
     * @return the value of each, by its name, in the order given
     * @throws DataException if there are no batches, or one cannot be used
     */
    public Map<String, Double> measure(Iterable<Batch> batches, List<Metric> metrics) {
        return metrics.isEmpty() ? Map.of() : measure(batches, metrics, Answered.NOBODY);
    }

    /** Told of the answers to every batch. */
    @FunctionalInterface
    interface Answered {

        Answered NOBODY = (questions, answers, targets) -> {};

        /** All of it [N, ...]. */
        void batch(NDArray questions, NDArray answers, NDArray targets);
    }

    /** Metrics over all examples, whose answers somebody else is told too. */
    Map<String, Double> measure(Iterable<Batch> batches, List<Metric> metrics, Answered answered) {
        var meters = new ArrayList<Metric.Meter>();
        metrics.forEach(metric -> meters.add(metric.meter()));
        boolean any = false;
        for (Batch batch : batches) {
            any = true;
            NDArray answers = answers(batch);
            meters.forEach(meter -> meter.add(answers, batch.targets()));
            answered.batch(batch.inputs(), answers, batch.targets());
        }
        if (!any) {
            throw new DataException("there are no examples to measure "
                    + (metrics.isEmpty()
                            ? "anything"
                            : metrics.stream().map(Metric::name).collect(Collectors.joining(" and ")))
                    + " on");
        }
        var values = new LinkedHashMap<String, Double>();
        for (int i = 0; i < meters.size(); i++) {
            values.put(metrics.get(i).name(), meters.get(i).value());
        }
        return values;
    }

    /**
     * Counts all examples with a meter that says more than one number, such as a {@link
     * dev.baton.metrics.ConfusionMatrix}.
     *
     * @return the meter
     * @throws DataException if a batch cannot be used
     */
    public <M extends Metric.Meter> M count(Iterable<Batch> batches, M meter) {
        for (Batch batch : batches) {
            meter.add(answers(batch), batch.targets());
        }
        return meter;
    }

    /** The share of examples whose class the model gives rightly; see {@link Metrics#accuracy}. */
    public double accuracy(Iterable<Batch> batches) {
        Metric accuracy = Metrics.accuracy();
        return measure(batches, List.of(accuracy)).get(accuracy.name());
    }

    /** Ends the evaluation; closing twice does nothing. */
    @Override
    public void close() {
        if (executable != null) {
            executable.close();
        }
        losses.values().forEach(Executable::close);
        opened.close();
    }
}
