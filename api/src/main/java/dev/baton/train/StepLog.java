package dev.baton.train;

import dev.baton.DataException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes every step and every epoch of a run to a file, for plots: one JSON object a line, {@code
 * {"step":12,"epoch":2,"loss":0.531}} after a step and {@code {"step":20,"epoch":2,"loss":0.52,"accuracy":0.81,...}} with
 * {@code "samplesPerSecond"} after an epoch. A loss that is no number is {@code null}. Where a run goes on from a
 * checkpoint, what was written after that is taken away first.
 */
public final class StepLog implements TrainingListener, AutoCloseable {

    private static final Pattern STEP = Pattern.compile("\\{\"step\":(\\d{1,18}),.*}");

    private static final String PACE = ",\"samplesPerSecond\":";

    private final Path file;
    private BufferedWriter writer;
    private long step;
    private long loggedEpoch = -1;

    private StepLog(Path file) {
        this.file = file;
    }

    /** A log that begins anew, unless the run goes on from a checkpoint; its folder must be there. */
    public static StepLog to(Path file) {
        return new StepLog(file);
    }

    @Override
    public void resumed(long step, String difference) {
        this.step = step;
        try {
            List<String> kept = Files.readAllLines(file).stream()
                    .takeWhile(line -> isUpTo(line, step))
                    .toList();
            Files.write(file, kept);
            if (!kept.isEmpty() && kept.get(kept.size() - 1).contains(PACE)) {
                loggedEpoch = step;
            }
            writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        } catch (NoSuchFileException e) {
            // The run was not logged so far: the log begins here.
            writer = null;
        } catch (MalformedInputException e) {
            throw new DataException(file + ": this is no log of steps; move it away, or name another file", e);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** A line that was cut off when the process ended is none. */
    private static boolean isUpTo(String line, long step) {
        Matcher matcher = STEP.matcher(line);
        return matcher.matches() && Long.parseLong(matcher.group(1)) <= step;
    }

    @Override
    public void batch(int epoch, int batch, int batches, float loss) {
        step++;
        write("{\"step\":" + step + ",\"epoch\":" + epoch + ",\"loss\":" + number(loss) + "}");
    }

    @Override
    public void epoch(EpochResult result) {
        var line = new StringBuilder(
                "{\"step\":" + step + ",\"epoch\":" + result.epoch() + ",\"loss\":" + number(result.loss()));
        result.metrics()
                .forEach((name, value) -> line.append(",\"")
                        .append(name.replace("\\", "\\\\").replace("\"", "\\\""))
                        .append("\":")
                        .append(number(value)));
        // A checkpoint of the epoch's last step comes before its line: the epoch is measured once more then.
        if (step != loggedEpoch) {
            write(line + PACE + number(result.samplesPerSecond()) + "}");
        }
    }

    /** JSON has no word for what is not finite. */
    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }

    private static String number(float value) {
        return Float.isFinite(value) ? Float.toString(value) : "null";
    }

    private void write(String line) {
        try {
            if (writer == null) {
                writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
            }
            writer.write(line);
            writer.newLine();
            // What a checkpoint was made after is in the log when the run goes on from there.
            writer.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private DataException failed(IOException e) {
        return new DataException("cannot write the log " + file + ": " + e, e);
    }

    /** Closes the file; closing twice does nothing. */
    @Override
    public void close() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }
}
