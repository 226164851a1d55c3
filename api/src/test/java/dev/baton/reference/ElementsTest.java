package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.composite.Activations;
import dev.baton.graph.Attributes;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.program.Region;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Instructions of a region, as a backend in plain Java runs them. */
class ElementsTest {

    private static final double[] REGISTERS = {1, 0.1, -3.7, 1e300};

    private static double apply(Operation operation, DType dtype, Attributes attributes, Integer... arguments) {
        return Elements.apply(new Region.Instruction(operation, dtype, List.of(arguments), attributes), 5, REGISTERS);
    }

    private static double apply(Operation operation, DType dtype, Integer... arguments) {
        return apply(operation, dtype, Attributes.none(), arguments);
    }

    @Test
    void argumentsAreRegisters() {
        assertThat(apply(Primitive.SUB, DType.FLOAT64, 1, 2)).isEqualTo(0.1 + 3.7);
        assertThat(apply(Primitive.SELECT, DType.FLOAT64, 0, 2, 1)).isEqualTo(-3.7);
        assertThat(apply(Primitive.CAST, DType.INT32, 2)).isEqualTo(-3);
        assertThat(apply(Primitive.RESHAPE, DType.FLOAT64, 1)).isEqualTo(0.1);
        assertThat(apply(Primitive.CONSTANT, DType.INT64, Attributes.of(Region.NUMBER, 7.0)))
                .isEqualTo(7);
    }

    @Test
    void floatsAreRounded() {
        assertThat(apply(Primitive.NEG, DType.FLOAT32, 1)).isEqualTo(-0.1f);
        assertThat(apply(Primitive.MUL, DType.FLOAT32, 3, 0)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void randomNumbersDependOnTheElement() {
        assertThat(apply(Primitive.RANDOM_UNIFORM, DType.FLOAT32, Attributes.of("stream", 3L), 0, 0))
                .isEqualTo(Philox.uniform(1, 1, 3, 5));
    }

    @Test
    void whatIsNoPrimitiveIsNamed() {
        assertThatThrownBy(() -> apply(Activations.RELU, DType.FLOAT32, 0))
                .isInstanceOf(BatonException.class)
                .hasMessage("relu is not a primitive");
    }
}
