package dev.baton.train;

import dev.baton.data.Batch;
import dev.baton.graph.GraphBuilder;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;

/** Lets a model answer, without learning: one forward pass, in inference mode. */
public final class Evaluation implements AutoCloseable {

    private static final String ANSWERS = "answers";

    private final Session session;
    private final Layer model;
    private Executable executable;

    public Evaluation(Session session, Layer model) {
        this.session = session;
        this.model = model;
    }

    /** The class that the model gives the highest logit, for each example. */
    public int[] classes(Batch batch) {
        if (executable == null) {
            var graph = new GraphBuilder();
            Tensor inputs = Tensor.of(graph, graph.input(TrainStep.INPUTS, TrainStep.batchType(batch.inputs())));
            graph.output(ANSWERS, Layer.trace(model, inputs).argmax(-1).value());
            executable = new Executable(session, "evaluation", graph.build());
        }
        executable.input(executable.inputIndex(TrainStep.INPUTS), batch.inputs());
        executable.run();
        return executable.output(executable.outputIndex(ANSWERS)).toIntArray();
    }

    /** The share of examples whose class the model gives rightly. */
    public double accuracy(Iterable<Batch> batches) {
        long right = 0;
        long all = 0;
        for (Batch batch : batches) {
            int[] answers = classes(batch);
            int[] labels = batch.targets().toIntArray();
            for (int i = 0; i < answers.length; i++) {
                right += answers[i] == labels[i] ? 1 : 0;
            }
            all += answers.length;
        }
        return (double) right / all;
    }

    @Override
    public void close() {
        if (executable != null) {
            executable.close();
        }
    }
}
