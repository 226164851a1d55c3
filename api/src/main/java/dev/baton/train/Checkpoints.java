package dev.baton.train;

import dev.baton.BatonException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where and how often a training run is saved, so that it can go on after a crash to the last bit as if nothing had
 * happened: after every epoch, the last three of them, unless changed. The folder is made where it is missing; one run
 * at a time may write there.
 *
 * @param folder of the checkpoints
 * @param everySteps also after so many steps; 0 for after every epoch alone
 * @param kept how many of the last ones are kept, at least 1
 */
public record Checkpoints(Path folder, long everySteps, int kept) {

    private static final int USUALLY_KEPT = 3;

    public Checkpoints {
        Objects.requireNonNull(folder, "folder");
        if (everySteps < 0) {
            throw new BatonException("checkpoints come after every so many steps, not after every " + everySteps);
        }
        if (kept < 1) {
            throw new BatonException("at least the last checkpoint is kept, not " + kept);
        }
    }

    /** Checkpoints after every epoch, the last three of which are kept. */
    public static Checkpoints in(Path folder) {
        return new Checkpoints(folder, 0, USUALLY_KEPT);
    }

    /** The same, and after every so many steps, counted from the first of the run. */
    public Checkpoints everySteps(long steps) {
        return new Checkpoints(folder, steps, kept);
    }

    /** The same, but so many of the last ones are kept. */
    public Checkpoints keep(int count) {
        return new Checkpoints(folder, everySteps, count);
    }
}
