package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.AdagradUpdate;
import dev.baton.composite.AdamUpdate;
import dev.baton.composite.LionUpdate;
import dev.baton.composite.RmsPropUpdate;
import dev.baton.composite.SgdUpdate;
import dev.baton.composite.Update;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import java.util.ArrayList;
import java.util.List;

/** Optimizers' updates: over several parameters, with and without decay, and on steps that are not finite. */
final class UpdateCases {

    private static final String GROUP = "updates";

    /** Each time these together: many of all sizes, and two small ones. */
    private static final List<List<Shape>> PARAMETERS = List.of(
            List.of(
                    Shape.of(3, 5),
                    Shape.of(5),
                    Shape.scalar(),
                    Shape.of(0, 4),
                    Shape.of(131, 267),
                    Shape.of(16_385),
                    Shape.of(1, 1)),
            List.of(Shape.of(3, 5), Shape.of(1, 2, 1, 2, 3, 1, 2, 1)));

    private static final Tolerance NEAR = Tolerance.ofLargest(1e-6);

    /** Far above the square of any mean, so that their difference keeps its digits. */
    private static final Fill SQUARE = Fill.between(20, 40);

    private UpdateCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (double decay : new double[] {0, 0.01}) {
            for (boolean decoupled : new boolean[] {false, true}) {
                adam(cases, decay, decoupled, true, Fill.NORMAL);
            }
            for (double momentum : new double[] {0, 0.9}) {
                sgd(cases, momentum, false, decay, true, Fill.NORMAL);
            }
            sgd(cases, 0.9, true, decay, true, Fill.NORMAL);
        }
        // Not finite: nothing changes, whatever the gradient is.
        adam(cases, 0.01, true, false, Fill.SPECIAL_COLUMNS);
        sgd(cases, 0.9, false, 0.01, false, Fill.SPECIAL_COLUMNS);
        sgd(cases, 0, false, 0, false, Fill.SPECIAL_COLUMNS);
        others(cases);
        // A weight that nothing has ever pulled at stays where it is: 0 / epsilon.
        adam(cases, 0, false, true, Fill.number(0));
        return cases;
    }

    private static void adam(List<Case> cases, double decay, boolean decoupled, boolean finite, Fill gradient) {
        var attributes = Attributes.of(AdamUpdate.BETA1, 0.9)
                .with(AdamUpdate.BETA2, 0.999)
                .with(AdamUpdate.EPSILON, 1e-8)
                .with(AdamUpdate.WEIGHT_DECAY, decay)
                .with(AdamUpdate.DECOUPLED, decoupled);
        boolean untouched = gradient.name().equals("0.0");
        Tolerance tolerance = finite && !untouched ? NEAR : Tolerance.SAME_BITS;
        for (List<Shape> parameters : PARAMETERS) {
            List<Argument> arguments = start(finite, 0.01, 0.271, 0.00299);
            for (Shape shape : parameters) {
                arguments.add(floats(Fill.NORMAL, shape));
                arguments.add(floats(untouched ? Fill.number(0) : Fill.NORMAL, shape));
                arguments.add(floats(untouched ? Fill.number(0) : Fill.POSITIVE, shape));
                arguments.add(floats(gradient, shape));
            }
            CompositeCases.both(
                    cases, GROUP, AdamUpdate.INSTANCE, attributes, tolerance, arguments.toArray(Argument[]::new));
        }
    }

    private static void sgd(
            List<Case> cases, double momentum, boolean nesterov, double decay, boolean finite, Fill gradient) {
        var attributes = Attributes.of(SgdUpdate.MOMENTUM, momentum)
                .with(SgdUpdate.NESTEROV, nesterov)
                .with(SgdUpdate.WEIGHT_DECAY, decay);
        Tolerance tolerance = finite ? NEAR : Tolerance.SAME_BITS;
        for (List<Shape> parameters : PARAMETERS) {
            List<Argument> arguments = start(finite, 0.05);
            for (Shape shape : parameters) {
                arguments.add(floats(Fill.NORMAL, shape));
                if (momentum > 0) {
                    arguments.add(floats(Fill.NORMAL, shape));
                }
                arguments.add(floats(gradient, shape));
            }
            CompositeCases.both(
                    cases, GROUP, SgdUpdate.INSTANCE, attributes, tolerance, arguments.toArray(Argument[]::new));
        }
    }

    private static void others(List<Case> cases) {
        for (double decay : new double[] {0, 0.01}) {
            for (double momentum : new double[] {0, 0.9}) {
                for (boolean centered : new boolean[] {false, true}) {
                    var attributes = rmsProp(momentum, centered, decay);
                    update(cases, RmsPropUpdate.INSTANCE, attributes, true, Fill.NORMAL, SQUARE, Fill.NORMAL);
                }
            }
            update(cases, AdagradUpdate.INSTANCE, adagrad(decay), true, Fill.NORMAL, Fill.POSITIVE, Fill.NORMAL);
            update(cases, LionUpdate.INSTANCE, lion(decay), true, Fill.NORMAL, Fill.NORMAL, Fill.NORMAL);
        }
        Fill special = Fill.SPECIAL_COLUMNS;
        Fill zero = Fill.number(0);
        update(cases, RmsPropUpdate.INSTANCE, rmsProp(0.9, true, 0.01), false, special, SQUARE, Fill.NORMAL);
        update(cases, AdagradUpdate.INSTANCE, adagrad(0.01), false, special, Fill.POSITIVE, Fill.NORMAL);
        update(cases, LionUpdate.INSTANCE, lion(0.01), false, special, Fill.NORMAL, Fill.NORMAL);
        update(cases, RmsPropUpdate.INSTANCE, rmsProp(0.9, true, 0), true, zero, zero, zero);
        update(cases, AdagradUpdate.INSTANCE, adagrad(0), true, zero, zero, zero);
        update(cases, LionUpdate.INSTANCE, lion(0), true, zero, zero, zero);
    }

    private static Attributes rmsProp(double momentum, boolean centered, double decay) {
        return Attributes.of(RmsPropUpdate.ALPHA, 0.99)
                .with(RmsPropUpdate.EPSILON, 1e-8)
                .with(RmsPropUpdate.MOMENTUM, momentum)
                .with(RmsPropUpdate.CENTERED, centered)
                .with(RmsPropUpdate.WEIGHT_DECAY, decay);
    }

    private static Attributes adagrad(double decay) {
        return Attributes.of(AdagradUpdate.EPSILON, 1e-10).with(AdagradUpdate.WEIGHT_DECAY, decay);
    }

    private static Attributes lion(double decay) {
        return Attributes.of(LionUpdate.BETA1, 0.9).with(LionUpdate.BETA2, 0.99).with(LionUpdate.WEIGHT_DECAY, decay);
    }

    /**
     * @param first what the first moment is filled with
     * @param later what further ones are filled with
     */
    private static void update(
            List<Case> cases,
            Update rule,
            Attributes attributes,
            boolean finite,
            Fill gradient,
            Fill first,
            Fill later) {
        boolean untouched = gradient.name().equals("0.0");
        Tolerance tolerance = finite && !untouched ? NEAR : Tolerance.SAME_BITS;
        for (List<Shape> parameters : PARAMETERS) {
            List<Argument> arguments = start(finite, 0.05);
            for (Shape shape : parameters) {
                arguments.add(floats(Fill.NORMAL, shape));
                for (int state = 1; state < rule.states(attributes); state++) {
                    arguments.add(floats(state == 1 ? first : later, shape));
                }
                arguments.add(floats(gradient, shape));
            }
            CompositeCases.both(cases, GROUP, rule, attributes, tolerance, arguments.toArray(Argument[]::new));
        }
    }

    /** The finite flag and the scalars. */
    private static List<Argument> start(boolean finite, double... scalars) {
        var arguments = new ArrayList<Argument>();
        arguments.add(Shapes.argument(DType.BOOL, finite ? Fill.number(1) : Fill.number(0), Shape.scalar()));
        for (double scalar : scalars) {
            arguments.add(floats(Fill.number(scalar), Shape.scalar()));
        }
        return arguments;
    }

    private static Argument floats(Fill fill, Shape shape) {
        return Shapes.argument(DType.FLOAT32, fill, shape);
    }
}
