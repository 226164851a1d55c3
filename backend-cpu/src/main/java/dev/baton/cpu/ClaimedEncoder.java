package dev.baton.cpu;

import dev.baton.composite.AdamUpdate;
import dev.baton.composite.AllFinite;
import dev.baton.composite.SgdUpdate;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Attributes;
import dev.baton.graph.Operation;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import java.util.List;

/** The words of composites that the native core runs whole. */
final class ClaimedEncoder {

    private final Encoder out;

    ClaimedEncoder(Encoder out) {
        this.out = out;
    }

    /** Whether the native core has a kernel for this composite. */
    static boolean knows(Operation operation) {
        return operation == SoftmaxCrossEntropy.FORWARD
                || operation == SoftmaxCrossEntropy.BACKWARD
                || operation == AdamUpdate.INSTANCE
                || operation == SgdUpdate.INSTANCE
                || operation == AllFinite.INSTANCE;
    }

    /** Adds the words after the first two; gives the opcode. */
    int encode(Kernel.Claimed kernel) {
        Operation operation = kernel.node().operation();
        if (operation == AdamUpdate.INSTANCE) {
            return adam(kernel);
        }
        if (operation == SgdUpdate.INSTANCE) {
            return sgd(kernel);
        }
        if (operation == AllFinite.INSTANCE) {
            out.add(out.reference(kernel.outputs().get(0)), kernel.inputs().size());
            kernel.inputs().forEach(input -> out.add(out.reference(input), input.elements()));
            return 8;
        }
        var logits = kernel.node().input(0).shape();
        out.add(logits.size(0), logits.size(1));
        out.real(kernel.node().attributes().number(SoftmaxCrossEntropy.SMOOTHING));
        kernel.inputs().forEach(input -> out.add(out.reference(input)));
        kernel.outputs().forEach(output -> out.add(out.reference(output)));
        return operation == SoftmaxCrossEntropy.FORWARD ? 4 : 5;
    }

    private int adam(Kernel.Claimed kernel) {
        Attributes attributes = kernel.node().attributes();
        out.real(attributes.number(AdamUpdate.BETA1));
        out.real(attributes.number(AdamUpdate.BETA2));
        out.real(attributes.number(AdamUpdate.EPSILON));
        out.real(attributes.number(AdamUpdate.WEIGHT_DECAY));
        out.add(attributes.flag(AdamUpdate.DECOUPLED) ? 1 : 0);
        kernel.inputs().subList(0, 4).forEach(scalar -> out.add(out.reference(scalar)));
        parameters(kernel, 4, 3);
        return 6;
    }

    private int sgd(Kernel.Claimed kernel) {
        Attributes attributes = kernel.node().attributes();
        out.real(attributes.number(SgdUpdate.MOMENTUM));
        out.add(attributes.flag(SgdUpdate.NESTEROV) ? 1 : 0);
        out.real(attributes.number(SgdUpdate.WEIGHT_DECAY));
        kernel.inputs().subList(0, 2).forEach(scalar -> out.add(out.reference(scalar)));
        parameters(kernel, 2, SgdUpdate.INSTANCE.states(attributes));
        return 7;
    }

    private void parameters(Kernel.Claimed kernel, int first, int states) {
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
