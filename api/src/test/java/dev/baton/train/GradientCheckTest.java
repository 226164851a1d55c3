package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Value;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientCheckTest {

    /** x^2 * scale, whose gradient rule forgets something at will. */
    private static final class Square extends Composite {
        private final double slope;
        private final boolean forgetsScale;

        Square(double slope, boolean forgetsScale) {
            super("square");
            this.slope = slope;
            this.forgetsScale = forgetsScale;
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            return List.of(emit.mul(emit.mul(inputs.get(0), inputs.get(0)), inputs.get(1)));
        }

        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Value g = upstream.get(0);
                Value x = node.input(0);
                Value byX = emit.mul(emit.mul(emit.mul(x, node.input(1)), slope), g);
                Value byScale = emit.mul(g, emit.mul(x, x));
                return List.of(byX, forgetsScale ? emit.mul(byScale, 0) : byScale);
            };
        }
    }

    private static final class Squares extends Layer {
        private final Parameter scale = parameter("scale", Shape.of(2, 3), Initializers.constant(1));
        private final Square square;

        Squares(double slope, boolean forgetsScale) {
            this.square = new Square(slope, forgetsScale);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor factor = scale.in(x);
            return inLayer(
                    x, () -> Tensor.of(x.graph(), new Emitter(x.graph()).apply(square, x.value(), factor.value())));
        }
    }

    private static final NDArray INPUTS = NDArray.of(Shape.of(2, 3), 0.5f, -1, 2, 0.25f, 1.5f, -0.75f);

    @Test
    void aRightLayerPasses() {
        GradientCheck check =
                GradientCheck.of(new Squares(2, false).named("squares"), INPUTS).check();
        assertThat(check.worst())
                .extracting(GradientCheck.Comparison::name)
                .containsExactlyInAnyOrder("parameter 'squares.scale'", "input 'inputs'");
        assertThat(check.worst()).allMatch(one -> one.relativeError() < 1e-9);
        assertThat(check.toString()).startsWith("gradient check, 12 elements:\n  ");
    }

    @Test
    void aWrongSlopeIsFoundAndNamed() {
        GradientCheck check = GradientCheck.of(new Squares(2.001, false), INPUTS);
        GradientCheck.Comparison worst = check.worst().get(0);
        assertThat(worst.name()).isEqualTo("input 'inputs'");
        assertThat(worst.gradient() / worst.difference()).isCloseTo(2.001 / 2, within(1e-6));
        assertThat(worst.relativeError()).isCloseTo(0.001 / 2.001, within(1e-6));
        assertThatThrownBy(check::check)
                .isInstanceOf(BatonException.class)
                .hasMessageMatching("a gradient is wrong: more than 1.0E-6 off\n"
                        + "gradient check, 12 elements:\n"
                        + "  input 'inputs' \\[2, 3\\] at \\[\\d, \\d\\]: gradient -?[\\d.]+, central difference -?[\\d.]+, "
                        + "relative error 0\\.00050\n"
                        + "  parameter 'scale' \\[2, 3\\] at .*");
        check.check(1e-3);
    }

    @Test
    void aGradientThatIsMissingIsFound() {
        GradientCheck check = GradientCheck.of(new Squares(2, true), INPUTS);
        assertThat(check.worst().get(0).name()).isEqualTo("parameter 'scale'");
        assertThat(check.worst().get(0).relativeError()).isEqualTo(1);
    }

    /** One wrong element among many is as wrong as all of them, also where it is small. */
    @Test
    void theWorstElementIsNamedByItsIndex() {
        NDArray weights = NDArray.of(Shape.of(2, 3), 1, 1, 1, 1, 1, 1f);
        GradientCheck check = GradientCheck.of(
                inputs -> {
                    Tensor x = inputs.get("x");
                    var emit = new Emitter(x.graph());
                    Tensor mask = Tensor.of(x.graph(), emit.constant(NDArray.of(Shape.of(2, 3), 0, 0, 0, 0, 0.01f, 0)));
                    // The second factor is what the gradient rule of the first leaves out.
                    Tensor square = Tensor.of(
                            x.graph(),
                            emit.apply(new Square(1, false), x.multiply(mask).value(), mask.value()));
                    return x.multiply(x).add(square);
                },
                Map.of("x", weights));
        assertThat(check.worst().get(0).index()).containsExactly(1L, 1L);
        assertThat(check.worst().get(0).relativeError()).isBetween(1e-8, 1e-6);
    }

    @Test
    void lossesAreCheckedByAnswersAndTargets() {
        NDArray targets = NDArray.of(Shape.of(2, 3), 0.1f, 0.9f, 0.4f, 0.3f, 0.7f, 0.2f);
        GradientCheck check = GradientCheck.of(Losses.mse(), INPUTS, targets).check();
        assertThat(check.worst())
                .extracting(GradientCheck.Comparison::name)
                .containsExactlyInAnyOrder("input 'answers'", "input 'targets'");
        assertThat(GradientCheck.of(Losses.crossEntropy(), INPUTS, NDArray.of(Shape.of(2), 2, 0))
                        .check()
                        .worst())
                .extracting(GradientCheck.Comparison::name)
                .containsExactly("input 'answers'");
    }

    /** Dropout drops the same elements in every run of a check. */
    @Test
    void randomLayersCanBeChecked() {
        GradientCheck.of(Sequential.of(new Linear(3, 4), new Dropout(0.5), new Tanh()), INPUTS)
                .check();
    }

    @Test
    void whatProvesNothingFails() {
        assertThatThrownBy(() -> GradientCheck.of(inputs -> inputs.get("x").multiply(0), Map.of("x", INPUTS))
                        .check())
                .hasMessageStartingWith(
                        "every gradient is 0, so that nothing was compared\ngradient check, 6 elements");
        assertThatThrownBy(() -> GradientCheck.of(
                        inputs -> inputs.get("x").cast(dev.baton.DType.FLOAT32),
                        Map.of("x", NDArray.of(Shape.of(2), 1, 2))))
                .hasMessageStartingWith("gradient check: there is nothing to differentiate by");
    }

    @Test
    void whatIsNotFiniteFails() {
        GradientCheck check =
                GradientCheck.of(inputs -> inputs.get("x").log(), Map.of("x", NDArray.of(Shape.of(2), 1, -1f)));
        assertThat(check.worst().get(0).relativeError()).isInfinite();
        assertThatThrownBy(check::check).isInstanceOf(BatonException.class);
    }
}
