package dev.baton.report;

import dev.baton.DataException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * A file of events as TensorBoard reads it: records with two checksums each, as TFRecord files have them
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord), of messages {@code Event}
 * (https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto).
 */
final class EventFile {

    // The fields of Event, of its Summary and SessionLog, and of a Summary's Value.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int STATUS = 1;

    private static final int STATUS_START = 1;
    private static final String VERSION = "brain.Event:2";
    private static final int MASK = 0xa282ead8;

    /** Whoever looks on sees steps at most so late. */
    private static final long NANOSECONDS_BETWEEN = TimeUnit.SECONDS.toNanos(2);

    private final Path path;
    private final OutputStream out;
    private long flushed = System.nanoTime();

    private EventFile(Path path, OutputStream out) {
        this.path = path;
        this.out = out;
    }

    static EventFile begin(Path folder) {
        // TensorBoard takes files with this in their name, in the order of their names.
        String name = "events.out.tfevents." + Instant.now().getEpochSecond() + "." + UUID.randomUUID();
        Path path = folder.resolve(name);
        try {
            Files.createDirectories(folder);
            var out = new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.CREATE_NEW));
            var file = new EventFile(path, out);
            file.write(event(0).text(FILE_VERSION, VERSION));
            file.flush();
            return file;
        } catch (IOException e) {
            throw new DataException("cannot begin a file for TensorBoard in " + folder + ": " + e, e);
        }
    }

    Path path() {
        return path;
    }

    /** Numbers of a step, by their names. */
    void scalars(long step, Map<String, Double> numbers) throws IOException {
        var summary = new Message();
        numbers.forEach((name, number) -> summary.message(
                SUMMARY_VALUE, new Message().text(TAG, name).number(SIMPLE_VALUE, number.floatValue())));
        write(event(step).message(SUMMARY, summary));
        if (System.nanoTime() - flushed > NANOSECONDS_BETWEEN) {
            flush();
        }
    }

    /** What was written before of the steps from the next one on counts no longer. */
    void restarted(long step) throws IOException {
        write(event(step + 1).message(SESSION_LOG, new Message().whole(STATUS, STATUS_START)));
        flush();
    }

    private static Message event(long step) {
        Instant now = Instant.now();
        Message event = new Message().number(WALL_TIME, now.getEpochSecond() + now.getNano() / 1e9);
        // A number that is 0 is left out of a message.
        return step == 0 ? event : event.whole(STEP, step);
    }

    private void write(Message message) throws IOException {
        byte[] data = message.toBytes();
        byte[] length = little(Long.BYTES).putLong(data.length).array();
        out.write(length);
        out.write(checksum(length));
        out.write(data);
        out.write(checksum(data));
    }

    private static byte[] checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        int rotated = Integer.rotateRight((int) crc.getValue(), 15);
        return little(Integer.BYTES).putInt(rotated + MASK).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void flush() throws IOException {
        out.flush();
        flushed = System.nanoTime();
    }

    void close() throws IOException {
        out.close();
    }
}
