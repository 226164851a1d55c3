package dev.baton.train;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;

/** The best epoch of a run so far and the model's weights after it; keeps nothing where nobody asked for it. */
final class BestEpoch {

    private static final String EPOCH = "best.epoch";
    private static final String VALUE = "best.value";

    private final Session session;
    private final Layer model;
    private final EarlyStopping wanted;
    private final Map<String, NDArray> weights = new LinkedHashMap<>();
    private int epoch;
    private int last;
    private double value = Double.NaN;

    /** @param wanted null where the run goes on to its end and keeps its last weights */
    BestEpoch(Session session, Layer model, EarlyStopping wanted) {
        this.session = session;
        this.model = model;
        this.wanted = wanted;
    }

    void observe(EpochResult result) {
        if (wanted == null) {
            return;
        }
        last = result.epoch();
        double measured = result.metric(wanted.metric());
        if (wanted.isBetter(measured, value)) {
            epoch = last;
            value = measured;
            for (LayerVariable variable : model.variables()) {
                weights.put(variable.name(), session.value(variable.name()));
            }
        }
    }

    /** Whether the metric has not got better for too long. */
    boolean isLongAgo() {
        return wanted != null && last - epoch > wanted.patience();
    }

    /** Gives the model the weights of its best epoch; the last ones where no epoch could be measured. */
    void restore() {
        weights.forEach(session::set);
    }

    /** What a checkpoint has to hold beside the last weights. */
    Map<String, NDArray> weights() {
        return weights;
    }

    Map<String, String> texts() {
        return wanted == null ? Map.of() : Map.of(EPOCH, Integer.toString(epoch), VALUE, Double.toHexString(value));
    }

    /**
     * Goes on from a checkpoint that was made after so many epochs.
     *
     * @throws DataException if that was made without early stopping, or this is without and that is not
     */
    void restore(Map<String, String> texts, Map<String, NDArray> kept, int epochs) {
        String saved = texts.get(EPOCH);
        if ((saved == null) != (wanted == null)) {
            throw new DataException("the run began " + (saved == null ? "without" : "with")
                    + " early stopping and cannot go on " + (saved == null ? "with" : "without") + " it");
        }
        if (saved != null) {
            try {
                epoch = Integer.parseInt(saved);
                value = Double.parseDouble(texts.getOrDefault(VALUE, ""));
            } catch (NumberFormatException e) {
                throw new DataException("the checkpoint's best epoch is not made of numbers: " + texts, e);
            }
            last = epochs;
            weights.putAll(kept);
        }
    }
}
