package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AllFinite;
import dev.baton.composite.AllReduce;
import dev.baton.composite.Norms;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import dev.baton.nn.Statistic;
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
     * The output that says whether the loss, the gradients' norm and what the function assigns are finite; where not, nothing
     * is assigned.
     */
    static final String FINITE = "all finite";

    /** The output with the norm of all gradients taken together. */
    static final String NORM = "gradient norm";

    /** The output with the norm of each parameter's gradient, in the order of {@link Traced#learnt}. */
    static final String NORMS = "gradient norms";

    /** The output of an examined step with the part of each parameter in the loss's fall, in the order of {@link #NORMS}. */
    static final String GAINS = "gains";

    /** The output of an examined step with the norm of each parameter before it, in the same order. */
    static final String WEIGHT_NORMS = "weight norms";

    /** The output of an examined step with the norm of each parameter's change, in the same order. */
    static final String CHANGE_NORMS = "change norms";

    private StepGraph() {}

    /**
     * A step that was traced.
     *
     * @param variables by name; those learnt are in the order of the output {@link #NORMS}
     */
    record Traced(Graph graph, StepVariables variables) {}

    /**
     * Traces a step.
     *
     * @param types of the inputs by name
     * @param shared whether several devices have a part of each batch
     */
    static Traced trace(StepFunction function, Optimizer optimizer, Map<String, TensorType> types, boolean shared) {
        return trace(function, optimizer, types, shared, false);
    }

    /** The same step, which also tells what it changed, in {@link #GAINS}, {@link #WEIGHT_NORMS} and {@link #CHANGE_NORMS}. */
    static Traced traceExamined(
            StepFunction function, Optimizer optimizer, Map<String, TensorType> types, boolean shared) {
        return trace(function, optimizer, types, shared, true);
    }

    private static Traced trace(
            StepFunction function,
            Optimizer optimizer,
            Map<String, TensorType> types,
            boolean shared,
            boolean examined) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING, shared);
        var emit = new Emitter(graph);
        Value loss = function.loss(new StepInputs(graph, types)).value();
        Map<Parameter, Value> learnt = learnt(graph, optimizer);
        List<Value> parameters = List.copyOf(learnt.values());
        List<Value> gradients;
        if (shared) {
            List<Value> sums = overAllDevices(emit, loss, parameters);
            loss = sums.get(0);
            gradients = sums.subList(1, sums.size());
        } else {
            gradients = Gradients.of(emit, loss, parameters);
        }
        Value finite = guard(emit, loss, gradients, shared);
        optimizer.update(emit, parameters, gradients, finite);
        if (examined) {
            examine(emit, parameters, gradients);
        }
        return traced(graph, learnt);
    }

    /**
     * Traces the gradients of a step, whose update is made elsewhere; nothing is assigned. They are outputs {@link
     * #gradient}, and what statistics are to be are outputs {@link #statistic}.
     */
    static Traced traceGradients(StepFunction function, Optimizer optimizer, Map<String, TensorType> types) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(graph);
        Value loss = function.loss(new StepInputs(graph, types)).value();
        Map<Parameter, Value> learnt = learnt(graph, optimizer);
        List<Value> gradients = Gradients.of(emit, loss, List.copyOf(learnt.values()));
        guard(emit, loss, gradients, false);
        int next = 0;
        for (Parameter parameter : learnt.keySet()) {
            graph.output(gradient(parameter.name()), gradients.get(next++));
        }
        statistics(graph).forEach((name, variable) -> graph.output(statistic(name), graph.latest(variable)));
        graph.assignNothing();
        return traced(graph, learnt);
    }

    /** Traces the update of a step whose loss, gradients and statistics are inputs, under the names of those outputs. */
    static Traced traceUpdate(StepFunction function, Optimizer optimizer, Map<String, TensorType> types) {
        var whole = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        function.loss(new StepInputs(whole, types));
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        whole.variables().forEach((value, initial) -> graph.variable(name(value), value.type(), initial));
        Map<Parameter, Value> learnt = learnt(graph, optimizer);
        var gradients = new ArrayList<Value>();
        learnt.forEach((parameter, value) -> gradients.add(graph.input(gradient(parameter.name()), value.type())));
        statistics(graph).forEach((name, value) -> graph.assign(value, graph.input(statistic(name), value.type())));
        var emit = new Emitter(graph);
        Value loss = graph.input(LOSS, new TensorType(DType.FLOAT32, Shape.scalar()));
        Value finite = guard(emit, loss, gradients, false);
        optimizer.update(emit, List.copyOf(learnt.values()), gradients, finite);
        return traced(graph, learnt);
    }

    /**
     * Traces a step that takes over what was learnt elsewhere: the loss is an input, and so are the new values of all that the
     * step changes, as {@link #newValue}. How far the learnt parameters move down stands in the place of their gradients.
     */
    static Traced traceTaken(StepFunction function, Optimizer optimizer, Map<String, TensorType> types) {
        Traced whole = trace(function, optimizer, types, false);
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(graph);
        var values = new LinkedHashMap<String, Value>();
        whole.graph()
                .variables()
                .forEach((name, value) -> values.put(
                        name, graph.variable(name, value.type(), whole.graph().initial(name))));
        var falls = new ArrayList<Value>();
        for (String name : whole.variables().changing()) {
            Value before = values.get(name);
            Value after = graph.input(newValue(name), before.type());
            graph.assign(before, after);
            if (whole.variables().learnt().contains(name)) {
                falls.add(emit.sub(before, after));
            }
        }
        guard(emit, graph.input(LOSS, new TensorType(DType.FLOAT32, Shape.scalar())), falls, false);
        return new Traced(graph.build(), whole.variables());
    }

    /** What the new value of a variable is called as an input. */
    static String newValue(String variable) {
        return "new value of " + variable;
    }

    /** What a parameter's gradient is called as an output or an input. */
    static String gradient(String parameter) {
        return "gradient of " + parameter;
    }

    /** What the new value of a statistic is called as an output or an input. */
    static String statistic(String name) {
        return "statistic " + name;
    }

    /** Lets the step change nothing unless all is finite, and hands out the loss, whether it is, and the norms. */
    private static Value guard(Emitter emit, Value loss, List<Value> gradients, boolean shared) {
        GraphBuilder graph = emit.builder();
        Value norms = norms(emit, gradients);
        Value norm = Norms.ofAll(emit, norms);
        // A gradient that is not finite has such a norm.
        var checked = new ArrayList<>(List.of(norm, loss));
        checked.addAll(graph.assigned());
        Value finite = graph.add(AllFinite.INSTANCE, checked, Attributes.none()).output(0);
        if (shared) {
            finite = onAllDevices(emit, finite);
        }
        graph.assignOnlyWhere(finite);
        graph.output(LOSS, loss);
        graph.output(FINITE, finite);
        graph.output(NORM, norm);
        graph.output(NORMS, norms);
        return finite;
    }

    private static Traced traced(GraphBuilder graph, Map<Parameter, Value> learnt) {
        var frozen = new ArrayList<String>();
        graph.variables().values().forEach(initial -> {
            if (initial instanceof Parameter parameter && !learnt.containsKey(parameter)) {
                frozen.add(parameter.name());
            }
        });
        List<String> names = learnt.keySet().stream().map(Parameter::name).toList();
        List<String> moments = graph.variables().keySet().stream()
                .map(StepGraph::name)
                .filter(name -> name.startsWith(GraphBuilder.OPTIMIZER))
                .toList();
        var variables = new StepVariables(names, List.copyOf(statistics(graph).keySet()), moments, frozen);
        return new Traced(graph.build(), variables);
    }

    /** The variables that the step gathers, by name. */
    private static Map<String, Value> statistics(GraphBuilder graph) {
        var statistics = new LinkedHashMap<String, Value>();
        graph.variables().forEach((value, initial) -> {
            if (initial instanceof Statistic statistic) {
                statistics.put(statistic.name(), value);
            }
        });
        return statistics;
    }

    private static String name(Value variable) {
        return variable.node().attributes().text("name");
    }

    private static Value norms(Emitter emit, List<Value> values) {
        List<Value> numbers =
                values.stream().map(value -> emit.cast(value, DType.FLOAT32)).toList();
        return emit.builder().add(Norms.INSTANCE, numbers, Attributes.none()).output(0);
    }

    /** What the update changes: to first order, the loss falls by minus gradient times change. */
    private static void examine(Emitter emit, List<Value> parameters, List<Value> gradients) {
        GraphBuilder graph = emit.builder();
        var changes = new ArrayList<Value>();
        var gains = new ArrayList<Value>();
        for (int i = 0; i < parameters.size(); i++) {
            Value change = emit.sub(graph.latest(parameters.get(i)), parameters.get(i));
            Value gain = emit.neg(emit.sumAll(emit.mul(gradients.get(i), change)));
            changes.add(change);
            gains.add(emit.reshape(emit.cast(gain, DType.FLOAT32), Shape.of(1)));
        }
        graph.output(GAINS, emit.concat(0, gains.toArray(Value[]::new)));
        graph.output(WEIGHT_NORMS, norms(emit, parameters));
        graph.output(CHANGE_NORMS, norms(emit, changes));
    }

    /** Traces the loss alone, as a training step has it, dropout and statistics of the batch included; nothing is assigned. */
    static Graph traceLoss(StepFunction function, Map<String, TensorType> types, boolean shared) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING, shared);
        Value loss = function.loss(new StepInputs(graph, types)).value();
        graph.assignNothing();
        graph.output(
                LOSS,
                shared ? overAllDevices(new Emitter(graph), loss, List.of()).get(0) : loss);
        return graph.build();
    }

    /** The loss of the whole batch, a mean, and its gradients: each device adds its own, weighted with its share. */
    private static List<Value> overAllDevices(Emitter emit, Value loss, List<Value> parameters) {
        Value share = emit.builder().runtimeScalar(GraphBuilder.SHARE);
        Value part = emit.mul(loss, emit.cast(share, loss.type().dtype()));
        var parts = new ArrayList<>(List.of(part));
        parts.addAll(Gradients.of(emit, part, parameters));
        return AllReduce.of(emit, parts);
    }

    /** Whether something holds on all devices. */
    private static Value onAllDevices(Emitter emit, Value holds) {
        Value fails = emit.cast(emit.apply(Primitive.NOT, holds), DType.FLOAT32);
        Value failures = AllReduce.of(emit, List.of(fails)).get(0);
        return emit.apply(Primitive.EQUAL, failures, emit.fullLike(failures, 0));
    }

    /** The variables of the parameters that the function reads and the optimizer learns. */
    private static Map<Parameter, Value> learnt(GraphBuilder graph, Optimizer optimizer) {
        var variables = new LinkedHashMap<Parameter, Value>();
        graph.variables().forEach((value, initial) -> {
            if (initial instanceof Parameter parameter) {
                variables.put(parameter, value);
            }
        });
        var learnt = new LinkedHashMap<Parameter, Value>();
        optimizer.learnt(List.copyOf(variables.keySet())).forEach(one -> learnt.put(one, variables.get(one)));
        if (learnt.isEmpty()) {
            throw new BatonException("the training step has nothing to learn: its function reads no parameter"
                    + (variables.isEmpty() ? "" : " that is not frozen"));
        }
        return learnt;
    }

    /** The type of an array whose first dimension is the batch; that of a scalar as it is. */
    static TensorType batchType(NDArray array) {
        Shape shape = array.shape();
        return new TensorType(array.dtype(), shape.rank() == 0 ? shape : shape.with(0, Dim.symbol(Executable.BATCH)));
    }
}
