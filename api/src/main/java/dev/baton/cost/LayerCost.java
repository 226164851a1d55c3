package dev.baton.cost;

/**
 * What one layer costs in one step.
 *
 * @param layer its path and description; what belongs to none has {@link StepCost#OUTSIDE}
 * @param parameters the learnt numbers that it is the first to read
 * @param operations of the whole batch; the update's are shared out by parameters
 * @param bytes that its kernels read and write
 * @param activations bytes of its values that the backward pass reads
 */
public record LayerCost(String layer, long parameters, Operations operations, long bytes, long activations) {}
