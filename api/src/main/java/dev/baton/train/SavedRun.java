package dev.baton.train;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.io.Checkpoint;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** The checkpoints of one run of a trainer; none where none are wanted. */
final class SavedRun implements AutoCloseable {

    private static final String DATA = "data";
    private static final String LENGTH = "length";

    /** In front of the names of the best epoch's weights. */
    private static final String BEST = "best/";

    private final TrainStep step;
    private final Checkpoints wanted;
    private final TrainingListener listener;
    private final BestEpoch best;
    private final CheckpointFolder folder;
    private String data;
    private String length;
    private boolean savedInPart;
    private long savedSteps = -1;
    private int savedEpoch = -1;

    SavedRun(TrainStep step, Checkpoints wanted, TrainingListener listener, BestEpoch best) {
        this.step = step;
        this.wanted = wanted;
        this.listener = listener;
        this.best = best;
        this.folder = wanted == null ? null : CheckpointFolder.open(wanted);
    }

    /** Where the run begins. */
    Position begin(RunSteps training, Epochs epochs, boolean resuming) {
        if (folder == null) {
            return new Position();
        }
        data = training.identity();
        length = epochs.toString();
        Path newest = folder.newest();
        if (newest == null) {
            return new Position();
        }
        if (!resuming) {
            throw new StateException(wanted.folder() + " has the checkpoints of a run, the last of which is "
                    + newest.getFileName() + ": go on with resume, or name another folder");
        }
        Checkpoint checkpoint = read(newest);
        try {
            String before = checkpoint.texts().get(DATA);
            if (!data.equals(before)) {
                throw new DataException("the run began with other data, " + before + ", and cannot go on with " + data);
            }
            Position position = Position.of(checkpoint.texts());
            training.prepare();
            var kept = new LinkedHashMap<String, NDArray>();
            var variables = new LinkedHashMap<String, NDArray>();
            checkpoint.variables().forEach((name, array) -> {
                if (name.startsWith(BEST)) {
                    kept.put(name.substring(BEST.length()), array);
                } else {
                    variables.put(name, array);
                }
            });
            best.restore(checkpoint.texts(), kept, position.epoch());
            step.restore(new Checkpoint(variables, checkpoint.texts()));
            savedSteps = position.steps();
            savedEpoch = position.epoch();
            savedInPart = position.measured();
            listener.resumed(position.steps(), difference(checkpoint));
            return position;
        } catch (DataException e) {
            throw new DataException(newest + ": " + e.getMessage(), e);
        }
    }

    private Checkpoint read(Path newest) {
        try {
            return Checkpoint.read(newest);
        } catch (DataException e) {
            Path before = folder.before(newest);
            throw new DataException(
                    e.getMessage() + ". Without this file, resume "
                            + (before == null ? "begins anew" : "goes on from " + before.getFileName()),
                    e);
        }
    }

    private String difference(Checkpoint checkpoint) {
        String ofStep = step.difference(checkpoint);
        String before = checkpoint.texts().get(LENGTH);
        if (length.equals(before)) {
            return ofStep;
        }
        String other = "the run was to last " + before + " and is to last " + length
                + " now: a learning rate that follows the length is another one";
        return ofStep.isEmpty() ? other : ofStep + "; " + other;
    }

    /** In words, where the run goes on after it has failed. */
    String goesOn() {
        if (folder == null) {
            return "The run has no checkpoints (Trainer.of(...).checkpoints(...)) to go on from";
        }
        Path newest = folder.newest();
        return newest == null ? "The run has no checkpoint yet" : "Resume goes on from " + newest;
    }

    /** Saves after a step where that is wanted. */
    void step(Position at) {
        if (wanted != null && wanted.everySteps() > 0 && at.steps() % wanted.everySteps() == 0) {
            save(at);
        }
    }

    /** Saves, unless this very place was saved already. */
    void save(Position at) {
        boolean known = savedSteps == at.steps() && savedEpoch == at.epoch() && savedInPart == at.measured();
        // Before the first step there is nothing to go on from.
        if (folder != null && !known && at.steps() > 0) {
            var texts = new LinkedHashMap<>(at.texts());
            texts.put(DATA, data);
            texts.put(LENGTH, length);
            texts.putAll(best.texts());
            Checkpoint checkpoint = step.checkpoint(texts);
            var variables = new LinkedHashMap<>(checkpoint.variables());
            best.weights().forEach((name, array) -> variables.put(BEST + name, array));
            folder.write(at.steps(), new Checkpoint(variables, checkpoint.texts()));
            savedSteps = at.steps();
            savedEpoch = at.epoch();
            savedInPart = at.measured();
        }
    }

    @Override
    public void close() {
        if (folder != null) {
            folder.close();
        }
    }
}
