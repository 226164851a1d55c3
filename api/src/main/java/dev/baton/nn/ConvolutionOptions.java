package dev.baton.nn;

import dev.baton.ShapeException;
import dev.baton.composite.Convolution;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** What the layers that convolve have in common; immutable, so that options make new layers. */
record ConvolutionOptions(
        String layer,
        long inputs,
        long outputs,
        WindowOptions window,
        long groups,
        boolean hasBias,
        Initializer initializer) {

    /**
     * @param initializer of the weight; null for He's normal weights
     * @throws ShapeException if the channels are not positive or do not come in so many groups
     */
    ConvolutionOptions {
        if (inputs < 1 || outputs < 1) {
            throw new ShapeException(
                    layer + " needs at least one input and one output channel, not " + inputs + " -> " + outputs);
        }
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0) {
            throw new ShapeException("the channels of " + layer + ", " + inputs + " -> " + outputs + ", do not come in "
                    + groups + " equal groups");
        }
    }

    static ConvolutionOptions of(String layer, long inputs, long outputs, long height, long width) {
        return new ConvolutionOptions(layer, inputs, outputs, WindowOptions.of(layer, height, width), 1, true, null);
    }

    ConvolutionOptions window(UnaryOperator<WindowOptions> change) {
        return new ConvolutionOptions(layer, inputs, outputs, change.apply(window), groups, hasBias, initializer);
    }

    ConvolutionOptions stride(long height, long width) {
        return window(window -> window.stride(layer, height, width));
    }

    ConvolutionOptions padding(long height, long width) {
        return window(window -> window.padding(layer, height, width));
    }

    ConvolutionOptions dilation(long height, long width) {
        return window(window -> window.dilation(layer, height, width));
    }

    ConvolutionOptions groups(long number) {
        return new ConvolutionOptions(layer, inputs, outputs, window, number, hasBias, initializer);
    }

    ConvolutionOptions withoutBias() {
        return new ConvolutionOptions(layer, inputs, outputs, window, groups, false, initializer);
    }

    ConvolutionOptions initializer(Initializer chosen) {
        return new ConvolutionOptions(layer, inputs, outputs, window, groups, hasBias, chosen);
    }

    /**
     * How the weight starts: as chosen, or normal with variance 2 / terms (He et al. 2015).
     *
     * @param terms how many products an output is the sum of
     */
    Initializer initializer(double terms) {
        return initializer != null ? initializer : Initializers.normal(Math.sqrt(2 / terms));
    }

    Attributes attributes() {
        return Convolution.attributes(window.window(), groups);
    }

    /**
     * The convolution of pictures.
     *
     * @param bias null where there is none
     */
    Tensor convolve(Tensor x, Tensor weight, Parameter bias) {
        Value[] operands = bias == null
                ? new Value[] {x.value(), weight.value()}
                : new Value[] {x.value(), weight.value(), bias.in(x).value()};
        return Tensor.of(x.graph(), new Emitter(x.graph()).apply(Convolution.FORWARD, attributes(), operands));
    }

    /** For instance {@code Conv2d(3 -> 32, 3 x 3, padding 1)}. */
    String describe() {
        return layer + "(" + inputs + " -> " + outputs + ", " + window.describe(List.of(1L, 1L))
                + (groups == 1 ? "" : ", " + groups + " groups") + (hasBias ? "" : ", no bias") + ")";
    }
}
