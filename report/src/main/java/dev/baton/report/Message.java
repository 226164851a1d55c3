package dev.baton.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A message in the encoding of Protocol Buffers (https://protobuf.dev/programming-guides/encoding). */
final class Message {

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int WITH_LENGTH = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A whole number that is not negative. */
    Message whole(int field, long number) {
        key(field, VARINT);
        varint(number);
        return this;
    }

    Message number(int field, double number) {
        key(field, EIGHT_BYTES);
        bytes.writeBytes(little(Double.BYTES).putDouble(number).array());
        return this;
    }

    Message number(int field, float number) {
        key(field, FOUR_BYTES);
        bytes.writeBytes(little(Float.BYTES).putFloat(number).array());
        return this;
    }

    Message text(int field, String text) {
        return withLength(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message message) {
        return withLength(field, message.toBytes());
    }

    private Message withLength(int field, byte[] content) {
        key(field, WITH_LENGTH);
        varint(content.length);
        bytes.writeBytes(content);
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private void key(int field, int kind) {
        varint((long) field << 3 | kind);
    }

    private void varint(long number) {
        long left = number;
        while (left > 0x7F) {
            bytes.write((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        bytes.write((int) left);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
