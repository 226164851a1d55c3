package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import java.util.ArrayList;
import java.util.List;

/** Smooth activation functions and slopes, each as a function of its own and as its definition. */
final class ActivationCases {

    private static final String GROUP = "activations";

    private static final List<Composite> ALL = List.of(
            Activations.GELU,
            Activations.GELU_SLOPE,
            Activations.GELU_TANH,
            Activations.GELU_TANH_SLOPE,
            Activations.SILU,
            Activations.SILU_SLOPE);

    /** 1 and the error function of a negative number nearly cancel, and the rest is multiplied by up to 6. */
    private static final Tolerance NEAR = Tolerance.ulps(4).orAbsolute(1e-6);

    private ActivationCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Composite activation : ALL) {
            for (Shape shape : Shapes.MANY) {
                add(cases, activation, Fill.NORMAL, shape);
            }
            add(cases, activation, Fill.between(-6, 6), Shape.of(4099));
            add(cases, activation, Fill.between(-100, 100), Shape.of(4099));
            add(cases, activation, Fill.SPECIAL_COLUMNS, Shape.of(3L * Fill.SPECIALS));
        }
        softplus(cases);
        return cases;
    }

    /** Small results, far below 0, have to be as near as large ones. */
    private static void softplus(List<Case> cases) {
        Fill[] fills = {
            Fill.NORMAL,
            Fill.between(-100, 100),
            Fill.between(-20, -10),
            Fill.between(-1e-6, 1e-6),
            Fill.SPECIAL_COLUMNS
        };
        for (Fill fill : fills) {
            for (Shape shape : Shapes.MANY) {
                Argument argument = Shapes.argument(DType.FLOAT32, fill, shape);
                CompositeCases.both(
                        cases, GROUP, Activations.SOFTPLUS, Attributes.none(), Tolerance.function(8), argument);
            }
        }
    }

    private static void add(List<Case> cases, Composite activation, Fill fill, Shape shape) {
        CompositeCases.both(
                cases, GROUP, activation, Attributes.none(), NEAR, Shapes.argument(DType.FLOAT32, fill, shape));
    }
}
