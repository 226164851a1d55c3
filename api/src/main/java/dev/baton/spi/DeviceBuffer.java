package dev.baton.spi;

import java.nio.ByteBuffer;

/** Memory of a device. */
public interface DeviceBuffer extends AutoCloseable {

    /** The size in bytes. */
    long bytes();

    /** Makes the size at least so many bytes; what is there stays, and stays where it is. New bytes are zero. */
    void grow(long bytes);

    /** Copies the rest of a host buffer to an offset in bytes. */
    void upload(long offset, ByteBuffer source);

    /** Fills the rest of a host buffer from an offset in bytes. */
    void download(long offset, ByteBuffer target);

    @Override
    void close();
}
