package dev.baton.spi;

import java.nio.ByteBuffer;

/** Memory of a device. Host buffers are direct and in native byte order. */
public interface DeviceBuffer extends AutoCloseable {

    /** The size in bytes. */
    long bytes();

    /**
     * Makes the size at least so many bytes; what is there stays, and new bytes are zero. Plans that were compiled before
     * go on working: where they hold addresses, what is there must not move.
     */
    void grow(long bytes);

    /** Copies the rest of a host buffer to an offset in bytes. */
    void upload(long offset, ByteBuffer source);

    /** Fills the rest of a host buffer from an offset in bytes. */
    void download(long offset, ByteBuffer target);

    @Override
    void close();
}
