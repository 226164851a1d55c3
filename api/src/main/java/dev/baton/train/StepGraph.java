package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AllFinite;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Executable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Traces a training step: the user's function, the gradients of its loss, the guard and the update. */
final class StepGraph {

    /** The output with the loss. */
    static final String LOSS = "loss";

    /**
     * The output that says whether the loss, every gradient and what the function assigns are finite; where not, nothing
     * is assigned.
     */
    static final String FINITE = "all finite";

    private StepGraph() {}

    /**
     * The graph of a step.
     *
     * @param types of the inputs by name
     */
    static Graph trace(StepFunction function, Optimizer optimizer, Map<String, TensorType> types) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(graph);
        Value loss = function.loss(new StepInputs(graph, types)).value();
        List<Value> parameters = learnt(graph, optimizer);
        List<Value> gradients = Gradients.of(emit, loss, parameters);
        var checked = new ArrayList<>(optimizer.mustBeFinite(emit, gradients));
        checked.add(loss);
        checked.addAll(graph.assigned());
        Value finite = graph.add(AllFinite.INSTANCE, checked, Attributes.none()).output(0);
        graph.assignOnlyWhere(finite);
        optimizer.update(emit, parameters, gradients, finite);
        graph.output(LOSS, loss);
        graph.output(FINITE, finite);
        return graph.build();
    }

    /** The variables of the parameters that the function reads and the optimizer learns. */
    private static List<Value> learnt(GraphBuilder graph, Optimizer optimizer) {
        var variables = new LinkedHashMap<Parameter, Value>();
        graph.variables().forEach((value, initial) -> {
            if (initial instanceof Parameter parameter) {
                variables.put(parameter, value);
            }
        });
        List<Parameter> learnt = optimizer.learnt(List.copyOf(variables.keySet()));
        if (learnt.isEmpty()) {
            throw new BatonException("the training step has nothing to learn: its function reads no parameter"
                    + (variables.isEmpty() ? "" : " that is not frozen"));
        }
        return learnt.stream().map(variables::get).toList();
    }

    /** The type of an array whose first dimension is the batch; that of a scalar as it is. */
    static TensorType batchType(NDArray array) {
        Shape shape = array.shape();
        return new TensorType(array.dtype(), shape.rank() == 0 ? shape : shape.with(0, Dim.symbol(Executable.BATCH)));
    }
}
