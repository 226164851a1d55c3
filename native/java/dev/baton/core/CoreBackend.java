package dev.baton.core;

import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.composite.AllReduce;
import dev.baton.graph.Composite;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.program.Program;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;
import java.util.Arrays;
import java.util.stream.Stream;

/** A backend whose plans a native core runs. */
public abstract class CoreBackend implements Backend {

    /** Address space for what grows costs nothing until it is used. */
    private static final long RESERVED = 1L << 40;

    /** There may be hundreds of lanes, and of address space 2^47 bytes. */
    private static final long RESERVED_FOR_LANES = 1L << 36;

    private final String name;
    private final long reserved;
    private final NativeCore core;
    private final NativeCore.BackendHandle handle = new NativeCore.BackendHandle();
    private CoreGroup group;
    private long runs;
    private boolean closed;

    /**
     * Opens it.
     *
     * @param name what it is called by
     * @param number see {@code baton_backend_open}
     * @param instructionSet see there; null for the best one
     */
    protected CoreBackend(String name, NativeCore core, int number, String instructionSet) {
        this(name, core, number, instructionSet, false);
    }

    /**
     * Opens it, perhaps as a lane.
     *
     * @param number see {@code baton_backend_open}
     * @param instructionSet see there; null for the best one
     * @param isLane of another backend
     */
    protected CoreBackend(String name, NativeCore core, int number, String instructionSet, boolean isLane) {
        this.name = name;
        this.reserved = isLane ? RESERVED_FOR_LANES : RESERVED;
        this.core = core;
        check(core.backend_open(number, instructionSet == null ? "" : instructionSet, handle));
    }

    /** Turns a status into an exception with the native core's own words. */
    final void check(int status) {
        if (status != 0) {
            throw new BackendException(name + ": " + core.last_error());
        }
    }

    /** Trains together with others from now on. */
    final void join(CoreGroup joined, int number) {
        group = joined;
        check(core.backend_join(handle, joined.handle(), number));
    }

    @Override
    public final void leave() {
        if (group != null) {
            group.leave();
        }
    }

    protected final NativeCore core() {
        return core;
    }

    protected final NativeCore.BackendHandle handle() {
        return handle;
    }

    /** What products of bfloat16 need, as the end of a sentence; asked for where this backend has none. */
    protected abstract String needForBfloat16();

    @Override
    public final boolean supports(Node node) {
        if (node.operation() instanceof Composite composite
                && !(composite.isElementwise() ? Encoder.knows(composite) : WholeEncoder.knows(core, composite))) {
            return false;
        }
        if (node.attributes().flag(Primitive.BFLOAT16) && !hasBfloat16()) {
            return false;
        }
        if (node.operation() == AllReduce.INSTANCE && group == null) {
            return false;
        }
        if (PictureWords.isTransformed(node.operation()) && !PictureWords.byTransformedWeight(core, node)) {
            return false;
        }
        return Stream.concat(node.inputTypes().stream(), node.outputs().stream())
                .map(TensorType::dtype)
                .noneMatch(dtype -> dtype == DType.FLOAT64);
    }

    @Override
    public final Availability offers(Precision precision) {
        return precision == Precision.FLOAT32 || hasBfloat16()
                ? Availability.yes()
                : Availability.no("they need " + needForBfloat16() + "; this is " + device());
    }

    private boolean hasBfloat16() {
        return core.backend_has_bfloat16(handle) != 0;
    }

    @Override
    public final long scratch(Node node) {
        int opcode = PictureWords.convolutionOpcode(core, node);
        if (opcode == 0) {
            return WholeEncoder.scratch(node);
        }
        long[] words = PictureWords.geometry(node);
        NDArray geometry = NDArray.of(Shape.of(words.length), words);
        NDArray bytes = NDArray.zeros(DType.INT64, Shape.scalar());
        check(core.convolution_scratch(
                handle, geometry.bytes().asLongBuffer(), opcode, bytes.bytes().asLongBuffer()));
        return bytes.bytes().asLongBuffer().get(0);
    }

    @Override
    public final long sharedMemory(Program program) {
        // Nothing is touched: everything has room in every space.
        var sizes = new long[CorePlan.FIXED_SPACES + program.inputs().size()];
        Arrays.fill(sizes, 1L << 47);
        long[] words = new Encoder(core, program).encode();
        NDArray bytes = NDArray.zeros(DType.INT64, Shape.scalar());
        check(core.plan_shared(
                handle,
                CorePlan.direct(words),
                words.length,
                CorePlan.direct(sizes),
                sizes.length,
                bytes.bytes().asLongBuffer()));
        return bytes.bytes().asLongBuffer().get(0);
    }

    @Override
    public final String method(Node node) {
        return PictureWords.byWinograd(core, node) ? WINOGRAD : "";
    }

    @Override
    public final long freeMemory() {
        NDArray bytes = NDArray.zeros(DType.INT64, Shape.scalar());
        check(core.backend_free_memory(handle, bytes.bytes().asLongBuffer()));
        return bytes.bytes().asLongBuffer().get(0);
    }

    @Override
    public final DeviceBuffer allocate() {
        requireOpen();
        return new CoreBuffer(this, reserved);
    }

    @Override
    public final Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
        requireOpen();
        return new CorePlan(this, program, (CoreBuffer) variables, (CoreBuffer) workspace);
    }

    /** How many runs of any plan were begun. */
    final long runs() {
        return runs;
    }

    /** Counts a run; gives how many there were before. */
    final long beginRun() {
        return runs++;
    }

    private void requireOpen() {
        if (closed) {
            throw new StateException("the backend is closed");
        }
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            core.backend_close(handle);
            if (group != null) {
                group.closed();
            }
        }
    }
}
