package dev.baton.cpu;

import dev.baton.composite.AdamUpdate;
import dev.baton.composite.AllFinite;
import dev.baton.composite.Gru;
import dev.baton.composite.Lstm;
import dev.baton.composite.SgdUpdate;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.program.Kernel;
import java.util.Map;

/** The operations that the native core runs whole, and what writes the words of each. */
final class WholeEncoder {

    /** Writes the words of a command after its opcode and its length. */
    @FunctionalInterface
    interface Words {
        void write(Encoder out, Kernel.Whole kernel);
    }

    private record Command(int opcode, Words words) {}

    private static final Map<Operation, Command> COMMANDS = Map.ofEntries(
            Map.entry(SoftmaxCrossEntropy.FORWARD, new Command(4, TrainingWords::crossEntropy)),
            Map.entry(SoftmaxCrossEntropy.BACKWARD, new Command(5, TrainingWords::crossEntropy)),
            Map.entry(AdamUpdate.INSTANCE, new Command(6, TrainingWords::adam)),
            Map.entry(SgdUpdate.INSTANCE, new Command(7, TrainingWords::sgd)),
            Map.entry(AllFinite.INSTANCE, new Command(8, TrainingWords::allFinite)),
            Map.entry(Primitive.PAD, new Command(9, MovementWords::pad)),
            Map.entry(Primitive.CONCAT, new Command(10, MovementWords::concat)),
            Map.entry(Primitive.FOLD, new Command(11, MovementWords::fold)),
            Map.entry(Primitive.GATHER, new Command(12, MovementWords::gather)),
            Map.entry(Primitive.SCATTER_ADD, new Command(13, MovementWords::scatterAdd)),
            Map.entry(Lstm.FORWARD, new Command(40, RecurrentWords::recurrence)),
            Map.entry(Lstm.BACKWARD, new Command(41, RecurrentWords::lstmBackward)),
            Map.entry(Gru.FORWARD, new Command(42, RecurrentWords::recurrence)),
            Map.entry(Gru.BACKWARD, new Command(43, RecurrentWords::recurrence)));

    private WholeEncoder() {}

    /** Whether the native core has a kernel for this operation. */
    static boolean knows(Operation operation) {
        return COMMANDS.containsKey(operation);
    }

    /** Adds the words after the first two; gives the opcode. */
    static int encode(Encoder out, Kernel.Whole kernel) {
        Command command = COMMANDS.get(kernel.node().operation());
        command.words().write(out, kernel);
        return command.opcode();
    }
}
