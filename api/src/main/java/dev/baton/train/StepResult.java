package dev.baton.train;

/**
 * What a training step gave.
 *
 * @param step its number, from 1
 * @param loss the mean loss of the batch, before the update
 */
public record StepResult(long step, float loss) {}
