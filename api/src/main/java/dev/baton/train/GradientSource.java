package dev.baton.train;

import dev.baton.data.Batch;

/**
 * Where a trainer gets its gradients from, if they are not computed here: from many machines, mostly. For every step the
 * trainer hands out its weights and takes back one gradient of each learnt parameter, a mean over the examples of the
 * step, which its optimizer then learns from; see {@link Trainer#fit(GradientSource, dev.baton.data.Batches, Epochs)}. Or it
 * takes back what others have learnt from many batches with its optimizer, where the source {@linkplain #learns learns}.
 */
public interface GradientSource {

    /** What tells this source from others, for a run that goes on later: the data, their order and how they are shared out. */
    String identity();

    /**
     * Whether the source makes the updates too: what it then gives, and is handed out beside the weights, are the values of
     * everything that the trainer's optimizer changes, with what that keeps from step to step.
     */
    default boolean learns() {
        return false;
    }

    /**
     * The number in the run, from 1, of the last update that a step stands for, from which its learning rate follows: its own,
     * unless the source learns from many batches in a step.
     */
    default long lastUpdate(int epoch, int step) {
        return (long) epoch * count() + step + 1;
    }

    /** The number of steps in an epoch. */
    int count();

    /**
     * One example or more of those that are learnt from, so that the model can be traced: their types count alone. Asked for
     * once.
     */
    Batch sample();

    /**
     * Computes one step. Called again for the same step with the same weights, as after a failure, it gives the same bits.
     *
     * @param epoch from 0
     * @param step of the epoch, from 0
     * @param variables the trainer's model as it is now, not to be changed
     * @throws dev.baton.DataException if an example cannot be learnt from
     */
    Means compute(int epoch, int step, FlatVariables variables);

    /**
     * What a step gave, over all its examples.
     *
     * @param loss the mean loss of the examples
     * @param examples how many there were, at least 1
     * @param values the mean gradient of each learnt parameter and then the new value of each statistic; where the source
     *     {@linkplain #learns learns}, the new values of parameters, statistics and what the optimizer keeps; a result as
     *     {@link FlatVariables} lays it out
     * @param notFinite what was not finite, in words: the step then changes nothing; null where all was
     */
    record Means(double loss, long examples, byte[] values, String notFinite) {}
}
