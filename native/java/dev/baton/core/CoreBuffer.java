package dev.baton.core;

import dev.baton.BackendException;
import dev.baton.StateException;
import dev.baton.spi.DeviceBuffer;
import java.nio.ByteBuffer;

/** Memory over reserved address space: it grows without moving, so that plans made earlier stay valid. */
final class CoreBuffer implements DeviceBuffer {

    private final CoreBackend backend;
    private final NativeCore.MemoryHandle handle = new NativeCore.MemoryHandle();
    private long address;
    private long bytes;

    /** @param most the bytes that it can grow to */
    CoreBuffer(CoreBackend backend, long most) {
        this.backend = backend;
        backend.check(backend.core().memory_reserve(backend.handle(), Math.max(most, 1), handle));
        address = backend.core().memory_address(handle);
    }

    long address() {
        return address;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void grow(long wanted) {
        requireOpen();
        if (wanted > bytes) {
            backend.check(backend.core().memory_grow(handle, wanted));
            bytes = wanted;
        }
    }

    @Override
    public void upload(long offset, ByteBuffer source) {
        copy(offset, source, true);
    }

    @Override
    public void download(long offset, ByteBuffer target) {
        copy(offset, target, false);
    }

    private void copy(long offset, ByteBuffer host, boolean up) {
        requireOpen();
        if (!host.isDirect() || offset < 0 || offset + host.remaining() > bytes) {
            throw new BackendException("cannot copy " + host.remaining() + " bytes at " + offset + " of " + bytes
                    + ": the buffer must be direct and the range inside of the memory");
        }
        long hostAddress = backend.core().address(host.duplicate().clear()) + host.position();
        long own = address + offset;
        backend.check(backend.core().copy(up ? own : hostAddress, up ? hostAddress : own, host.remaining()));
    }

    private void requireOpen() {
        if (address == 0) {
            throw new StateException("the memory is closed");
        }
    }

    @Override
    public void close() {
        if (address != 0) {
            address = 0;
            backend.core().memory_release(handle);
        }
    }
}
