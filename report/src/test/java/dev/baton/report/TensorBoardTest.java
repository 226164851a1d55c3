package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.train.EpochResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {

    @TempDir
    private Path folder;

    private static EpochResult result(int epoch) {
        return new EpochResult(epoch, 3, 0.5, Map.of("accuracy", 0.25), 1000, Duration.ZERO, List.of(), Duration.ZERO);
    }

    private byte[] onlyFile(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            assertThat(all.get(0).getFileName().toString()).startsWith("events.out.tfevents.");
            return Files.readAllBytes(all.get(0));
        }
    }

    @Test
    void beginsAsFilesOfTensorFlowDo() throws IOException {
        TensorBoard.to(folder.resolve("run")).close();
        byte[] bytes = onlyFile(folder.resolve("run"));

        // The length 24 with its checksum, the key of the time, and after it the version: the same in every such file.
        assertThat(Arrays.copyOf(bytes, 13)).containsExactly(0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09);
        assertThat(new String(bytes, 21, 15, StandardCharsets.ISO_8859_1)).isEqualTo("\u001a\rbrain.Event:2");
    }

    @Test
    void holdsStepsAndEpochs() throws IOException {
        try (TensorBoard board = TensorBoard.to(folder)) {
            board.batch(1, 1, 2, 2.5f);
            board.batch(1, 2, 2, 1.5f);
            board.epoch(result(1));
        }
        List<String> events = events(onlyFile(folder));

        assertThat(events)
                .containsExactly(
                        "version brain.Event:2",
                        "step 1 training/loss 2.5",
                        "step 2 training/loss 1.5",
                        "step 2 training/samples per second 1000.0 validation/accuracy 0.25");
    }

    @Test
    void aRunThatGoesOnTakesBackWhatCameAfterItsCheckpoint() throws IOException {
        try (TensorBoard board = TensorBoard.to(folder)) {
            board.resumed(300, "");
            board.batch(2, 1, 2, 1);
        }

        assertThat(events(onlyFile(folder)))
                .containsExactly("version brain.Event:2", "step 301 restarted", "step 301 training/loss 1.0");
    }

    @Test
    void whoLooksOnSeesWholeEpochs() throws IOException {
        try (TensorBoard board = TensorBoard.to(folder)) {
            board.batch(1, 1, 1, 1);
            board.epoch(result(1));
            assertThat(events(onlyFile(folder))).hasSize(3);
        }
    }

    @Test
    void saysWhereItCannotWrite() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> TensorBoard.to(file.resolve("run")))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("cannot begin a file for TensorBoard in " + file.resolve("run"));
    }

    /** Takes a file apart, checksums and all, by the descriptions of the two formats. */
    private static List<String> events(byte[] file) {
        var events = new ArrayList<String>();
        var bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            int start = bytes.position();
            int length = (int) bytes.getLong();
            assertThat(bytes.getInt()).isEqualTo(masked(file, start, Long.BYTES));
            events.add(event(bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN)));
            bytes.position(bytes.position() + length);
            assertThat(bytes.getInt()).isEqualTo(masked(file, start + 12, length));
        }
        return events;
    }

    /** CRC-32C bit by bit: polynomial 0x1EDC6F41, reflected; then as TFRecord files turn it. */
    private static int masked(byte[] bytes, int from, int count) {
        int crc = -1;
        for (int i = from; i < from + count; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82F63B78;
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    private static String event(ByteBuffer message) {
        var text = new StringBuilder();
        while (message.hasRemaining()) {
            int key = (int) varint(message);
            switch (key >> 3) {
                case 1 -> assertThat(message.getDouble()).isBetween(1.7e9, 1e10);
                case 2 -> text.append("step ").append(varint(message));
                case 3 -> text.append("version ").append(text(message));
                case 5 -> {
                    ByteBuffer summary = part(message);
                    while (summary.hasRemaining()) {
                        assertThat(summary.get()).isEqualTo((byte) (1 << 3 | 2));
                        ByteBuffer value = part(summary);
                        assertThat(value.get()).isEqualTo((byte) (1 << 3 | 2));
                        text.append(" ").append(text(value));
                        assertThat(value.get()).isEqualTo((byte) (2 << 3 | 5));
                        text.append(" ").append(value.getFloat());
                        assertThat(value.hasRemaining()).isFalse();
                    }
                }
                case 7 -> {
                    ByteBuffer log = part(message);
                    assertThat(log.get()).isEqualTo((byte) (1 << 3));
                    assertThat(varint(log)).isEqualTo(1);
                    text.append(" restarted");
                }
                default -> throw new AssertionError("field " + (key >> 3));
            }
        }
        return text.toString();
    }

    private static ByteBuffer part(ByteBuffer message) {
        int length = (int) varint(message);
        ByteBuffer part = message.slice(message.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        message.position(message.position() + length);
        return part;
    }

    private static String text(ByteBuffer message) {
        return StandardCharsets.UTF_8.decode(part(message)).toString();
    }

    private static long varint(ByteBuffer message) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = message.get();
            number |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }
}
