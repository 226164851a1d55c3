package dev.baton.core;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.ByPtrPtr;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Namespace;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The functions of one native core, by their names in {@code native/include/baton.h}; see there. {@link CoreLibrary} loads
 * it: nothing is loaded when this class is initialized.
 */
@Platform(
        value = {"linux-x86_64", "linux-arm64"},
        include = "baton_loader.h")
@Name("baton_core")
@NoException
public final class NativeCore extends Pointer {

    /** An opened backend. */
    @Opaque
    @Namespace
    @Name("baton_backend")
    public static final class BackendHandle extends Pointer {}

    /** Memory that grows. */
    @Opaque
    @Namespace
    @Name("baton_memory")
    public static final class MemoryHandle extends Pointer {}

    /** A plan. */
    @Opaque
    @Namespace
    @Name("baton_plan")
    public static final class PlanHandle extends Pointer {}

    /** Backends that add values up among each other. */
    @Opaque
    @Namespace
    @Name("baton_group")
    public static final class GroupHandle extends Pointer {}

    /** JavaCPP makes one for an address. */
    private NativeCore(Pointer address) {
        super(address);
    }

    /** The core in a library; null where it cannot be loaded. */
    @Namespace
    static native @Const NativeCore baton_load(String path);

    /** Why the last one could not be loaded. */
    @Namespace
    static native String baton_load_failure();

    public native int probe();

    public native String last_error();

    public native int backend_open(int number, String isa, @ByPtrPtr BackendHandle backend);

    public native void backend_close(BackendHandle backend);

    public native String backend_isa(@Const BackendHandle backend);

    public native int backend_has_bfloat16(@Const BackendHandle backend);

    public native int has_command(long opcode);

    public native String processor();

    public native String openblas_core();

    public native int backend_has_own_products(@Const BackendHandle backend);

    public native int memory_reserve(BackendHandle backend, long capacity, @ByPtrPtr MemoryHandle memory);

    public native int memory_grow(MemoryHandle memory, long bytes);

    public native long memory_address(@Const MemoryHandle memory);

    public native void memory_release(MemoryHandle memory);

    public native long address(@Cast("const void*") ByteBuffer buffer);

    public native int copy(long target, long source, long bytes);

    public native int plan_create(
            BackendHandle backend,
            @Cast("const int64_t*") LongBuffer code,
            long words,
            @Cast("const int64_t*") LongBuffer addresses,
            @Cast("const int64_t*") LongBuffer sizes,
            int spaces,
            long arguments,
            @ByPtrPtr PlanHandle plan);

    public native int plan_shared(
            @Const BackendHandle backend,
            @Cast("const int64_t*") LongBuffer code,
            long words,
            @Cast("const int64_t*") LongBuffer sizes,
            int spaces,
            @Cast("int64_t*") LongBuffer bytes);

    public native int convolution_scratch(
            @Const BackendHandle backend,
            @Cast("const int64_t*") LongBuffer geometry,
            long opcode,
            @Cast("int64_t*") LongBuffer bytes);

    public native int plan_run(long plan);

    public native int is_asynchronous();

    public native int plan_start(long plan);

    public native int plan_is_running(long plan);

    public native int plan_prefetch(long plan);

    public native int plan_finish(long plan);

    public native int plan_read(long plan, long first, long target, long bytes);

    public native void plan_destroy(PlanHandle plan);

    public native long plan_runs();

    public native int group_create(int members, @ByPtrPtr GroupHandle group);

    public native int group_name(@Cast("char*") ByteBuffer name);

    public native int group_find(@Cast("const char*") ByteBuffer name, int members, @ByPtrPtr GroupHandle group);

    public native int backend_join(BackendHandle backend, GroupHandle group, int member);

    public native void group_break(GroupHandle group);

    public native void group_release(GroupHandle group);

    public native int backend_free_memory(@Const BackendHandle backend, @Cast("int64_t*") LongBuffer bytes);
}
