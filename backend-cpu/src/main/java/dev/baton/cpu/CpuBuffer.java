package dev.baton.cpu;

import dev.baton.BackendException;
import dev.baton.StateException;
import dev.baton.cpu.core.NativeCore;
import dev.baton.spi.DeviceBuffer;
import java.nio.ByteBuffer;

/** Memory over reserved address space: it grows without moving, so that plans made earlier stay valid. */
final class CpuBuffer implements DeviceBuffer {

    /** Address space costs nothing until it is used. */
    private static final long RESERVED = 1L << 40;

    private final NativeCore.MemoryHandle handle = new NativeCore.MemoryHandle();
    private long address;
    private long bytes;

    CpuBuffer() {
        CpuBackend.check(NativeCore.baton_memory_reserve(RESERVED, handle));
        address = NativeCore.baton_memory_address(handle);
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
            CpuBackend.check(NativeCore.baton_memory_grow(handle, wanted));
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
        long hostAddress = NativeCore.baton_address(host.duplicate().clear()) + host.position();
        long own = address + offset;
        CpuBackend.check(NativeCore.baton_copy(up ? own : hostAddress, up ? hostAddress : own, host.remaining()));
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
            NativeCore.baton_memory_release(handle);
        }
    }
}
