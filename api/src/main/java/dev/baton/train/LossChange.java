package dev.baton.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * What one update changed: each parameter's share of the change of the loss, and how far its weights moved. The gain of a
 * parameter is minus the sum, over its elements, of gradient times (new weight - old weight); together the gains are what
 * the loss falls by to first order. What it fell by on the same batch was measured. The first-order term, on one batch, of
 * loss change allocation (Lan et al. 2019, "LCA: Loss Change Allocation for Neural Network Training").
 *
 * @param step the number of the step, from 1
 * @param learningRate of the step
 * @param before the loss of the batch before the update
 * @param after the loss of the same batch after it, with the same random numbers
 * @param parameters what is learnt, in the order of its first use
 */
public record LossChange(long step, double learningRate, double before, double after, List<Part> parameters) {

    /** Of the loss; a smaller gain is lost in its rounding. */
    private static final double MEASURABLE = 1e-4;

    /**
     * The part that a parameter, or all parameters of a layer, had in an update.
     *
     * @param name of the parameter or the layer
     * @param gain what the loss falls by through it, to first order; negative where it grows
     * @param gradientNorm of the loss's gradient
     * @param weightNorm before the update
     * @param changeNorm of the new weights minus the old ones
     */
    public record Part(String name, double gain, double gradientNorm, double weightNorm, double changeNorm) {

        /** How large the change is beside the weights; infinite where they were all 0. */
        public double changeRatio() {
            return changeNorm == 0 ? 0 : changeNorm / weightNorm;
        }

        /**
         * The cosine between the change and the direction in which the loss falls most steeply: 1 straight down, 0 along
         * the slope, -1 straight up; 0 where there is no gradient or no change.
         */
        public double direction() {
            double most = gradientNorm * changeNorm;
            return most == 0 ? 0 : gain / most;
        }

        private Part and(Part other) {
            return new Part(
                    name,
                    gain + other.gain,
                    StrictMath.hypot(gradientNorm, other.gradientNorm),
                    StrictMath.hypot(weightNorm, other.weightNorm),
                    StrictMath.hypot(changeNorm, other.changeNorm));
        }
    }

    public LossChange {
        parameters = List.copyOf(parameters);
    }

    /** What the loss was to fall by, to first order: the sum of all gains. */
    public double predicted() {
        return parameters.stream().mapToDouble(Part::gain).sum();
    }

    /** What it fell by; negative where it grew. */
    public double measured() {
        return before - after;
    }

    /** Whether what was promised is so much of the loss that the loss, which is rounded, can tell whether it was gained. */
    public boolean isMeasurable() {
        return predicted() > MEASURABLE * Math.abs(before);
    }

    /** The norm of all gradients taken together, before they were clipped. */
    public double gradientNorm() {
        return Math.sqrt(parameters.stream()
                .mapToDouble(part -> part.gradientNorm() * part.gradientNorm())
                .sum());
    }

    /** The parts of the layers, each with all its parameters, in the order of their first use. */
    public List<Part> layers() {
        var layers = new LinkedHashMap<String, Part>();
        for (Part part : parameters) {
            int end = part.name().lastIndexOf('.');
            String layer = end < 0 ? part.name() : part.name().substring(0, end);
            layers.merge(
                    layer,
                    new Part(layer, part.gain(), part.gradientNorm(), part.weightNorm(), part.changeNorm()),
                    Part::and);
        }
        return new ArrayList<>(layers.values());
    }

    /** The loss before and after, what was predicted, and a line for each layer. */
    @Override
    public String toString() {
        List<Part> layers = layers();
        int width = Math.max(
                5, layers.stream().mapToInt(part -> part.name().length()).max().orElse(0));
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "step %,d: the loss of its batch went from %.4f to %.4f: a gain of %.3g, %.3g predicted%n",
                step,
                before,
                after,
                measured(),
                predicted()));
        text.append(String.format(
                Locale.ROOT,
                "%-" + width + "s  %10s  %7s  %13s  %9s",
                "layer",
                "gain",
                "share",
                "change/weight",
                "direction"));
        double all = predicted();
        for (Part part : layers) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%-" + width + "s  %10.3g  %5.1f %%  %13.2g  %9.2f",
                    part.name(),
                    part.gain(),
                    all == 0 ? 0 : 100 * part.gain() / all,
                    part.changeRatio(),
                    part.direction()));
        }
        return text.toString();
    }
}
