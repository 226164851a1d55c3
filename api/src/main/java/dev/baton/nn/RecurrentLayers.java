package dev.baton.nn;

import dev.baton.BatonException;

/**
 * How recurrent layers are stacked. One layer, read forwards, where nothing else is said:
 * {@code new LSTM(128, 256, RecurrentLayers.of(2).bidirectional().dropout(0.2))}.
 */
public final class RecurrentLayers {

    private final int count;
    private final boolean bidirectional;
    private final double dropout;

    private RecurrentLayers(int count, boolean bidirectional, double dropout) {
        this.count = count;
        this.bidirectional = bidirectional;
        this.dropout = dropout;
    }

    /** So many layers, each of which reads the outputs of the one below. */
    public static RecurrentLayers of(int count) {
        if (count < 1) {
            throw new BatonException("a recurrent network has at least one layer, not " + count);
        }
        return new RecurrentLayers(count, false, 0);
    }

    /** Each layer has a second half that reads the sequence from its end; outputs are side by side. */
    public RecurrentLayers bidirectional() {
        return new RecurrentLayers(count, true, dropout);
    }

    /**
     * Dropout between the layers, in training.
     *
     * @param rate the probability of 0, in [0, 1)
     */
    public RecurrentLayers dropout(double rate) {
        if (count == 1) {
            throw new BatonException(
                    "dropout acts between recurrent layers, and there is only one: take more layers, or "
                            + "put a Dropout behind it");
        }
        return new RecurrentLayers(count, bidirectional, rate);
    }

    int count() {
        return count;
    }

    int directions() {
        return bidirectional ? 2 : 1;
    }

    double rate() {
        return dropout;
    }

    /** What descriptions add to the sizes; empty for one layer, read forwards. */
    String describe() {
        return (count == 1 ? "" : ", " + count + " layers")
                + (bidirectional ? ", bidirectional" : "")
                + (dropout == 0 ? "" : ", dropout " + dropout);
    }
}
