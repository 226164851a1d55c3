package dev.baton.cpu.core;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.ByPtrPtr;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The functions of {@code native/include/baton.h}; see there. The CPU backend loads it: nothing is loaded when this class
 * is initialized.
 */
@Platform(
        value = "linux-x86_64",
        include = "baton.h",
        link = "baton",
        preload = {"gcc_s@.1", "quadmath@.0", "gfortran@.5", "openblas@.0"},
        preloadresource = "/org/bytedeco/openblas/")
@NoException
public final class NativeCore {

    /** An opened backend. */
    @Opaque
    @Name("baton_backend")
    public static final class BackendHandle extends Pointer {}

    /** Memory that grows. */
    @Opaque
    @Name("baton_memory")
    public static final class MemoryHandle extends Pointer {}

    /** A plan. */
    @Opaque
    @Name("baton_plan")
    public static final class PlanHandle extends Pointer {}

    private NativeCore() {}

    public static native int baton_abi_version();

    public static native String baton_last_error();

    public static native int baton_backend_open(int threads, String isa, @ByPtrPtr BackendHandle backend);

    public static native void baton_backend_close(BackendHandle backend);

    public static native String baton_backend_isa(@Const BackendHandle backend);

    public static native int baton_backend_has_bfloat16(@Const BackendHandle backend);

    public static native int baton_has_command(long opcode);

    public static native String baton_processor();

    public static native String baton_openblas_core();

    public static native int baton_backend_has_own_products(@Const BackendHandle backend);

    public static native int baton_memory_reserve(long capacity, @ByPtrPtr MemoryHandle memory);

    public static native int baton_memory_grow(MemoryHandle memory, long bytes);

    public static native long baton_memory_address(@Const MemoryHandle memory);

    public static native void baton_memory_release(MemoryHandle memory);

    public static native long baton_address(@Cast("const void*") ByteBuffer buffer);

    public static native int baton_copy(long target, long source, long bytes);

    public static native int baton_plan_create(
            BackendHandle backend,
            @Cast("const int64_t*") LongBuffer code,
            long words,
            @Cast("const int64_t*") LongBuffer addresses,
            @Cast("const int64_t*") LongBuffer sizes,
            int spaces,
            long arguments,
            @ByPtrPtr PlanHandle plan);

    public static native int baton_convolution_scratch(
            @Const BackendHandle backend,
            @Cast("const int64_t*") LongBuffer geometry,
            long opcode,
            @Cast("int64_t*") LongBuffer bytes);

    public static native int baton_plan_run(long plan);

    public static native void baton_plan_destroy(PlanHandle plan);

    public static native long baton_plan_runs();
}
