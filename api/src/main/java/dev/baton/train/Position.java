package dev.baton.train;

import dev.baton.DataException;
import java.util.Map;

/** Where a training run is: what it has learnt from, and the losses of the epoch that it is in. */
final class Position {

    private int epoch;
    private int batch;
    private long steps;
    private double losses;
    private long seen;
    private boolean measured;

    /** The epoch that is going on, from 0. */
    int epoch() {
        return epoch;
    }

    /** How many batches of the epoch were learnt from. */
    int batch() {
        return batch;
    }

    /** How many steps the run has made. */
    long steps() {
        return steps;
    }

    /** How many examples of the epoch were learnt from. */
    long seen() {
        return seen;
    }

    /** The mean loss of the epoch's examples so far. */
    double meanLoss() {
        return losses / seen;
    }

    /** Whether the epoch was measured already, though it was cut short by the length of the run. */
    boolean measured() {
        return measured;
    }

    void measuredInPart() {
        measured = true;
    }

    void learnt(float meanLoss, long examples) {
        measured = false;
        losses += meanLoss * examples;
        seen += examples;
        batch++;
        steps++;
    }

    void nextEpoch() {
        epoch++;
        batch = 0;
        losses = 0;
        seen = 0;
    }

    /** As texts of a checkpoint; the sum of losses to the last bit. */
    Map<String, String> texts() {
        return Map.of(
                "epoch", Integer.toString(epoch),
                "batch", Integer.toString(batch),
                "run.steps", Long.toString(steps),
                "losses", Double.toHexString(losses),
                "seen", Long.toString(seen),
                "measured", Boolean.toString(measured));
    }

    /**
     * From a checkpoint's texts.
     *
     * @throws DataException if one is missing or no number
     */
    static Position of(Map<String, String> texts) {
        var position = new Position();
        try {
            position.epoch = Integer.parseInt(text(texts, "epoch"));
            position.batch = Integer.parseInt(text(texts, "batch"));
            position.steps = Long.parseLong(text(texts, "run.steps"));
            position.losses = Double.parseDouble(text(texts, "losses"));
            position.seen = Long.parseLong(text(texts, "seen"));
            position.measured = Boolean.parseBoolean(text(texts, "measured"));
        } catch (NumberFormatException e) {
            throw new DataException("the checkpoint's position is not made of numbers: " + texts, e);
        }
        return position;
    }

    private static String text(Map<String, String> texts, String name) {
        String text = texts.get(name);
        if (text == null) {
            throw new DataException("the checkpoint lacks '" + name + "'; it has " + texts.keySet());
        }
        return text;
    }
}
