package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.AdamUpdate;
import dev.baton.composite.SgdUpdate;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import java.util.ArrayList;
import java.util.List;

/** Optimizers' updates: over several parameters, with and without decay, and on steps that are not finite. */
final class UpdateCases {

    private static final String GROUP = "updates";

    private static final List<Shape> PARAMETERS = List.of(
            Shape.of(3, 5),
            Shape.of(5),
            Shape.scalar(),
            Shape.of(0, 4),
            Shape.of(131, 267),
            Shape.of(16_385),
            Shape.of(1, 1));

    private static final Tolerance NEAR = Tolerance.ofLargest(1e-6);

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
        List<Argument> arguments = start(finite, 0.01, 0.271, 0.00299);
        for (Shape shape : PARAMETERS) {
            arguments.add(floats(Fill.NORMAL, shape));
            arguments.add(floats(untouched ? Fill.number(0) : Fill.NORMAL, shape));
            arguments.add(floats(untouched ? Fill.number(0) : Fill.POSITIVE, shape));
            arguments.add(floats(gradient, shape));
        }
        Tolerance tolerance = finite && !untouched ? NEAR : Tolerance.SAME_BITS;
        CompositeCases.both(
                cases, GROUP, AdamUpdate.INSTANCE, attributes, tolerance, arguments.toArray(Argument[]::new));
    }

    private static void sgd(
            List<Case> cases, double momentum, boolean nesterov, double decay, boolean finite, Fill gradient) {
        var attributes = Attributes.of(SgdUpdate.MOMENTUM, momentum)
                .with(SgdUpdate.NESTEROV, nesterov)
                .with(SgdUpdate.WEIGHT_DECAY, decay);
        List<Argument> arguments = start(finite, 0.05);
        for (Shape shape : PARAMETERS) {
            arguments.add(floats(Fill.NORMAL, shape));
            if (momentum > 0) {
                arguments.add(floats(Fill.NORMAL, shape));
            }
            arguments.add(floats(gradient, shape));
        }
        Tolerance tolerance = finite ? NEAR : Tolerance.SAME_BITS;
        CompositeCases.both(
                cases, GROUP, SgdUpdate.INSTANCE, attributes, tolerance, arguments.toArray(Argument[]::new));
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
