package dev.baton.cost;

import dev.baton.program.Program;
import java.util.List;

/**
 * What one step costs on one device, whatever that device is: a training step, or one that only answers.
 *
 * @param batch how many examples it takes at once
 * @param layers in the order in which they are done
 * @param parameters the number of learnt numbers, each counted once
 * @param operations of the batch
 * @param bytes that its kernels read and write, each value once a kernel
 * @param weights bytes of parameters and statistics
 * @param gradients bytes of the parameters' gradients
 * @param optimizer bytes of what the optimizer keeps beside the parameters
 * @param activations bytes of the forward pass's values that the backward pass reads; of a step that only answers, all
 *     values on the way
 * @param inputs bytes of a batch
 * @param laidOut the memory of the program as the compiler lays it out, where gradients and activations share room with
 *     whatever is not needed at the same time
 * @param shared bytes that the backend keeps for all of its programs, such as copies of factors, as far as this one wants them
 */
public record StepCost(
        long batch,
        List<LayerCost> layers,
        long parameters,
        Operations operations,
        long bytes,
        long weights,
        long gradients,
        long optimizer,
        long activations,
        long inputs,
        Program.Memory laidOut,
        long shared) {

    /** The row of what belongs to no layer: the loss, the norms, the update. */
    public static final String OUTSIDE = "(loss and update)";

    private static final long PAGE = 4096;
    private static final long LARGE_PAGE = 2 << 20;

    public StepCost {
        layers = List.copyOf(layers);
    }

    /**
     * The memory it needs: the variables, the arena of the program, its constants and outputs, a batch of inputs, and what the
     * backend keeps for it.
     */
    public long memory() {
        return variables() + laidOut.workspace() + laidOut.constants() + laidOut.outputs() + inputs + shared;
    }

    /**
     * The memory that a backend of this machine takes from the system, which gives the variables, the arena and what the backend
     * keeps in whole pages: of 2 MiB as far as these are filled, the last one by half at least. The inputs lie where the caller
     * has them.
     */
    public long resident() {
        return pages(variables())
                + pages(laidOut.workspace())
                + laidOut.constants()
                + laidOut.outputs()
                + pages(shared);
    }

    private long variables() {
        return weights + optimizer;
    }

    private static long pages(long bytes) {
        long large = (bytes + LARGE_PAGE / 2) / LARGE_PAGE * LARGE_PAGE;
        return Math.max(large, (bytes + PAGE - 1) / PAGE * PAGE);
    }
}
