package dev.baton.core;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.program.Buffer;
import dev.baton.program.Program;
import dev.baton.spi.Plan;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.function.ToLongFunction;

/** A native plan. A run writes the addresses of its inputs where the plan reads them, and crosses to it once. */
final class CorePlan implements Plan {

    /** Workspace, variables, constants and outputs; the inputs follow. */
    static final int FIXED_SPACES = 4;

    private final CoreBackend backend;
    private final ToLongFunction<ByteBuffer> addresses;
    private final Program program;
    private final NativeCore.PlanHandle handle = new NativeCore.PlanHandle();
    private final CoreBuffer constants;
    private final CoreBuffer outputs;
    private final NDArray arguments;
    private final LongBuffer argumentWords;
    private final boolean isAsynchronous;
    /** What was brought for the next run; null where nothing was. */
    private final NDArray[] prefetched;
    /** How many runs the backend had begun then. */
    private long prefetchedAt = -1;
    /** Where each output begins in the outputs' memory. */
    private final long[] outputOffsets;

    private long address;

    CorePlan(CoreBackend backend, Program program, CoreBuffer variables, CoreBuffer workspace) {
        this.backend = backend;
        this.addresses = backend.core()::address;
        this.program = program;
        workspace.grow(program.memory().workspace());
        int inputs = program.inputs().size();
        this.arguments = NDArray.zeros(DType.INT64, Shape.of(inputs));
        this.argumentWords = arguments.bytes().asLongBuffer();
        this.isAsynchronous = backend.core().is_asynchronous() != 0;
        this.prefetched = new NDArray[inputs];
        this.constants = new CoreBuffer(backend, program.memory().constants());
        this.outputs = new CoreBuffer(backend, program.memory().outputs());
        try {
            constants.grow(program.memory().constants());
            outputs.grow(program.memory().outputs());
            upload(program, constants);
            create(variables, workspace);
        } catch (RuntimeException | Error e) {
            closeBuffers();
            throw e;
        }
        this.outputOffsets = program.outputBuffers().stream()
                .mapToLong(buffer -> program.placement(buffer).offset())
                .toArray();
        address = handle.address();
    }

    /** Puts the program's constants to their places. */
    private static void upload(Program program, CoreBuffer constants) {
        long offset = 0;
        for (NDArray constant : program.constants()) {
            constants.upload(offset, constant.bytes());
            offset += Program.aligned(constant.bytes().remaining());
        }
    }

    private void create(CoreBuffer variables, CoreBuffer workspace) {
        int spaces = FIXED_SPACES + program.inputs().size();
        var starts = new long[spaces];
        var sizes = new long[spaces];
        CoreBuffer[] fixed = {workspace, variables, constants, outputs};
        for (int i = 0; i < FIXED_SPACES; i++) {
            starts[i] = fixed[i].address();
            sizes[i] = fixed[i].bytes();
        }
        for (int i = FIXED_SPACES; i < spaces; i++) {
            sizes[i] = program.inputs().get(i - FIXED_SPACES).type().bytes();
        }
        long[] words = new Encoder(backend.core(), program).encode();
        backend.check(backend.core()
                .plan_create(
                        backend.handle(),
                        direct(words),
                        words.length,
                        direct(starts),
                        direct(sizes),
                        spaces,
                        arguments.address(addresses),
                        handle));
    }

    static LongBuffer direct(long[] words) {
        return NDArray.of(Shape.of(words.length), words).bytes().asLongBuffer();
    }

    @Override
    public void run(NDArray[] inputs) {
        requireOpen();
        for (int i = 0; i < inputs.length; i++) {
            argumentWords.put(i, inputs[i].address(addresses));
        }
        backend.beginRun();
        backend.check(backend.core().plan_run(address));
    }

    /** One call does both parts where a run does not go on by itself. */
    @Override
    public void start(NDArray[] inputs) {
        if (!isAsynchronous) {
            run(inputs);
            return;
        }
        requireOpen();
        // Arrays may be filled anew once something else has run.
        boolean isNext = prefetchedAt == backend.beginRun();
        for (int i = 0; i < inputs.length; i++) {
            boolean isThere = isNext && inputs[i] == prefetched[i];
            argumentWords.put(i, isThere ? 0 : inputs[i].address(addresses));
        }
        backend.check(backend.core().plan_start(address));
    }

    @Override
    public boolean isRunning() {
        return isAsynchronous && backend.core().plan_is_running(address) != 0;
    }

    @Override
    public void prefetch(NDArray[] next) {
        requireOpen();
        for (int i = 0; i < next.length; i++) {
            argumentWords.put(i, next[i] == null ? 0 : next[i].address(addresses));
        }
        prefetchedAt = -1;
        backend.check(backend.core().plan_prefetch(address));
        System.arraycopy(next, 0, prefetched, 0, next.length);
        prefetchedAt = backend.runs();
    }

    @Override
    public void finish() {
        requireOpen();
        if (isAsynchronous) {
            backend.check(backend.core().plan_finish(address));
        }
    }

    @Override
    public void read(int output, NDArray target) {
        requireOpen();
        Buffer buffer = program.outputBuffers().get(output);
        backend.check(
                backend.core().plan_read(address, outputOffsets[output], target.address(addresses), buffer.bytes()));
    }

    private void requireOpen() {
        if (address == 0) {
            throw new StateException("the plan is closed");
        }
    }

    @Override
    public String explain() {
        return backend.device() + "\n" + program.explain();
    }

    @Override
    public void close() {
        if (address != 0) {
            backend.core().plan_destroy(handle);
            address = 0;
            closeBuffers();
        }
    }

    private void closeBuffers() {
        constants.close();
        outputs.close();
    }
}
