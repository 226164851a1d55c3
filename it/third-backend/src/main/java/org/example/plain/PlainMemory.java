package org.example.plain;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.program.Buffer;
import dev.baton.spi.DeviceBuffer;
import java.nio.ByteBuffer;

/** Memory on the Java heap. Plans keep offsets into it, not addresses, and do not notice that growing moves it. */
final class PlainMemory implements DeviceBuffer {

    private ByteBuffer memory = ByteBuffer.allocate(0);

    @Override
    public long bytes() {
        return memory.capacity();
    }

    @Override
    public void grow(long bytes) {
        if (bytes > bytes()) {
            memory = ByteBuffer.allocate(Math.toIntExact(bytes)).put(memory.clear());
        }
    }

    @Override
    public void upload(long offset, ByteBuffer source) {
        memory.put((int) offset, source, source.position(), source.remaining());
    }

    @Override
    public void download(long offset, ByteBuffer target) {
        target.put(memory.slice((int) offset, target.remaining()));
    }

    @Override
    public void close() {}

    /** The values of a buffer that lies at an offset. */
    double[] load(long offset, Buffer buffer) {
        NDArray array = NDArray.zeros(buffer.dtype(), Shape.of(buffer.elements()));
        download(offset, array.bytes());
        return array.toDoubleArray();
    }

    /** Puts the values of a buffer at an offset, each rounded to the buffer's type. */
    void store(double[] values, long offset, Buffer buffer) {
        NDArray array = NDArray.zeros(buffer.dtype(), Shape.of(buffer.elements()));
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        upload(offset, array.bytes());
    }
}
