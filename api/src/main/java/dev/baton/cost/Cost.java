package dev.baton.cost;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.TensorType;
import dev.baton.loss.CrossEntropy;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.loss.NegativeLogLikelihood;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.program.Program;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.TrainStep;
import java.util.Map;
import java.util.Objects;

/**
 * What a model costs, before anything runs: it is traced, and nothing is computed or allocated, however large it is.
 *
 * <pre>{@code
 * System.out.println(Cost.of(model, Shape.of(64)).training(3823, Epochs.of(20), Hardware.thisMachine()));
 * }</pre>
 *
 * <p>Cross-entropy, AdamW, and batches of 64 unless changed.
 */
public final class Cost {

    private static final long USUAL_BATCH = 64;

    private final Layer model;
    private final TensorType example;
    private final Loss loss;
    private final Optimizer optimizer;
    private final TensorType target;
    private final long batch;
    private final Assumptions assumptions;

    private Cost(
            Layer model,
            TensorType example,
            Loss loss,
            Optimizer optimizer,
            TensorType target,
            long batch,
            Assumptions assumptions) {
        this.model = Objects.requireNonNull(model, "model");
        this.example = example;
        this.loss = Objects.requireNonNull(loss, "loss");
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        this.target = target;
        this.batch = batch;
        this.assumptions = Objects.requireNonNull(assumptions, "assumptions");
        if (batch < 1) {
            throw new BatonException("a batch holds at least one example, not " + batch);
        }
    }

    /** Of a model that is shown float32 numbers; {@code example} is the shape of one example, without the batch. */
    public static Cost of(Layer model, Shape example) {
        return of(model, DType.FLOAT32, example);
    }

    /** Of a model that is shown other things, such as int32 tokens. */
    public static Cost of(Layer model, DType dtype, Shape example) {
        return new Cost(
                model,
                new TensorType(dtype, example),
                Losses.crossEntropy(),
                AdamW.of(1e-3),
                null,
                USUAL_BATCH,
                Assumptions.usual());
    }

    /** With another loss. Its targets are labels where it is over classes, else of the type of the answers. */
    public Cost loss(Loss other) {
        return new Cost(model, example, other, optimizer, target, batch, assumptions);
    }

    /** With another optimizer. */
    public Cost optimizer(Optimizer other) {
        return new Cost(model, example, loss, other, target, batch, assumptions);
    }

    /** With targets of this type, the shape of one without the batch: for losses of one's own. */
    public Cost targets(DType dtype, Shape shape) {
        return new Cost(model, example, loss, optimizer, new TensorType(dtype, shape), batch, assumptions);
    }

    /** With so many examples a training step, over all devices together. */
    public Cost batch(long size) {
        return new Cost(model, example, loss, optimizer, target, size, assumptions);
    }

    /** With other assumptions about the place of the run. */
    public Cost assuming(Assumptions other) {
        return new Cost(model, example, loss, optimizer, target, batch, other);
    }

    Assumptions assumptions() {
        return assumptions;
    }

    long batch() {
        return batch;
    }

    /** How many answers an example asks for: a token's positions, one otherwise. */
    long positions() {
        return example.dtype() == DType.INT32 ? example.shape().size() : 1;
    }

    /**
     * The price of training.
     *
     * @param examples in one epoch
     */
    public Estimate training(long examples, Epochs epochs, Hardware hardware) {
        if (examples < 1) {
            throw new BatonException("training needs at least one example, not " + examples);
        }
        long perEpoch = (examples + batch - 1) / batch;
        long steps = perEpoch > Long.MAX_VALUE / epochs.count() ? epochs.mostSteps() : perEpoch * epochs.count();
        boolean cut = steps > epochs.mostSteps();
        double seen = cut ? (double) epochs.mostSteps() * batch : (double) examples * epochs.count();
        return Estimate.training(this, Math.min(steps, epochs.mostSteps()), seen, hardware);
    }

    /** The price of so many answers, one example at a time. */
    public Estimate answering(long examples, Hardware hardware) {
        if (examples < 1) {
            throw new BatonException("at least one example is answered, not " + examples);
        }
        return Estimate.answering(this, examples, hardware);
    }

    /** One training example, as a part of a batch, beside one answer; on one device. */
    public StudyAgainstExam studyAgainstExam(Hardware hardware) {
        Hardware one = hardware.devices(1);
        return new StudyAgainstExam(training(batch, Epochs.of(1), one), answering(1, one));
    }

    /**
     * Multiplications with an addition, of products and convolutions, that answering one example takes: what papers call
     * multiply-adds.
     */
    public long multiplyAdds() {
        return StepAnalysis.multiplyAdds(answer().bind(Map.of(Executable.BATCH, 1L)));
    }

    /**
     * What one training step on a batch of this size costs on one device.
     *
     * @param backend that runs it, by its name: what is fused, and how much memory a kernel wants, is its own
     */
    public StepCost trainingStep(long size, String backend) {
        return analysed(step(), size, backend, null).cost();
    }

    /** What one step costs, and how long it takes where that was measured. */
    record Analysed(StepCost cost, double measuredSeconds) {}

    Analysed analysedTraining(long size, Hardware hardware) {
        return analysed(step(), size, hardware);
    }

    Analysed analysedAnswer(Hardware hardware) {
        return analysed(answer(), 1, hardware);
    }

    private static Analysed analysed(Graph traced, long size, Hardware hardware) {
        // Where the device is not this machine's, the plain backend stands for it: it runs every composite as it is.
        return hardware.isMeasured()
                ? analysed(traced, size, hardware.speed().backend(), hardware.speed())
                : analysed(traced, size, "reference", null);
    }

    /**
     * @param speed what was measured of the backend; null where nothing was
     */
    private static Analysed analysed(Graph traced, long size, String backend, MeasuredSpeed speed) {
        Map<String, Long> sizes = Map.of(Executable.BATCH, size);
        try (var session = Session.open(backend)) {
            Program program = session.program(traced, sizes);
            return new Analysed(
                    StepAnalysis.of(traced.bind(sizes), size, program, session.sharedMemory(program)),
                    speed == null ? Double.NaN : speed.seconds(program));
        }
    }

    private Graph answer() {
        return ForwardGraph.of(model, example.dtype(), example.shape());
    }

    private Graph step() {
        return TrainStep.graph(model, loss, optimizer, batched(example), batched(target == null ? targets() : target));
    }

    private TensorType targets() {
        TensorType answers = answer().outputs().get(ForwardGraph.ANSWERS).type();
        Shape one = answers.shape().without(0);
        boolean classes = loss instanceof CrossEntropy || loss instanceof NegativeLogLikelihood;
        return classes ? new TensorType(DType.INT32, one.without(-1)) : new TensorType(answers.dtype(), one);
    }

    private static TensorType batched(TensorType one) {
        return new TensorType(one.dtype(), one.shape().prepend(Dim.symbol(Executable.BATCH)));
    }
}
