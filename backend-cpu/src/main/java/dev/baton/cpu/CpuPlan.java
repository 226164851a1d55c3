package dev.baton.cpu;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.cpu.core.NativeCore;
import dev.baton.program.Buffer;
import dev.baton.program.Program;
import dev.baton.spi.Plan;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.function.ToLongFunction;

/** A native plan. A run writes the addresses of its inputs where the plan reads them, and crosses to it once. */
final class CpuPlan implements Plan {

    /** Workspace, variables, constants and outputs; the inputs follow. */
    private static final int FIXED_SPACES = 4;

    private static final ToLongFunction<ByteBuffer> ADDRESS = NativeCore::baton_address;

    private final String device;
    private final Program program;
    private final NativeCore.PlanHandle handle = new NativeCore.PlanHandle();
    private final NDArray constants;
    private final NDArray outputs;
    private final NDArray arguments;
    private final LongBuffer argumentWords;
    private final long[] outputAddresses;
    private long address;

    CpuPlan(CpuBackend backend, Program program, CpuBuffer variables, CpuBuffer workspace) {
        this.device = backend.device();
        this.program = program;
        workspace.grow(program.memory().workspace());
        this.constants = constants(program);
        this.outputs = bytes(program.memory().outputs());
        int inputs = program.inputs().size();
        this.arguments = NDArray.zeros(DType.INT64, Shape.of(inputs));
        this.argumentWords = arguments.bytes().asLongBuffer();
        this.outputAddresses = program.outputBuffers().stream()
                .mapToLong(buffer ->
                        outputs.address(ADDRESS) + program.placement(buffer).offset())
                .toArray();
        NDArray addresses = NDArray.zeros(DType.INT64, Shape.of(FIXED_SPACES + inputs));
        NDArray sizes = NDArray.zeros(DType.INT64, Shape.of(FIXED_SPACES + inputs));
        addresses.bytes().asLongBuffer().put(new long[] {
            workspace.address(), variables.address(), constants.address(ADDRESS), outputs.address(ADDRESS)
        });
        sizes.bytes().asLongBuffer().put(new long[] {
            workspace.bytes(),
            variables.bytes(),
            program.memory().constants(),
            program.memory().outputs()
        });
        for (int i = 0; i < inputs; i++) {
            sizes.bytes()
                    .asLongBuffer()
                    .put(FIXED_SPACES + i, program.inputs().get(i).type().bytes());
        }
        long[] words = new Encoder(program).encode();
        NDArray code = NDArray.of(Shape.of(words.length), words);
        CpuBackend.check(NativeCore.baton_plan_create(
                backend.handle(),
                code.bytes().asLongBuffer(),
                words.length,
                addresses.bytes().asLongBuffer(),
                sizes.bytes().asLongBuffer(),
                FIXED_SPACES + inputs,
                arguments.address(ADDRESS),
                handle));
        address = handle.address();
    }

    private static NDArray bytes(long count) {
        return NDArray.zeros(DType.BOOL, Shape.of(Math.max(count, 1)));
    }

    /** The program's constants, each at its place. */
    static NDArray constants(Program program) {
        NDArray constants = bytes(program.memory().constants());
        long offset = 0;
        for (NDArray constant : program.constants()) {
            constants
                    .bytes()
                    .put((int) offset, constant.bytes(), 0, constant.bytes().remaining());
            offset += Program.aligned(constant.bytes().remaining());
        }
        return constants;
    }

    @Override
    public void run(NDArray[] inputs) {
        if (address == 0) {
            throw new StateException("the plan is closed");
        }
        for (int i = 0; i < inputs.length; i++) {
            argumentWords.put(i, inputs[i].address(ADDRESS));
        }
        CpuBackend.check(NativeCore.baton_plan_run(address));
    }

    @Override
    public void read(int output, NDArray target) {
        Buffer buffer = program.outputBuffers().get(output);
        CpuBackend.check(NativeCore.baton_copy(target.address(ADDRESS), outputAddresses[output], buffer.bytes()));
    }

    @Override
    public String explain() {
        return device + "\n" + program.explain();
    }

    @Override
    public void close() {
        if (address != 0) {
            NativeCore.baton_plan_destroy(handle);
            address = 0;
        }
    }
}
