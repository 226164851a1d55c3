package dev.baton.report;

import dev.baton.DataException;
import dev.baton.train.EpochResult;
import dev.baton.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes what TensorBoard shows: the loss of every step as {@code training/loss}, and after every epoch the pace as {@code
 * training/samples per second} and each metric as {@code validation/NAME}. Give a trainer several listeners with {@link
 * TrainingListener#then}; look with {@code tensorboard --logdir FOLDER}, while the run goes on too.
 *
 * <p>Where a run goes on from a checkpoint, TensorBoard leaves out what was written of the steps after it.
 */
public final class TensorBoard implements TrainingListener, AutoCloseable {

    private final EventFile file;
    private long step;

    private TensorBoard(EventFile file) {
        this.file = file;
    }

    /**
     * Begins a file of events.
     *
     * @param folder of the run; made where it is not there. TensorBoard takes all files in one folder for one run
     * @throws DataException if it cannot be written
     */
    public static TensorBoard to(Path folder) {
        return new TensorBoard(EventFile.begin(folder));
    }

    @Override
    public void resumed(long step, String difference) {
        this.step = step;
        write(() -> file.restarted(step));
    }

    @Override
    public void batch(int epoch, int batch, int batches, float loss) {
        step++;
        write(() -> file.scalars(step, Map.of("training/loss", (double) loss)));
    }

    @Override
    public void epoch(EpochResult result) {
        var scalars = new LinkedHashMap<String, Double>();
        scalars.put("training/samples per second", result.samplesPerSecond());
        result.metrics().forEach((name, value) -> scalars.put("validation/" + name, value));
        write(() -> {
            file.scalars(step, scalars);
            file.flush();
        });
    }

    /** Ends the file; closing twice does nothing. */
    @Override
    public void close() {
        write(file::close);
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void write(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new DataException("cannot write " + file.path() + " for TensorBoard: " + e, e);
        }
    }
}
