package dev.baton.train;

import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import dev.baton.program.Program;

/**
 * The memory that a program takes on its device in bytes, as it is laid out for running.
 *
 * @param purpose what it is for, such as {@code to train on batches of 64}
 * @param parameters what is learnt
 * @param optimizer what is kept beside the parameters from step to step, such as moments
 * @param values everything on the way from the inputs to the results; shared where that is possible
 */
public record Memory(String purpose, long parameters, long optimizer, long values) {

    static Memory of(String purpose, Graph graph, Program.Memory memory) {
        long parameters = 0;
        long optimizer = 0;
        for (var variable : graph.variables().entrySet()) {
            Value value = variable.getValue();
            if (graph.initial(variable.getKey()) instanceof Parameter) {
                parameters += value.type().bytes();
            } else {
                optimizer += value.type().bytes();
            }
        }
        return new Memory(purpose, parameters, optimizer, memory.workspace() + memory.constants() + memory.outputs());
    }

    /** All of it. */
    public long total() {
        return parameters + optimizer + values;
    }

    /** For instance {@code memory to train on batches of 64: 1.3 MiB (parameters 332.0 KiB, ...)}. */
    @Override
    public String toString() {
        return "memory " + purpose + ": " + text(total()) + " (parameters " + text(parameters)
                + (optimizer == 0 ? "" : ", optimizer " + text(optimizer)) + ", values " + text(values) + ")";
    }

    private static String text(long bytes) {
        return Program.Memory.inWords(bytes);
    }
}
