package dev.baton.core;

import dev.baton.composite.AdamUpdate;
import dev.baton.composite.SgdUpdate;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import java.util.List;

/** The words of losses, of norms, of the test for finite values, of sums over devices and of the optimizers' updates. */
final class TrainingWords {

    private static final long NONE = -1;

    /** The native core cuts arrays into chunks of so many elements. */
    private static final long CHUNK = 32768;

    private TrainingWords() {}

    static void crossEntropy(Encoder out, Kernel.Whole kernel) {
        var logits = kernel.node().input(0).shape();
        out.add(logits.size(0), logits.size(1));
        out.real(kernel.node().attributes().number(SoftmaxCrossEntropy.SMOOTHING));
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    static void allFinite(Encoder out, Kernel.Whole kernel) {
        out.references(kernel.outputs());
        inputs(out, kernel);
    }

    static void norms(Encoder out, Kernel.Whole kernel) {
        out.references(kernel.outputs());
        out.add(kernel.scratch() == null ? NONE : out.reference(kernel.scratch()));
        inputs(out, kernel);
    }

    static void allReduce(Encoder out, Kernel.Whole kernel) {
        out.add(kernel.inputs().size());
        for (int i = 0; i < kernel.inputs().size(); i++) {
            Buffer input = kernel.inputs().get(i);
            out.add(out.reference(input), out.reference(kernel.outputs().get(i)), input.elements());
        }
    }

    private static void inputs(Encoder out, Kernel.Whole kernel) {
        out.add(kernel.inputs().size());
        kernel.inputs().forEach(input -> out.add(out.reference(input), input.elements()));
    }

    /** The memory for the sums of squares, one for each chunk of an input. */
    static long scratchOfNorms(Node node) {
        return Double.BYTES
                * node.inputTypes().stream()
                        .mapToLong(type -> (type.shape().size() + CHUNK - 1) / CHUNK)
                        .sum();
    }

    static void adam(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        out.real(attributes.number(AdamUpdate.BETA1));
        out.real(attributes.number(AdamUpdate.BETA2));
        out.real(attributes.number(AdamUpdate.EPSILON));
        out.real(attributes.number(AdamUpdate.WEIGHT_DECAY));
        out.add(attributes.flag(AdamUpdate.DECOUPLED) ? 1 : 0);
        out.references(kernel.inputs().subList(0, 4));
        parameters(out, kernel, 4, 3);
    }

    static void sgd(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        out.real(attributes.number(SgdUpdate.MOMENTUM));
        out.add(attributes.flag(SgdUpdate.NESTEROV) ? 1 : 0);
        out.real(attributes.number(SgdUpdate.WEIGHT_DECAY));
        out.references(kernel.inputs().subList(0, 2));
        parameters(out, kernel, 2, SgdUpdate.INSTANCE.states(attributes));
    }

    private static void parameters(Encoder out, Kernel.Whole kernel, int first, int states) {
        List<Buffer> inputs = kernel.inputs();
        List<Buffer> outputs = kernel.outputs();
        int count = outputs.size() / states;
        out.add(count);
        for (int i = 0; i < count; i++) {
            int from = first + i * (states + 1);
            out.add(inputs.get(from).elements(), out.reference(inputs.get(from + states)));
            for (int state = 0; state < states; state++) {
                out.add(out.reference(inputs.get(from + state)), out.reference(outputs.get(i * states + state)));
            }
            if (states == 1) {
                out.add(-1, -1);
            }
        }
    }
}
