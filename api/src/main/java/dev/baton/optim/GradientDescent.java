package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Initial;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What the library's optimizers have in common: a schedule, a weight decay, and groups of parameters that differ.
 * Immutable.
 *
 * @param <O> the optimizer itself
 */
public abstract class GradientDescent<O extends GradientDescent<O>> implements Optimizer {

    private final Options options;

    /** A change for the parameters that it fits. */
    record Group(Predicate<Parameter> which, UnaryOperator<ParameterGroup> change) {}

    /** What every optimizer can be told. */
    record Options(Schedule schedule, double weightDecay, List<Group> groups) {

        static Options of(Schedule schedule, double weightDecay) {
            return new Options(schedule, weightDecay, List.of());
        }
    }

    GradientDescent(Options options) {
        this.options = options;
    }

    static double requireShare(String what, double share) {
        if (!(share >= 0 && share < 1)) {
            throw new BatonException(what + " is at least 0 and less than 1, not " + share);
        }
        return share;
    }

    static double requireEpsilon(double epsilon) {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new BatonException("epsilon is positive, not " + epsilon);
        }
        return epsilon;
    }

    final Options options() {
        return options;
    }

    /** The same optimizer with other options. */
    abstract O with(Options changed);

    /** The rule. */
    abstract Update rule();

    /** The rule's attributes; its weight decay differs from group to group. */
    abstract Attributes attributes(double weightDecay);

    /** What the rule keeps for a parameter, in its order; each starts at 0. */
    abstract List<String> moments();

    /** The scalars of the rule that follow the learning rate. */
    List<Value> scalars(Emitter emit) {
        return List.of();
    }

    /**
     * How much weights are drawn towards 0: a share of each is added to its gradient, or, where the optimizer says so,
     * subtracted from the weight itself.
     */
    public final O weightDecay(double weightDecay) {
        ParameterGroup checked = new ParameterGroup(weightDecay, 1);
        return with(new Options(options.schedule(), checked.weightDecay(), options.groups()));
    }

    /**
     * Lets some parameters learn in another way, for instance without weight decay: {@code group(Parameters.vectors(),
     * group -> group.weightDecay(0))}. Where several groups fit a parameter, their changes are made one after the other.
     *
     * @param which has to fit at least one parameter of the step
     */
    public final O group(Predicate<Parameter> which, UnaryOperator<ParameterGroup> change) {
        var groups = new ArrayList<>(options.groups());
        groups.add(new Group(which, change));
        return with(new Options(options.schedule(), options.weightDecay(), List.copyOf(groups)));
    }

    @Override
    public final double learningRate(long step) {
        return options.schedule().rate(step);
    }

    @Override
    public final List<PlateauSchedule> told() {
        return options.schedule().told();
    }

    @Override
    public final void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        Map<ParameterGroup, List<Integer>> members = new LinkedHashMap<>();
        Map<Value, Initial> variables = emit.builder().variables();
        requireMembers(variables);
        for (int i = 0; i < parameters.size(); i++) {
            ParameterGroup group = group(variables.get(parameters.get(i)));
            members.computeIfAbsent(group, key -> new ArrayList<>()).add(i);
        }
        List<Value> scalars = scalars(emit);
        members.forEach((group, indices) -> {
            var inputs = new ArrayList<>(List.of(finite, rate(emit, group)));
            inputs.addAll(scalars);
            var assigned = new ArrayList<Value>();
            for (int index : indices) {
                List<Value> state = state(emit, parameters.get(index));
                inputs.addAll(state);
                inputs.add(gradients.get(index));
                assigned.addAll(state);
            }
            Node update = emit.builder().add(rule(), inputs, attributes(group.weightDecay()));
            for (int i = 0; i < assigned.size(); i++) {
                emit.builder().assign(assigned.get(i), update.output(i));
            }
        });
    }

    private void requireMembers(Map<Value, Initial> variables) {
        List<Parameter> all = variables.values().stream()
                .filter(Parameter.class::isInstance)
                .map(Parameter.class::cast)
                .toList();
        for (int i = 0; i < options.groups().size(); i++) {
            Parameters.requireSome("group " + (i + 1), options.groups().get(i).which(), all);
        }
    }

    private ParameterGroup group(Initial initial) {
        var result = new ParameterGroup(options.weightDecay(), 1);
        if (initial instanceof Parameter parameter) {
            for (Group group : options.groups()) {
                result = group.which().test(parameter) ? group.change().apply(result) : result;
            }
        }
        return result;
    }

    private static Value rate(Emitter emit, ParameterGroup group) {
        Value rate = emit.builder().runtimeScalar(GraphBuilder.LEARNING_RATE);
        return group.learningRateFactor() == 1 ? rate : emit.mul(rate, group.learningRateFactor());
    }

    /** The parameter and its moments. */
    private List<Value> state(Emitter emit, Value parameter) {
        var state = new ArrayList<>(List.of(parameter));
        moments().forEach(moment -> state.add(moment(emit, parameter, moment)));
        return state;
    }

    /**
     * What is kept beside a parameter from step to step, 0 at first: a variable such as {@code
     * optimizer/0.weight/velocity}.
     */
    static Value moment(Emitter emit, Value parameter, String moment) {
        TensorType type = parameter.type();
        String name = GraphBuilder.OPTIMIZER + parameter.node().attributes().text("name") + "/" + moment;
        return emit.builder().variable(name, type, new Initial.Zeros(type));
    }
}
