package dev.baton.cpu;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.ByPtrPtr;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/** The functions of {@code native/include/baton.h}; see there. Loaded by {@link NativeLibrary}, never by itself. */
@Platform(
        value = "linux-x86_64",
        include = "baton.h",
        link = "baton",
        preload = {"gcc_s@.1", "quadmath@.0", "gfortran@.5", "openblas@.0"},
        preloadresource = "/org/bytedeco/openblas/")
@NoException
final class NativeCore {

    /** An opened backend. */
    @Opaque
    @Name("baton_backend")
    static final class BackendHandle extends Pointer {}

    /** Memory that grows. */
    @Opaque
    @Name("baton_memory")
    static final class MemoryHandle extends Pointer {}

    /** A plan. */
    @Opaque
    @Name("baton_plan")
    static final class PlanHandle extends Pointer {}

    private NativeCore() {}

    static native int baton_abi_version();

    static native String baton_last_error();

    static native int baton_backend_open(int threads, String isa, @ByPtrPtr BackendHandle backend);

    static native void baton_backend_close(BackendHandle backend);

    static native String baton_backend_isa(@Const BackendHandle backend);

    static native String baton_processor();

    static native String baton_openblas_core();

    static native int baton_memory_reserve(long capacity, @ByPtrPtr MemoryHandle memory);

    static native int baton_memory_grow(MemoryHandle memory, long bytes);

    static native long baton_memory_address(@Const MemoryHandle memory);

    static native void baton_memory_release(MemoryHandle memory);

    static native long baton_address(@Cast("const void*") ByteBuffer buffer);

    static native void baton_copy(long target, long source, long bytes);

    static native int baton_plan_create(
            BackendHandle backend,
            @Cast("const int64_t*") LongBuffer code,
            long words,
            @Cast("const int64_t*") LongBuffer addresses,
            @Cast("const int64_t*") LongBuffer sizes,
            int spaces,
            long arguments,
            @ByPtrPtr PlanHandle plan);

    static native int baton_plan_run(long plan);

    static native void baton_plan_destroy(PlanHandle plan);

    static native long baton_plan_runs();
}
